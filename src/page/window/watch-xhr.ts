import { ruleFor, type HeldCalls, type WatchDeps } from "./held-calls.js";
import { membersOf, type WindowLike } from "./window-like.js";

/** As much of an XMLHttpRequest as is used here. */
interface Xhr {
  readonly status: number;
  readonly readyState: number;
  readonly responseType: string;
  readonly responseText: string;
  readonly addEventListener: (type: string, listener: (event: XhrEvent) => void) => void;
  readonly dispatchEvent: (event: object) => unknown;
}

interface XhrEvent {
  readonly type: string;
  readonly stopImmediatePropagation: () => void;
}

type Open = (this: Xhr, ...args: readonly unknown[]) => void;
type Send = (this: Xhr, body?: unknown) => void;

interface XhrClass {
  new (): Xhr;
  readonly prototype: {
    open: Open;
    send: Send;
  };
}

/** One call that a request makes: a request that is opened again makes another. */
interface Ask {
  readonly method: string;
  readonly url: string;
  rule: Partial<HeldCalls>;
  /** Whether the page may learn of the answer. */
  isReleased: boolean;
}

const DONE = 4;

/** Events by which a page learns that an answer is there, the last one last. */
const ANSWER_EVENTS = ["readystatechange", "load", "loadend"];

/**
 * Watches the XMLHttpRequests of a window for the trace, and holds back those that a rule fits: a request tells its page
 * nothing of an answer that is held back, and of a lost one that it failed.
 */
export function watchXhr(window: WindowLike, deps: WatchDeps): void {
  const members = membersOf(window);
  const Native = members["XMLHttpRequest"] as XhrClass | undefined;
  if (Native === undefined) return;
  const { http } = deps.rig;
  const asks = new WeakMap<Xhr, Ask>();
  const { open, send } = Native.prototype;
  Native.prototype.open = function (this: Xhr, ...args: readonly unknown[]) {
    const url = new URL(String(args[1]), window.document.baseURI).href;
    asks.set(this, { method: String(args[0]).toUpperCase(), url, rule: {}, isReleased: false });
    Reflect.apply(open, this, args);
  };
  Native.prototype.send = function (this: Xhr, body?: unknown) {
    const ask = asks.get(this);
    const begin = () => Reflect.apply(send, this, [body]);
    if (ask === undefined) return begin();
    const { method, url } = ask;
    ask.rule = ruleFor(url, deps.held());
    http.started(ask, { method, url, requestBody: typeof body === "string" ? body : "" });
    const { requestMs = 0 } = ask.rule;
    // A page that aborts meanwhile has a request that cannot be sent any more.
    if (requestMs > 0)
      void deps.rig
        .hold(ask, requestMs)
        .then(begin)
        .catch(() => http.ended(ask, {}));
    else begin();
  };
  members["XMLHttpRequest"] = new Proxy(Native, {
    construct(target, args, newTarget) {
      const xhr = Reflect.construct(target, args, newTarget) as Xhr;
      // Before the page can add listeners of its own, which come after these.
      const onEvent = (event: XhrEvent) => take(event, { xhr, ask: asks.get(xhr), window }, deps);
      for (const type of ANSWER_EVENTS) xhr.addEventListener(type, onEvent);
      return xhr;
    },
  });
}

interface Asking {
  readonly xhr: Xhr;
  readonly ask: Ask | undefined;
  readonly window: WindowLike;
}

function take(event: XhrEvent, { xhr, ask, window }: Asking, { rig }: WatchDeps): void {
  if (ask === undefined || xhr.readyState !== DONE || ask.isReleased) return;
  const { answerMs = 0, losesAnswer = false } = ask.rule;
  const isHeld = xhr.status !== 0 && (answerMs > 0 || losesAnswer);
  if (isHeld) event.stopImmediatePropagation();
  if (event.type !== "loadend") return;
  if (!isHeld) return rig.http.ended(ask, endOf(xhr));
  const waited = answerMs > 0 ? rig.hold(ask, answerMs) : Promise.resolve();
  void waited.then(() => {
    ask.isReleased = true;
    rig.http.ended(ask, losesAnswer ? {} : endOf(xhr));
    if (losesAnswer) forgetAnswer(xhr);
    for (const type of ["readystatechange", losesAnswer ? "error" : "load", "loadend"])
      xhr.dispatchEvent(eventOf(window, type));
  });
}

function endOf(xhr: Xhr): { readonly status: number | undefined; readonly responseBody: string } {
  const isText = xhr.responseType === "" || xhr.responseType === "text";
  return { status: xhr.status === 0 ? undefined : xhr.status, responseBody: isText ? xhr.responseText : "" };
}

/** A request whose answer is lost has no status and no answer. */
function forgetAnswer(xhr: Xhr): void {
  const nothing = { status: 0, statusText: "", responseText: "", response: "" };
  for (const [name, value] of Object.entries(nothing))
    Object.defineProperty(xhr, name, { value, configurable: true });
}

function eventOf(window: WindowLike, type: string): object {
  const members = membersOf(window);
  const Kind = (type === "readystatechange" ? undefined : members["ProgressEvent"]) ?? members["Event"];
  return Reflect.construct(Kind as new (type: string) => object, [type]);
}
