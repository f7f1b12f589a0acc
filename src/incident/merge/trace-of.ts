import type { TraceRecord } from "../../core/trace.js";
import type { PlacedRecord } from "./placed-record.js";

/** Spans of a ceremony's own: what the page and the site did, not the browser's request. */
const OF_CEREMONY = /^(?:rp\.|factor\.|page\.(?:call-failed|gave-up|threw))/;

/** A placed record with the time that was chosen for it. */
export interface TimedRecord {
  readonly ms: number;
  readonly record: PlacedRecord;
}

/**
 * Makes a trace of schema 2 of timed records: gives each its span, opens the spans, and counts time from the first record.
 *
 * @param timed in any order; of one moment, in the order in which they happened.
 * @param made takes which placed record each record of the trace was made of.
 * @param labels what each ceremony is for, of those whose page told of itself: its span is opened.
 */
export function traceOf(
  timed: readonly TimedRecord[],
  labels: ReadonlyMap<string, string> = new Map(),
  made: Map<TraceRecord, PlacedRecord> = new Map(),
): readonly TraceRecord[] {
  const sorted = [...timed].sort((a, b) => a.ms - b.ms);
  const startMs = sorted[0]?.ms ?? 0;
  const spans = new Map<string, string>();
  const trace: TraceRecord[] = [];
  const add = (one: TraceRecord, record: PlacedRecord) => {
    trace.push(one);
    made.set(one, record);
  };
  const open = (span: Omit<TraceRecord & { readonly kind: "span.started" }, "kind">) =>
    void trace.push({ kind: "span.started", ...span });
  const nameOf = (key: string, begin: (span: string) => void): string => {
    const known = spans.get(key);
    if (known !== undefined) return known;
    const span = `s${spans.size + 1}`;
    spans.set(key, span);
    begin(span);
    return span;
  };
  for (const { ms, record } of sorted) {
    const { actor, ceremony, event } = record;
    // A time in microseconds is kept as such; the millionth of a millisecond is an error of adding.
    const atMs = Math.round((ms - startMs) * 1_000) / 1_000;
    const frame = { atMs, actor, ...marksOf(record) };
    if (ceremony === undefined) {
      add({ ...frame, span: "run", ...event }, record);
      continue;
    }
    const own = { atMs, ceremony };
    const page = nameOf(ceremony, (span) => {
      const label = labels.get(ceremony);
      if (label !== undefined) open({ ...own, actor: "page", span, name: "ceremony", label, parent: "run" });
    });
    if (OF_CEREMONY.test(event.kind) || (event.kind.startsWith("timer.") && actor === "gateway")) {
      add({ ...frame, span: page, ceremony, ...event }, record);
      continue;
    }
    const request = nameOf(`${ceremony} request`, (span) => {
      open({ ...own, actor: "browser", span, name: "request", label: "request", parent: page });
    });
    if (record.span === undefined) {
      add({ ...frame, span: request, ceremony, ...event }, record);
      continue;
    }
    const exchange = nameOf(`${ceremony} ${record.source} ${record.span}`, (span) => {
      const label = "command" in event ? event.command : "command";
      open({ ...own, actor: "browser", span, name: "exchange", label, parent: request });
    });
    add({ ...frame, span: exchange, ceremony, ...event }, record);
  }
  return trace;
}

function marksOf({ source, derived }: PlacedRecord): { readonly source: string; readonly derived?: string } {
  return { source, ...(derived !== undefined && { derived }) };
}
