import type { ChromiumPage } from "../../../lab/services/chromium-page.js";
import { credentialTag, fromBase64url } from "../../../src/entry/ctap.js";
import { RUN_SPAN, type TraceEvent, type TraceRecord } from "../../../src/entry/diagnosis.js";
import { CLIENT_PROFILES, effectiveTimeoutMs } from "../../../src/entry/webauthn.js";
import type { BridgedCall } from "../../../src/page/bridge.js";
import { composeTrace } from "../../../src/page/compose-trace.js";
import type { HttpSeen, Seen, TimerSeen, WordsSeen } from "../../../src/page/observations.js";
import { type WordPattern, wordsOf } from "../../../src/page/shows.js";
import { asRun } from "./as-run.js";

/** Begins what it tells on the page's console. */
export const OBSERVER_MARK = "passkey-observer";
const FINISH = "/finish";

/**
 * Tells of what a page does and shows, and changes none of it: every call goes on to the browser's own function. Timers
 * below a second are the page's rendering, and are left out.
 */
const OBSERVER = String.raw`(() => {
  const { setTimeout: arm, clearTimeout: disarm, fetch: ask } = window;
  let taskMs;
  const tell = (what, more = {}) => console.debug("${OBSERVER_MARK}", JSON.stringify({ what, epochMs: taskMs ?? Date.now(), ...more }));
  window.setTimeout = (callback, delayMs = 0, ...args) => {
    if (delayMs < 1000) return arm(callback, delayMs, ...args);
    const fire = () => {
      // What a timer's task shows, it shows when it fires.
      taskMs = Date.now();
      arm(() => { taskMs = undefined; }, 0);
      tell("timer", { id, step: "fired", delayMs });
      callback(...args);
    };
    const id = arm(fire, delayMs);
    tell("timer", { id, step: "armed", delayMs });
    return id;
  };
  window.clearTimeout = (id) => { tell("timer", { id, step: "disarmed", delayMs: 0 }); disarm(id); };
  let asked = 0;
  window.fetch = async (path, options = {}) => {
    const call = ++asked;
    tell("asked", { call, path, method: options.method ?? "GET", body: options.body ?? "" });
    const answer = await ask(path, options);
    tell("answered", { call, status: answer.status, body: await answer.clone().text() });
    return answer;
  };
  const { create } = CredentialsContainer.prototype;
  CredentialsContainer.prototype.create = function (options) {
    const challenge = btoa(String.fromCharCode(...options.publicKey.challenge)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    tell("called", { challenge, timeoutMs: options.publicKey.timeout });
    const promise = create.call(this, options);
    promise.then(({ id }) => tell("settled", { id }), ({ name }) => tell("settled", { name }));
    return promise;
  };
  addEventListener("click", () => tell("clicked"), true);
  addEventListener("DOMContentLoaded", () => {
    const says = document.querySelector("[role=status]");
    new MutationObserver(() => tell("shows", { text: says.textContent })).observe(says, { childList: true });
  });
})()`;

type Told = { readonly epochMs: number } & (
  | { readonly what: "clicked" }
  | {
      readonly what: "timer";
      readonly id: number;
      readonly step: "armed" | "fired" | "disarmed";
      readonly delayMs: number;
    }
  | {
      readonly what: "asked";
      readonly call: number;
      readonly path: string;
      readonly method: string;
      readonly body: string;
    }
  | { readonly what: "answered"; readonly call: number; readonly status: number; readonly body: string }
  | { readonly what: "called"; readonly challenge: string; readonly timeoutMs?: number }
  | { readonly what: "settled"; readonly id?: string; readonly name?: string }
  | { readonly what: "shows"; readonly text: string }
);

/** What the key's side recorded until now, and the trace's time of a moment of the machine's clock. */
export interface ObserverParts {
  readonly title: string;
  readonly records: readonly TraceRecord[];
  readonly traceMs: (epochMs: number) => number;
}

/** Writes down one registration of a page that calls its own site, from outside. */
export class PageObserver {
  readonly #parts: ObserverParts;
  readonly #page: ChromiumPage;
  readonly #seen = {
    http: [] as HttpSeen[],
    timers: [] as TimerSeen[],
    words: [] as WordsSeen[],
    inputs: [] as Seen[],
  };
  readonly #asked = new Map<number, HttpSeen>();
  readonly #own: TraceRecord[] = [];
  readonly #shown: string[] = [];
  #call: BridgedCall | undefined;

  private constructor(page: ChromiumPage, parts: ObserverParts) {
    this.#page = page;
    this.#parts = parts;
  }

  /** Begins before the page's own scripts: go to its address afterwards. */
  static async of(page: ChromiumPage, parts: ObserverParts): Promise<PageObserver> {
    const observer = new PageObserver(page, parts);
    await page.send("Page.addScriptToEvaluateOnNewDocument", { source: OBSERVER });
    page.onConsole((text) => {
      if (text.startsWith(`${OBSERVER_MARK} `))
        observer.#hear(JSON.parse(text.slice(OBSERVER_MARK.length + 1)) as Told);
    });
    return observer;
  }

  /** What stood on the page, in order. */
  get shown(): readonly string[] {
    return this.#shown;
  }

  get isSettled(): boolean {
    return this.#call?.endedAtMs !== undefined;
  }

  get finished(): boolean {
    return this.#seen.http.some(({ path, ended }) => path.endsWith(FINISH) && ended !== undefined);
  }

  click(selector: string): Promise<unknown> {
    return this.#page.evaluate(`document.querySelector(${JSON.stringify(selector)}).click()`, {
      asUser: true,
    });
  }

  /**
   * One trace of page, site and key.
   *
   * @param held ids of the passkeys in the site's database, looked up after its answer.
   */
  trace(held: readonly string[]): readonly TraceRecord[] {
    const { title, records } = this.#parts;
    this.#site(held);
    const calls = this.#call === undefined ? [] : [this.#call];
    const all = [...records, ...this.#own].sort((a, b) => a.atMs - b.atMs);
    const placed = <Kind extends Seen>(seen: Kind): Kind => ({
      ...seen,
      position: all.filter(({ atMs }) => atMs <= seen.atMs).length - 0.5,
    });
    const http = this.#seen.http.map(({ started, ended, ...call }) => ({
      ...call,
      started: placed(started),
      ...(ended && { ended: placed(ended) }),
    }));
    const [timers, words] = [this.#seen.timers.map(placed), this.#seen.words.map(placed)];
    const seen = { http, timers, words, inputs: this.#seen.inputs.map(placed) };
    return asRun(title, composeTrace({ records: all, calls, seen }));
  }

  #hear(told: Told): void {
    // Told late: where it stands among the key's records is found at the end, by its time.
    const seen: Seen = { atMs: this.#parts.traceMs(told.epochMs), position: 0 };
    switch (told.what) {
      case "clicked":
        return void this.#seen.inputs.push(seen);
      case "timer": {
        const { id, step, delayMs } = told;
        return void this.#seen.timers.push({ ...seen, document: "1", id, step, delayMs });
      }
      case "asked": {
        const { call, method, path, body: requestBody } = told;
        const asked: HttpSeen = { method, path, requestBody, started: seen };
        this.#asked.set(call, asked);
        return void this.#seen.http.push(asked);
      }
      case "answered": {
        const asked = this.#asked.get(told.call);
        if (asked !== undefined) asked.ended = { ...seen, status: told.status, responseBody: told.body };
        return;
      }
      case "called":
        return this.#called(seen, told.challenge, told.timeoutMs);
      case "settled":
        return this.#settled(seen, told);
      case "shows":
        return this.#shows(seen, told.text);
    }
  }

  #called({ atMs }: Seen, challenge: string, timeoutMs: number | undefined): void {
    const { title: ceremony } = this.#parts;
    this.#call = { ceremony, document: "1", method: "create", challenge, atMs, offered: [] };
    const effectiveMs = effectiveTimeoutMs(CLIENT_PROFILES["chrome-floor3m"], timeoutMs);
    const span = { name: "ceremony", label: "registration", parent: RUN_SPAN } as const;
    this.#record(atMs, { kind: "span.started", ...span });
    const wanted = timeoutMs === undefined ? {} : { timeoutMs };
    this.#record(atMs, { kind: "page.called", method: "create", effectiveMs, ...wanted });
  }

  #settled({ atMs }: Seen, { id, name = "" }: { readonly id?: string; readonly name?: string }): void {
    if (this.#call === undefined) return;
    this.#call.endedAtMs = atMs;
    if (id !== undefined) this.#call.id = id;
    const end =
      id === undefined ? ({ outcome: "rejected", name } as const) : ({ outcome: "resolved" } as const);
    this.#record(atMs, { kind: "page.settled", method: "create", ...end });
    this.#record(atMs, { kind: "span.ended", status: id === undefined ? "error" : "ok" });
  }

  #shows(seen: Seen, text: string): void {
    this.#shown.push(text);
    const { failure, success } = wordsOf();
    const means = ({ source, flags }: WordPattern) => new RegExp(source, flags).test(text);
    const tone = means(failure) ? "failure" : means(success) ? "success" : undefined;
    if (tone !== undefined) this.#seen.words.push({ ...seen, tone, text });
  }

  /** A row is there by the time of the site's answer. */
  #site(held: readonly string[]): void {
    const answered = this.#seen.http.findLast(({ path }) => path.endsWith(FINISH))?.ended;
    if (answered === undefined) return;
    for (const id of held) {
      const credential = credentialTag(fromBase64url(id));
      this.#record(answered.atMs, { kind: "rp.row", credential, change: "created" }, "site");
    }
  }

  #record(atMs: number, event: TraceEvent, actor = "page"): void {
    const { title } = this.#parts;
    this.#own.push({ ...event, atMs, actor, span: title, ceremony: title });
  }
}
