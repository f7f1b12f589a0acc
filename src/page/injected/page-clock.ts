import type { OneShot, TimerStep } from "../protocol.js";
import { define, replaceFunction } from "./functions.js";
import { membersOf, type Realm } from "./realm.js";

/** How a browser clamps timers that arm each other. @see HTML, timer initialisation steps */
const NESTED_MIN_MS = 4;
const NESTED_LEVEL = 5;
/** Between two frames, as at 60 a second in whole milliseconds. */
const FRAME_MS = 16;
/** Shorter timers are the page's own plumbing, and not told to the harness. */
const TOLD_MIN_MS = 1_000;
const ONE_SHOTS_MAX = 100;

type Handler = (...args: readonly unknown[]) => void;

interface PageTimer {
  readonly id: number;
  readonly kind: "timeout" | "interval" | "frame";
  readonly handler: Handler;
  readonly args: readonly unknown[];
  readonly delayMs: number;
  armedAtMs: number;
  readonly level: number;
  dueMs: number;
  order: number;
}

export type OnTimer = (
  step: TimerStep,
  timer: { readonly id: number; readonly delayMs: number; readonly atMs: number },
) => void;

/**
 * Replaces the timers and dates of a window by ones that stand still until the harness lets them go on: setTimeout,
 * setInterval, requestAnimationFrame, requestIdleCallback, AbortSignal.timeout, Date and performance.now.
 *
 * A timer fires at the very instant it is due; of two that are due at once, the one that was armed first.
 */
export class PageClock {
  #nowMs = 0;
  /** When the document began, which its own `performance.now` counts from. */
  #startedMs = 0;
  #last = 0;
  #order = 0;
  /** Nesting level of the handler that runs. */
  #level = 0;
  readonly #timers = new Map<number, PageTimer>();
  readonly #realm: Realm;
  readonly #onTimer: OnTimer;

  constructor(realm: Realm, onTimer: OnTimer) {
    this.#realm = realm;
    this.#onTimer = onTimer;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  get nextDueMs(): number | undefined {
    return this.#next()?.dueMs;
  }

  /** Counts what was armed and cleared so far. */
  get changes(): number {
    return this.#order;
  }

  get oneShots(): readonly OneShot[] {
    return [...this.#timers.values()]
      .filter(({ kind }) => kind === "timeout")
      .sort((a, b) => a.dueMs - b.dueMs)
      .slice(0, ONE_SHOTS_MAX)
      .map(({ armedAtMs, dueMs }) => ({ armedAtMs, dueMs }));
  }

  /** Puts a new document at the harness's time; timers that it has armed meanwhile keep their delays. */
  startAt(nowMs: number): void {
    const shift = nowMs - this.#nowMs;
    this.#nowMs = nowMs;
    this.#startedMs += shift;
    for (const timer of this.#timers.values()) {
      timer.armedAtMs += shift;
      timer.dueMs += shift;
    }
  }

  /** Lets time pass in which nothing is due. */
  passTo(toMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, toMs);
  }

  /** Goes to the next timer and fires it. */
  fireNext(): void {
    const timer = this.#next();
    if (timer === undefined) return;
    this.passTo(timer.dueMs);
    if (timer.kind === "interval") {
      timer.dueMs = this.#nowMs + timer.delayMs;
      timer.order = this.#order += 1;
    } else {
      this.#timers.delete(timer.id);
      this.#tell("fired", timer);
    }
    this.#level = timer.level;
    try {
      timer.handler.apply(this.#realm, [...timer.args]);
    } catch (error) {
      reportTo(this.#realm, error);
    } finally {
      this.#level = 0;
    }
  }

  install(beganAtEpochMs: number): void {
    const realm = this.#realm;
    const epochMs = () => beganAtEpochMs + this.#nowMs;
    const sinceStart = () => this.#nowMs - this.#startedMs;
    const own: Readonly<Record<string, (args: readonly unknown[]) => unknown>> = {
      setTimeout: ([handler, delay, ...args]) => this.#arm("timeout", handler, { delay, args }),
      setInterval: ([handler, delay, ...args]) => this.#arm("interval", handler, { delay, args }),
      clearTimeout: ([id]) => this.#clear(id),
      clearInterval: ([id]) => this.#clear(id),
      requestAnimationFrame: ([handler]) => {
        const delay = FRAME_MS - (this.#nowMs % FRAME_MS);
        return this.#arm("frame", handler, { delay, args: [sinceStart()] });
      },
      cancelAnimationFrame: ([id]) => this.#clear(id),
      requestIdleCallback: ([handler]) =>
        this.#arm("frame", handler, { delay: 1, args: [{ didTimeout: false, timeRemaining: () => 50 }] }),
      cancelIdleCallback: ([id]) => this.#clear(id),
    };
    for (const [name, run] of Object.entries(own)) replaceFunction(realm, name, (_, args) => run(args));
    define(realm, "Date", dateAt(realm.Date, epochMs));
    replaceFunction(realm.performance, "now", sinceStart);
    replaceFunction(realm.AbortSignal, "timeout", (_, [delay]) => {
      const abort = new realm.AbortController();
      const reason = new realm.DOMException("signal timed out", "TimeoutError");
      this.#arm("timeout", () => abort.abort(reason), { delay, args: [] });
      return abort.signal;
    });
  }

  #arm(
    kind: PageTimer["kind"],
    handler: unknown,
    { delay, args }: { readonly delay: unknown; readonly args: readonly unknown[] },
  ): number {
    const level = this.#level + 1;
    const wanted = Math.max(0, Math.trunc(Number(delay)) || 0);
    const delayMs = level > NESTED_LEVEL || kind === "interval" ? Math.max(wanted, NESTED_MIN_MS) : wanted;
    const id = (this.#last += 1);
    const timer: PageTimer = {
      id,
      kind,
      handler:
        typeof handler === "function" ? (handler as Handler) : () => evaluate(this.#realm, String(handler)),
      args,
      delayMs,
      armedAtMs: this.#nowMs,
      level,
      dueMs: this.#nowMs + delayMs,
      order: (this.#order += 1),
    };
    this.#timers.set(id, timer);
    this.#tell("armed", timer);
    return id;
  }

  #clear(id: unknown): void {
    const timer = this.#timers.get(Number(id));
    if (timer === undefined) return;
    this.#timers.delete(timer.id);
    this.#order += 1;
    this.#tell("disarmed", timer);
  }

  #tell(step: TimerStep, { id, kind, delayMs }: PageTimer): void {
    if (kind === "timeout" && delayMs >= TOLD_MIN_MS) this.#onTimer(step, { id, delayMs, atMs: this.#nowMs });
  }

  #next(): PageTimer | undefined {
    let next: PageTimer | undefined;
    for (const timer of this.#timers.values()) {
      if (
        next === undefined ||
        timer.dueMs < next.dueMs ||
        (timer.dueMs === next.dueMs && timer.order < next.order)
      )
        next = timer;
    }
    return next;
  }
}

/** Watches the real timers of a window, for a harness in real time. */
export function watchTimers(realm: Realm, nowMs: () => number, onTimer: OnTimer): void {
  const { setTimeout: arm, clearTimeout: clear } = realm;
  const open = new Map<number, number>();
  replaceFunction(realm, "setTimeout", (_, [handler, delay, ...args]) => {
    const delayMs = Math.max(0, Math.trunc(Number(delay)) || 0);
    if (typeof handler !== "function" || delayMs < TOLD_MIN_MS)
      return Reflect.apply(arm, realm, [handler, delay, ...args]) as unknown;
    const fire = () => {
      open.delete(id);
      onTimer("fired", { id, delayMs, atMs: nowMs() });
      Reflect.apply(handler, realm, args);
    };
    const handle = Reflect.apply(arm, realm, [fire, delay]) as unknown;
    const id = Number(handle);
    open.set(id, delayMs);
    onTimer("armed", { id, delayMs, atMs: nowMs() });
    return handle;
  });
  replaceFunction(realm, "clearTimeout", (_, [handle]) => {
    const id = Number(handle);
    const delayMs = open.get(id);
    if (open.delete(id) && delayMs !== undefined) onTimer("disarmed", { id, delayMs, atMs: nowMs() });
    Reflect.apply(clear, realm, [handle]);
  });
}

function dateAt(Native: DateConstructor, epochMs: () => number): DateConstructor {
  const now = () => epochMs();
  const Faked = new Proxy(Native, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [epochMs()] : args, newTarget) as object,
    apply: () => new Native(epochMs()).toString(),
    get: (target, name) => (name === "now" ? now : (Reflect.get(target, name) as unknown)),
  });
  define(Native.prototype, "constructor", Faked);
  return Faked;
}

/** A handler that throws ends no other; the window gets to hear of it. */
function reportTo(realm: Realm, error: unknown): void {
  const { reportError } = membersOf(realm);
  if (typeof reportError !== "function") throw error;
  Reflect.apply(reportError, realm, [error]);
}

function evaluate(realm: Realm, code: string): void {
  Reflect.apply(membersOf(realm)["eval"] as (code: string) => void, realm, [code]);
}
