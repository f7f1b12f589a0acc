import type { TraceRecord } from "../../core/trace.js";

type TimerRecord = Extract<TraceRecord, { readonly kind: `timer.${string}` }>;

/** A timer of a schema-1 trace that has not ended yet. */
interface OpenTimer {
  readonly id: string;
  readonly ceremony: string | undefined;
  readonly own: string | undefined;
  readonly timer: string;
  readonly owner: string;
  readonly armedAtMs: number;
  readonly budgetMs: number;
}

export interface TimerPlace {
  readonly id: string;
  readonly ceremony?: string;
}

/** What a timer's place depends on. */
export interface RunningCeremonies {
  readonly current: { readonly id: string; readonly settledAtMs?: number } | undefined;
  readonly beganBefore: (atMs: number) => { readonly id: string } | undefined;
}

/** Pairs timers of schema 1, which have no ids, and says whose they are. */
export class OrderedTimers {
  #open: OpenTimer[] = [];
  #ids = 0;
  /** Records of page timers that ran before the site had a name for their ceremony. */
  readonly #early = new Map<string, number[]>();
  #claimed: { readonly index: number; readonly ceremony: string }[] = [];
  readonly #claimedIds = new Map<string, string>();

  place(record: TimerRecord, index: number, { current, beganBefore }: RunningCeremonies): TimerPlace {
    return record.kind === "timer.armed"
      ? this.#armed(record, index, current)
      : this.#ended(record, index, { current, beganBefore });
  }

  /** A ceremony got its name: the page timers that wait for one are its own. */
  claim(ceremony: string): void {
    for (const [id, indexes] of this.#early) {
      this.#claimedIds.set(id, ceremony);
      this.#claimed.push(...indexes.map((index) => ({ index, ceremony })));
    }
    this.#early.clear();
  }

  takeClaimed(): readonly { readonly index: number; readonly ceremony: string }[] {
    const claimed = this.#claimed;
    this.#claimed = [];
    return claimed;
  }

  #armed(record: TimerRecord, index: number, current: RunningCeremonies["current"]): TimerPlace {
    const { timer, budgetMs, actor, atMs } = record;
    const id = `timer-${(this.#ids += 1)}`;
    const isRunning = current !== undefined && current.settledAtMs === undefined;
    const isEarly = record.ceremony === undefined && timer.startsWith("page.") && !isRunning;
    if (isEarly) this.#early.set(id, [index]);
    const ceremony = record.ceremony ?? (isEarly ? undefined : current?.id);
    this.#open.push({ id, ceremony, own: record.ceremony, timer, owner: actor, armedAtMs: atMs, budgetMs });
    return placed(id, ceremony);
  }

  #ended(record: TimerRecord, index: number, { current, beganBefore }: RunningCeremonies): TimerPlace {
    const { timer, actor, atMs, budgetMs } = record;
    const open = this.#open.filter(
      (use) => use.timer === timer && use.owner === actor && use.own === record.ceremony,
    );
    // Of two that run at once the one that is due fires; otherwise the one armed last ends first.
    const overdueMs = (use: OpenTimer) => Math.abs(atMs - use.armedAtMs - use.budgetMs);
    const use =
      record.kind === "timer.fired" ? open.sort((a, b) => overdueMs(a) - overdueMs(b))[0] : open.at(-1);
    if (use === undefined) {
      // Devices of schema 1 recorded some timers only when they fired.
      const ceremony = record.ceremony ?? beganBefore(atMs - budgetMs)?.id ?? current?.id;
      return placed(`timer-${(this.#ids += 1)}`, ceremony);
    }
    this.#open = this.#open.filter((one) => one !== use);
    this.#early.get(use.id)?.push(index);
    return placed(use.id, use.ceremony ?? this.#claimedIds.get(use.id));
  }
}

function placed(id: string, ceremony: string | undefined): TimerPlace {
  return ceremony === undefined ? { id } : { id, ceremony };
}
