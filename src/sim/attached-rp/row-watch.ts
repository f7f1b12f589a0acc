import { sleep } from "../../core/clock.js";
import { Mutex } from "../../core/queue.js";
import type { Env } from "../../core/env.js";
import type { TraceContext } from "../../core/trace.js";
import type { Background } from "../../core/background.js";
import type { LedgerRow } from "../../diagnosis/ledger.js";
import { tagOf } from "../rp/site-store.js";
import { SiteError } from "./site-error.js";

export interface RowWatchDeps {
  /** Asks the site for the ids it holds; absent when it cannot be asked. */
  readonly list?: (() => Promise<readonly string[]>) | undefined;
  readonly everyMs: number;
  readonly forMs: number;
  readonly background: Background;
}

interface Row {
  readonly context: TraceContext | undefined;
  visible: boolean;
}

/**
 * What a real site holds, as far as it says so when asked.
 *
 * A row's time in the trace is when it was first seen, which is later than when it was written. Rows from before the
 * run are ignored.
 */
export class RowWatch {
  readonly #env: Env;
  readonly #deps: RowWatchDeps;
  readonly #mutex = new Mutex();
  /** Whose answer a credential came with. */
  readonly #expected = new Map<string, TraceContext>();
  readonly #rows = new Map<string, Row>();
  #before: ReadonlySet<string> | undefined;
  #told = "";
  #answered = false;

  constructor(env: Env, deps: RowWatchDeps) {
    this.#env = env;
    this.#deps = deps;
  }

  /** Whether the site can be asked at all. */
  get canAsk(): boolean {
    return this.#deps.list !== undefined;
  }

  /** Whether it answered the last time it was asked. */
  get knows(): boolean {
    return this.#answered;
  }

  /** A credential the site was sent, and has not shown. */
  get isWaiting(): boolean {
    return [...this.#expected.keys()].some((id) => !this.#rows.has(id));
  }

  get rows(): readonly LedgerRow[] {
    return [...this.#rows].map(([id, { visible }]) => ({ credential: tagOf(id), visible }));
  }

  has(ceremony: string): boolean {
    return [...this.#rows.values()].some((row) => row.context?.ceremony === ceremony);
  }

  /** A finish call is about to carry this credential to the site. */
  expect(credential: string, context: TraceContext): void {
    this.#expected.set(credential, context);
  }

  /** Login options offered these. */
  offered(ids: readonly string[]): void {
    for (const id of ids) {
      const row = this.#rows.get(id);
      if (row === undefined || row.visible) continue;
      row.visible = true;
      this.#emitRow(id, "visible", row.context);
    }
  }

  /** Asks once. What is new, and what is gone, goes into the trace; the site's refusal to say does, too. */
  probe({ quiet = false }: { readonly quiet?: boolean } = {}): Promise<void> {
    const { list } = this.#deps;
    if (list === undefined) return Promise.resolve();
    return this.#mutex.run(async () => {
      try {
        this.#take(await list(), quiet);
      } catch (error) {
        if (!(error instanceof SiteError)) throw error;
        this.#answered = false;
        const { code } = error;
        this.#say(quiet, { kind: "rp.probe", probe: "credentials", outcome: "failed", code });
      }
    });
  }

  /** Asks now, and again in the background until the credential is there or the time is up. */
  async follow(credential: string): Promise<void> {
    const { background, everyMs, forMs } = this.#deps;
    if (!this.canAsk) return;
    await this.probe();
    if (this.#rows.has(credential)) return;
    const { clock } = this.#env;
    const untilMs = clock.nowMs() + forMs;
    const watch = async () => {
      while (!this.#rows.has(credential) && clock.nowMs() < untilMs) {
        await sleep(clock, everyMs, "probe.every");
        await this.probe({ quiet: true });
      }
    };
    void background.add(watch());
  }

  #take(ids: readonly string[], quiet: boolean): void {
    this.#answered = true;
    const credentials = ids.map(tagOf);
    this.#say(quiet, { kind: "rp.probe", probe: "credentials", outcome: "answered", credentials });
    if (this.#before === undefined) {
      this.#before = new Set(ids.filter((id) => !this.#expected.has(id)));
    }
    for (const id of ids) {
      if (this.#rows.has(id) || this.#before.has(id)) continue;
      const context = this.#expected.get(id);
      this.#rows.set(id, { context, visible: false });
      this.#emitRow(id, "created", context);
    }
    for (const id of [...this.#rows.keys(), ...this.#before]) {
      if (ids.includes(id)) continue;
      // Which ceremony made it go is not for the list to say.
      this.#emitRow(id, "deleted", undefined);
      this.#rows.delete(id);
      this.#before = new Set([...this.#before].filter((other) => other !== id));
    }
  }

  #say(quiet: boolean, event: Parameters<Env["trace"]["emit"]>[0]): void {
    const said = JSON.stringify(event);
    if (!quiet || said !== this.#told) this.#env.trace.emit(event);
    this.#told = said;
  }

  #emitRow(id: string, change: "created" | "deleted" | "visible", context: TraceContext | undefined): void {
    const credential = tagOf(id);
    this.#env.trace.in(context).emit({ kind: "rp.row", credential, change });
  }
}
