import { causalPairs } from "../../diagnosis/clocks/causal-pairs.js";
import type { Bound } from "../../diagnosis/clocks/bounds.js";
import type { TraceRecord } from "../../core/trace.js";
import type { PlacedRecord } from "./placed-record.js";
import { traceOf, type TimedRecord } from "./trace-of.js";

/** Two records of which the first happened no later than the second. */
export interface CausalLink {
  readonly before: PlacedRecord;
  readonly after: PlacedRecord;
}

/** Lists what must have come before what among the records, whatever their sources' clocks say. */
export function causalLinks(
  timed: readonly TimedRecord[],
  labels: ReadonlyMap<string, string>,
): readonly CausalLink[] {
  const made = new Map<TraceRecord, PlacedRecord>();
  const trace = traceOf(timed, labels, made);
  return causalPairs(trace).flatMap(({ before, after }) => {
    const [one, other] = [made.get(before), made.get(after)];
    return one === undefined || other === undefined || one === other ? [] : [{ before: one, after: other }];
  });
}

/** What links between records of two sources say of their clocks; what was concluded has the time of what it is from. */
export function boundsOfLinks(links: readonly CausalLink[]): readonly Bound[] {
  return links
    .filter(({ before, after }) => before.source !== after.source)
    .map(({ before, after }) => ({
      clock: before.source,
      other: after.source,
      mostMs: after.at.toMs - before.at.fromMs,
    }));
}
