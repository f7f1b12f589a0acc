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
 */
export function traceOf(timed: readonly TimedRecord[]): readonly TraceRecord[] {
  const sorted = [...timed].sort((a, b) => a.ms - b.ms);
  const startMs = sorted[0]?.ms ?? 0;
  const spans = new Map<string, string>();
  const trace: TraceRecord[] = [];
  const nameOf = (key: string, open?: (span: string) => void): string => {
    const known = spans.get(key);
    if (known !== undefined) return known;
    const span = `s${spans.size + 1}`;
    spans.set(key, span);
    open?.(span);
    return span;
  };
  for (const { ms, record } of sorted) {
    const { actor, ceremony, event } = record;
    // A time in microseconds is kept as such; the millionth of a millisecond is an error of adding.
    const atMs = Math.round((ms - startMs) * 1_000) / 1_000;
    const frame = { atMs, actor, ...marksOf(record) };
    if (ceremony === undefined) {
      trace.push({ ...frame, span: "run", ...event });
      continue;
    }
    const page = nameOf(ceremony);
    if (OF_CEREMONY.test(event.kind) || (event.kind.startsWith("timer.") && actor === "gateway")) {
      trace.push({ ...frame, span: page, ceremony, ...event });
      continue;
    }
    const request = nameOf(`${ceremony} request`, (span) => {
      const label = "request";
      trace.push({
        atMs,
        actor: "browser",
        span,
        ceremony,
        kind: "span.started",
        name: "request",
        label,
        parent: page,
      });
    });
    if (record.span === undefined) {
      trace.push({ ...frame, span: request, ceremony, ...event });
      continue;
    }
    const exchange = nameOf(`${ceremony} ${record.source} ${record.span}`, (span) => {
      const label = "command" in event ? event.command : "command";
      trace.push({
        atMs,
        actor: "browser",
        span,
        ceremony,
        kind: "span.started",
        name: "exchange",
        label,
        parent: request,
      });
    });
    trace.push({ ...frame, span: exchange, ceremony, ...event });
  }
  return trace;
}

function marksOf({ source, derived }: PlacedRecord): { readonly source: string; readonly derived?: string } {
  return { source, ...(derived !== undefined && { derived }) };
}
