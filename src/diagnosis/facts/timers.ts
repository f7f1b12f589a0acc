import type { TraceRecord } from "../../core/trace.js";

/** One budget from arming to its end. */
export interface TimerUse {
  readonly timer: string;
  readonly owner: string;
  readonly budgetMs: number;
  readonly armedAtMs: number;
  /** Absent for a budget of no ceremony. */
  readonly ceremony?: string;
  readonly endedAtMs?: number;
  readonly end: "fired" | "disarmed" | "pending";
}

type TimerRecord = Extract<TraceRecord, { readonly kind: `timer.${string}` }>;

/**
 * Pairs the records of every timer by id, whatever order they come in.
 *
 * A trace that begins late may show only the end of a timer: one that fired was then armed a budget earlier, and
 * one that was disarmed is left out.
 */
export function timersOf(records: readonly TraceRecord[]): readonly TimerUse[] {
  const byId = new Map<string, TimerRecord[]>();
  for (const record of records) {
    if (record.kind !== "timer.armed" && record.kind !== "timer.fired" && record.kind !== "timer.disarmed")
      continue;
    const known = byId.get(record.id);
    if (known === undefined) byId.set(record.id, [record]);
    else known.push(record);
  }
  return [...byId.values()].flatMap((own) => timerUse(own) ?? []);
}

function timerUse(records: readonly TimerRecord[]): TimerUse | undefined {
  const armed = records.find(({ kind }) => kind === "timer.armed");
  const ended = records.find(({ kind }) => kind !== "timer.armed");
  const any = armed ?? ended;
  if (any === undefined || (armed === undefined && ended?.kind === "timer.disarmed")) return undefined;
  const { timer, budgetMs, actor, ceremony } = any;
  return {
    timer,
    owner: actor,
    budgetMs,
    armedAtMs: armed?.atMs ?? any.atMs - budgetMs,
    ...(ceremony !== undefined && { ceremony }),
    ...(ended !== undefined && { endedAtMs: ended.atMs }),
    end: ended === undefined ? "pending" : ended.kind === "timer.fired" ? "fired" : "disarmed",
  };
}
