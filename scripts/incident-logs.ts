import type { IncidentFile } from "../src/incident/importer.js";

const CHUNK_BYTES = 256 * 1024;
const START_MS = Date.UTC(2026, 2, 2, 10);
/** There is one login, of two calls, in so many. */
const LINES_PER_LOGIN = 5_000;
const BODY_CHARS = 24_000;

/** A file that is made as it is read. */
function streamed(name: string, parts: () => Iterable<string>): IncidentFile {
  return {
    name,
    async *open() {
      await Promise.resolve();
      let text = "";
      for (const part of parts()) {
        text += part;
        if (text.length < CHUNK_BYTES) continue;
        yield Buffer.from(text);
        text = "";
      }
      if (text !== "") yield Buffer.from(text);
    },
  };
}

/** The network panel of a long session: pages and pictures, and a login in its middle. */
export function harOf({ bytes }: { readonly bytes: number }): IncidentFile {
  const filler = "All work and no play makes a long page. ".repeat(BODY_CHARS / 40);
  const page = (index: number) =>
    entry(index, { method: "GET", path: `/articles/${index}`, answer: filler, posted: "" });
  const challenge = Buffer.from("a challenge that is invented").toString("base64url");
  const clientData = Buffer.from(
    JSON.stringify({ type: "webauthn.get", challenge, origin: "https://shop.example" }),
  ).toString("base64url");
  const options = JSON.stringify({ challenge, rpId: "shop.example", timeout: 60_000, allowCredentials: [] });
  const answer = JSON.stringify({
    id: "AQIDBA",
    rawId: "AQIDBA",
    response: { clientDataJSON: clientData, authenticatorData: "AA", signature: "AA" },
  });
  const size = page(1).length + 1;
  const count = Math.floor(bytes / size);
  return streamed("long.har", function* () {
    yield '{"log":{"version":"1.2","creator":{"name":"WebInspector","version":"537.36"},"entries":[';
    for (let index = 0; index < count; index += 1) {
      if (index > 0) yield ",";
      if (index === Math.floor(count / 2))
        yield entry(index, {
          method: "POST",
          path: "/webauthn/login/options",
          posted: "{}",
          answer: options,
        });
      else if (index === Math.floor(count / 2) + 2)
        yield entry(index, { method: "POST", path: "/webauthn/login/finish", posted: answer, answer: "{}" });
      else yield page(index);
    }
    yield "]}}";
  });
}

function entry(
  index: number,
  call: { readonly method: string; readonly path: string; readonly posted: string; readonly answer: string },
): string {
  return JSON.stringify({
    startedDateTime: new Date(START_MS + index * 100).toISOString(),
    time: 80,
    request: {
      method: call.method,
      url: `https://shop.example${call.path}`,
      headers: [{ name: "user-agent", value: "Mozilla/5.0 Chrome/140.0.0.0 Safari/537.36" }],
      ...(call.posted !== "" && { postData: { mimeType: "application/json", text: call.posted } }),
    },
    response: { status: 200, headers: [], content: { mimeType: "text/html", text: call.answer } },
  });
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** The access log of a busy site, every path another, with a passkey's call among thousands. */
export function accessLogOf({
  lines,
  linesPerLogin = LINES_PER_LOGIN,
}: {
  readonly lines: number;
  /** More than 200. */
  readonly linesPerLogin?: number;
}): IncidentFile {
  return streamed("access.log", function* () {
    for (let index = 0; index < lines; index += 1) {
      const place = index % linesPerLogin;
      const path =
        place === 100
          ? "/webauthn/login/options"
          : place === 200
            ? "/webauthn/login/finish"
            : `/articles/${index}?page=${place}`;
      const address = `198.51.${Math.floor(index / linesPerLogin) % 256}.${place <= 200 ? 7 : index % 256}`;
      yield `${address} - - [${stampOf(START_MS + index * 10)}] "POST ${path} HTTP/2.0" 200 512 "-" "Mozilla/5.0 Chrome/140.0.0.0"\n`;
    }
  });
}

function stampOf(ms: number): string {
  const at = new Date(ms);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${two(at.getUTCDate())}/${MONTHS[at.getUTCMonth()] ?? ""}/${at.getUTCFullYear()}`;
  return `${day}:${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000`;
}
