import { Mutex } from "../core/queue.js";
import { envFor, type Env } from "../core/env.js";
import { TRACE_SCHEMA } from "../core/events/run.js";
import { MemorySink, startTrace, type TraceRecord } from "../core/trace.js";
import type { VirtualClock } from "../core/virtual-clock.js";
import { sleep } from "../core/clock.js";
import { afterHostTime, hostEpochMs, hostNowMs } from "../core/host-timers.js";
import type { CtapDevice } from "../ctap/device.js";
import { explain } from "../diagnosis/explain.js";
import type { Explanation } from "../diagnosis/explanation.js";
import { systemEnv } from "../env/system-env.js";
import { virtualEnv } from "../env/virtual-env.js";
import { parseKnobs, withKnobs, type KnobOverrides, type Knobs } from "../sim/knobs/knobs.js";
import { PageBridge, type Autofill, type Told } from "./bridge.js";
import { composeTrace } from "./compose-trace.js";
import { Conductor } from "./conductor.js";
import { DocumentTimeline } from "./document-timeline.js";
import { HarnessTimeline } from "./harness-timeline.js";
import { HttpWatch } from "./http-watch.js";
import type { TimerSeen, WordsSeen, Seen } from "./observations.js";
import { PageRigError } from "./page-rig-error.js";
import { realPageWorld, type PageWorld, type SiteProbe } from "./page-world.js";
import type { PageMessage, PageReply, PageSettings } from "./protocol.js";
import { realClock } from "./real-clock.js";
import { wordsOf, type Shows } from "./shows.js";

/** How a page under test is played. */
export interface PageRigOptions {
  /** `virtual` (the default): minutes pass in no time; `real`: as they are. */
  readonly time?: "virtual" | "real";
  /** What all randomness is made of; `1` when absent. */
  readonly seed?: string;
  /** Settings of authenticator, user and browser client, by name: `docs/knobs.md`. */
  readonly knobs?: KnobOverrides;
  /** A real authenticator in place of the simulated ones; wants `time: "real"`. */
  readonly device?: () => Promise<CtapDevice | undefined>;
  /** What the user does about the autofill of a field: nothing (the default), or selects the passkey. */
  readonly autofill?: Autofill;
  /** How the page tells of a failure and of a success; words of English and Japanese pages when absent. */
  readonly shows?: Shows;
  /** How to ask the site which credentials it holds. */
  readonly site?: SiteProbe;
  /** How long a call over the network may take, in milliseconds of real time; 10 000 when absent. */
  readonly networkPatienceMs?: number;
  /** What the trace is called. */
  readonly title?: string;
}

/** What a page came to, so far. */
export interface PageStory {
  readonly records: readonly TraceRecord[];
  readonly explanation: Explanation;
}

const NETWORK_PATIENCE_MS = 10_000;
/** How long work of the harness without a timer may take, in milliseconds of real time. */
const IDLE_PATIENCE_MS = 1_000;
/** After an action of the user's, or the loading of a document, what is due this soon happens by itself. */
const FLOW_MS = 1_000;
/** How long after the last ceremony a timer may still tell the user something about it. */
const AFTERWARDS_MS = 600_000;
/** Longest that one wait lets pass. */
const STORY_MS = 3_600_000;
/** Delay of a timer that is armed to find out whether the harness hears of it; of no other meaning. */
export const TIMER_PROBE_MS = 86_399_999;
/** How often real time is looked at. */
const LOOK_MS = 50;
/** How long nothing may happen in real time before a page is taken to be at rest, in milliseconds. */
const QUIET_MS = 500;

/** Plays authenticator, user and browser client for real documents, and leads their time. */
export class PageRig {
  readonly env: Env;
  readonly http: HttpWatch;
  readonly bridge: PageBridge;
  readonly #sink = new MemorySink();
  readonly #options: PageRigOptions;
  readonly #beganAtEpochMs = hostEpochMs();
  readonly #timelines = new Map<string, DocumentTimeline>();
  readonly #clock: VirtualClock | undefined;
  readonly #harness: HarnessTimeline | undefined;
  readonly #conductor: Conductor | undefined;
  readonly #mutex = new Mutex();
  readonly #timers: TimerSeen[] = [];
  readonly #words: WordsSeen[] = [];
  readonly #inputs: Seen[] = [];
  readonly #left = new Set<string>();
  /** Ends of the pauses in real time that are under way. */
  readonly #pauses = new Set<() => void>();
  #knobs: KnobOverrides;
  #world: PageWorld | undefined;
  readonly #insecure = new Set<string>();
  #probed = 0;
  #isClosed = false;

  constructor(options: PageRigOptions = {}) {
    const { time = "virtual", seed = "1", device } = options;
    if (device !== undefined && time === "virtual") {
      throw new PageRigError("DEVICE_NEEDS_REAL_TIME", "a real authenticator lives in real time", {
        hint: 'add time: "real"',
      });
    }
    this.#options = options;
    this.#knobs = parseKnobs(options.knobs ?? {});
    const virtual = time === "virtual" ? virtualEnv(seed, this.#sink) : undefined;
    const own = virtual ?? realEnv(this.#beganAtEpochMs, this.#sink);
    this.#clock = virtual?.clock;
    this.env = own;
    this.bridge = new PageBridge(envFor(own, "page"), {
      browser: () => this.world.browser,
      knobs: () => this.knobs,
      autofill: () => options.autofill ?? "ignored",
      onReply: () => this.#harness?.noteActivity(),
    });
    this.http = new HttpWatch(() => this.#seenNow(), this.#beganAtEpochMs);
    if (virtual !== undefined) {
      this.#harness = new HarnessTimeline(virtual.clock);
      this.#conductor = this.#newConductor(this.#harness);
    }
    own.trace.emit({ kind: "run.started", scenario: options.title ?? "page", seed, schema: TRACE_SCHEMA });
  }

  /** User, browser client and authenticators: built when a page first needs them, so that every knob can be set before. */
  get world(): PageWorld {
    this.#world ??= realPageWorld(this.env, { ...this.#options, knobs: this.#knobs });
    return this.#world;
  }

  get knobs(): Knobs {
    return this.#world?.knobs ?? withKnobs(this.#knobs);
  }

  get isVirtual(): boolean {
    return this.#conductor !== undefined;
  }

  get nowMs(): number {
    return this.#conductor?.nowMs ?? hostEpochMs() - this.#beganAtEpochMs;
  }

  /** Returns the settings of the script for a document. @param binding name of the global that is the binding. */
  settings(binding: string): PageSettings {
    return {
      binding,
      time: this.isVirtual ? "virtual" : "real",
      beganAtEpochMs: this.#beganAtEpochMs,
      shows: wordsOf(this.#options.shows),
    };
  }

  /**
   * Sets knobs for whatever happens next.
   *
   * @throws {KnobError} `KNOB_FIXED` for what is built into an authenticator that a page has used.
   */
  set(knobs: KnobOverrides): void {
    if (this.#world === undefined) this.#knobs = { ...this.#knobs, ...parseKnobs(knobs) };
    else this.#world.setKnobs(knobs);
  }

  /** Answers a document: the other end of its binding. */
  async answer(message: PageMessage): Promise<PageReply> {
    if (isTold(message)) return this.#take(message);
    if ("atMs" in message) this.#clock?.passTo(message.atMs);
    this.#harness?.noteActivity();
    return this.bridge.answer(message);
  }

  /**
   * Lets time pass until the page is at rest: no request is pending but for an autofill, no call is under way, and no
   * timer is armed any more that was when the last ceremony ended.
   *
   * @throws {ConductorError} @throws {PageRigError} `PAGE_INSECURE`.
   */
  async settled(): Promise<PageStory> {
    await this.#mutex.run(() => this.#untilRest());
    await this.#world?.probe(this.bridge.calls);
    return this.story();
  }

  /** Lets `durationMs` pass, with everything that is due in it. */
  async advance(durationMs: number): Promise<PageStory> {
    const conductor = this.#conductor;
    if (conductor === undefined) await this.#realPause(durationMs);
    else await this.#mutex.run(() => conductor.runUntil(conductor.nowMs + durationMs));
    await this.#world?.probe(this.bridge.calls);
    return this.story();
  }

  /** Ends what a document has pending, and waits for it no more: it was left, detached or closed. */
  leave(document: string): void {
    this.#left.add(document);
    this.#timelines.get(document)?.leave();
    this.#timelines.delete(document);
    this.bridge.leave(document);
  }

  /**
   * Holds a call to the site back for `delayMs` of the harness's time; time goes on meanwhile.
   *
   * @param call as given to {@link HttpWatch.started}.
   */
  async hold(call: object, delayMs: number): Promise<void> {
    this.http.hold(call);
    this.#harness?.noteActivity();
    await sleep(this.env.clock, delayMs, "page.held-call");
    this.http.release(call);
    this.#harness?.noteActivity();
  }

  /** Counts the timers of {@link TIMER_PROBE_MS} that documents told of: 0 where a script replaced the harness's timers. */
  get timersProbed(): number {
    return this.#probed;
  }

  /** Returns the trace so far, and what it says. */
  story(): PageStory {
    const seen = { http: this.http.seen, timers: this.#timers, words: this.#words, inputs: this.#inputs };
    const records = composeTrace({ records: this.#sink.records, calls: this.bridge.calls, seen });
    return { records, explanation: explain(records, { endedAtMs: this.nowMs }) };
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Ends every document's turn. Requests that are pending stay so in the trace. */
  close(): void {
    this.#isClosed = true;
    for (const timeline of this.#timelines.values()) timeline.leave();
    for (const end of this.#pauses) end();
    this.env.trace.emit({ kind: "run.ended", outcome: "no-expectation" });
  }

  async #take(message: Told): Promise<PageReply> {
    const { document } = message;
    switch (message.do) {
      case "hello":
        if (!message.isSecure && message.facts.origin !== "null") this.#insecure.add(message.facts.origin);
        this.#flow();
        return { nowMs: this.nowMs };
      case "turn": {
        if (!this.isVirtual || this.#left.has(document)) return { nowMs: this.nowMs };
        // Not before: the blank document of a new page says hello, and is gone without a word.
        const timeline =
          this.#timelines.get(document) ?? new DocumentTimeline(document, () => this.#waitsOnHeldCalls());
        this.#timelines.set(document, timeline);
        return { turn: await timeline.turn(message.report) };
      }
      case "leave":
        this.leave(document);
        return { nowMs: this.nowMs };
      case "input":
        this.#inputs.push(this.#seenAt(message.atMs));
        this.#flow();
        return { nowMs: this.nowMs };
      case "saw":
        this.#words.push({ ...this.#seenAt(message.atMs), tone: message.tone, text: message.text });
        return { nowMs: this.nowMs };
      case "timer": {
        const { atMs, id, step, delayMs } = message;
        if (delayMs === TIMER_PROBE_MS) this.#probed += 1;
        else this.#timers.push({ ...this.#seenAt(atMs), document, id, step, delayMs });
        return { nowMs: this.nowMs };
      }
    }
  }

  /** Whether all that scripts wait for is held back on purpose. */
  #waitsOnHeldCalls(): boolean {
    const open = [...this.#timelines.values()].reduce((sum, { last }) => sum + (last?.openCalls ?? 0), 0);
    return open <= this.http.heldCount;
  }

  /** Lets happen what a page does for itself after a click or at its loading: rendering, short pauses. */
  #flow(): void {
    const conductor = this.#conductor;
    if (conductor === undefined) return;
    const untilMs = conductor.nowMs + FLOW_MS;
    // What stands in the way of time is said by the wait that a test asks for.
    void this.#mutex.run(() => conductor.runDue(untilMs)).catch(() => undefined);
  }

  async #untilRest(): Promise<void> {
    this.#refuseInsecure();
    const conductor = this.#conductor;
    const startMs = this.nowMs;
    if (conductor === undefined) {
      // Between the promise and the call to the site the page works by itself.
      for (let quietMs = 0; quietMs < QUIET_MS && !this.#isClosed; quietMs += LOOK_MS) {
        await this.#realPause(LOOK_MS);
        if (this.bridge.open.length > 0 || this.http.open.length > 0) quietMs = 0;
      }
      return;
    }
    const limitMs = startMs + STORY_MS;
    for (;;) {
      await conductor.settle();
      const restMs = Math.max(startMs, ...this.bridge.calls.map(({ endedAtMs = 0 }) => endedAtMs));
      if (this.bridge.open.length === 0 && !this.#isExpecting(restMs)) return;
      const untilMs = hostNowMs() + IDLE_PATIENCE_MS;
      while ((await conductor.step(limitMs)) === "idle") {
        // An answer may be on its way through work that has no timer; a request without a time-out waits for ever.
        if (this.bridge.open.length === 0 || hostNowMs() > untilMs) return;
        await this.#realPause(1);
      }
    }
  }

  /** Whether a timer that was armed by then may still tell something. */
  #isExpecting(restMs: number): boolean {
    const untilMs = restMs + AFTERWARDS_MS;
    const dueMs = this.#clock?.nextDueMs ?? Infinity;
    const documents = [...this.#timelines.values()].flatMap(({ last }) => last?.oneShots ?? []);
    return dueMs <= untilMs || documents.some((shot) => shot.armedAtMs <= restMs && shot.dueMs <= untilMs);
  }

  #refuseInsecure(): void {
    if (this.#insecure.size === 0 || this.bridge.calls.length > 0) return;
    throw new PageRigError(
      "PAGE_INSECURE",
      `${[...this.#insecure].join(", ")} is no secure context: a browser has no passkeys there`,
      {
        hint: "serve the page at http://localhost, or over https",
      },
    );
  }

  /** Waits in real time; no longer than until the rig is closed. */
  async #realPause(durationMs: number): Promise<void> {
    if (this.#isClosed) return;
    let end = () => {};
    const pause = new Promise<void>((resolve) => (end = resolve));
    const disarm = afterHostTime(durationMs, end);
    this.#pauses.add(end);
    await pause;
    this.#pauses.delete(end);
    disarm();
  }

  #newConductor(harness: HarnessTimeline): Conductor {
    return new Conductor({
      timelines: () => [...this.#timelines.values(), harness],
      patienceMs: this.#options.networkPatienceMs ?? NETWORK_PATIENCE_MS,
      realNowMs: () => hostNowMs(),
      openCalls: () => this.http.open,
    });
  }

  #seenNow(): Seen {
    const documents = [...this.#timelines.values()].map(({ last }) => last?.nowMs ?? 0);
    return this.#seenAt(Math.max(this.nowMs, this.#clock?.nowMs() ?? 0, ...documents));
  }

  #seenAt(atMs: number): Seen {
    return { atMs, position: this.#sink.records.length - 0.5 };
  }
}

function realEnv(beganAtEpochMs: number, sink: MemorySink): Env {
  const clock = realClock(beganAtEpochMs);
  return { ...systemEnv(), clock, trace: startTrace(clock, sink) };
}

function isTold(message: PageMessage): message is Told & PageMessage {
  return ["hello", "turn", "leave", "input", "saw", "timer"].includes(message.do);
}
