/**
 * Returns the functions that every case finds in its page; a script file, because the pages forbid inline ones.
 *
 * @param limitMs how long a call that names no signal may be pending; then the page aborts it with the reason "pending".
 * `Infinity`: whoever drives the browser decides, with `openCall.abort("pending")`. No call has a limit when absent.
 */
export function preludeFor(limitMs?: number): string {
  return `const limitMs = ${limitMs ?? "null"};${FUNCTIONS}`;
}

const FUNCTIONS = String.raw`
const bytes = (...numbers) => new Uint8Array(numbers);
const challenge = () => crypto.getRandomValues(new Uint8Array(16));
const creation = (change = {}) => ({
  rp: { name: "Shop" },
  user: { id: crypto.getRandomValues(new Uint8Array(8)), name: "hanako", displayName: "Hanako" },
  challenge: challenge(),
  pubKeyCredParams: [{ type: "public-key", alg: -7 }],
  ...change,
});
const request = (change = {}) => ({ challenge: challenge(), ...change });
/** The call that is pending and may be aborted, and which one it is. */
let openCall = { number: 0 };
const limited = (outer, call) => {
  if (limitMs === null || "signal" in outer) return call(outer);
  const abort = new AbortController();
  const own = { number: openCall.number + 1, isOpen: true, abort: (reason) => abort.abort(reason) };
  openCall = own;
  const timer = limitMs === Infinity ? 0 : setTimeout(own.abort, limitMs, "pending");
  const promise = call({ ...outer, signal: abort.signal });
  const stop = () => { own.isOpen = false; clearTimeout(timer); };
  promise.then(stop, stop);
  return promise;
};
const make = (change, outer = {}) => limited(outer, (all) => navigator.credentials.create({ publicKey: creation(change), ...all }));
const ask = (change, outer = {}) => limited(outer, (all) => navigator.credentials.get({ publicKey: request(change), ...all }));
/** What a promise, or a function that gives one, came to. */
const ended = async (what) => {
  let isThrown = typeof what === "function";
  try {
    const promise = isThrown ? what() : what;
    isThrown = false;
    const value = await promise;
    return "ok" + (value === null || value === undefined ? " " + value : "");
  } catch (error) {
    const kind = error instanceof DOMException ? "DOMException" : error instanceof Error ? "Error" : typeof error;
    return (isThrown ? "thrown " : "") + kind + " " + (error?.name ?? String(error));
  }
};
/** Type of a value, and of what it has in it; no content. */
const shape = (value) => {
  if (value === null || typeof value !== "object") return value === null ? "null" : typeof value;
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  if (tag === "Array") return value.map(shape);
  if (tag !== "Object") return tag;
  return Object.fromEntries(Object.keys(value).sort().map((name) => [name, shape(value[name])]));
};
const describe = (on, name) => {
  const found = Object.getOwnPropertyDescriptor(on, name);
  if (found === undefined) return "absent";
  const { get, set, value, writable, enumerable, configurable } = found;
  const flags = (writable ? "w" : "-") + (enumerable ? "e" : "-") + (configurable ? "c" : "-");
  const one = get ?? value;
  const call = typeof one === "function" ? " " + one.name + "/" + one.length : "";
  return flags + (get ? " get" : "") + (set ? " set" : "") + call + (typeof one === "function" && "prototype" in one ? " constructor" : "");
};
const loaded = (frame) => new Promise((resolve) => frame.addEventListener("load", resolve, { once: true }));
/** Opens a frame, and asks it to do something through postMessage. */
const framed = async (url, allow, text, more = {}) => {
  const frame = document.createElement("iframe");
  if (allow !== undefined) frame.allow = allow;
  Object.assign(frame, more);
  for (const [name, value] of Object.entries(more)) frame.setAttribute(name, value);
  if (url !== undefined) frame.src = url;
  const ready = loaded(frame);
  document.body.append(frame);
  await ready;
  const said = new Promise((resolve) => addEventListener("message", ({ data }) => resolve(data), { once: true }));
  frame.contentWindow.postMessage(text, "*");
  const result = await said;
  frame.remove();
  return result;
};
addEventListener("message", async ({ data, source }) => {
  if (typeof data !== "string" || source === null || source === window) return;
  source.postMessage(await tasks[data](), "*");
});
/** What a frame does when it is asked to. */
const tasks = {
  create: () => ended(() => make()),
  createActivated: () => ended(() => make()),
  get: () => ended(() => ask()),
  async origins() {
    const { response } = await ask();
    const { crossOrigin, topOrigin, origin } = JSON.parse(new TextDecoder().decode(response.clientDataJSON));
    return { crossOrigin, hasTopOrigin: topOrigin !== undefined, isOwn: origin === location.origin };
  },
  globals: () => [typeof PublicKeyCredential, typeof navigator.credentials],
};
`;
