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
  const paired = causalPairs(trace).flatMap(({ before, after }) => {
    const [one, other] = [made.get(before), made.get(after)];
    return one === undefined || other === undefined || one === other ? [] : [{ before: one, after: other }];
  });
  return [...paired, ...ownLinks(timed)];
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

/** Commands whose answer the promise resolves with. */
const MAIN: readonly string[] = ["makeCredential", "getAssertion"];

/**
 * Links that a recording by one clock needs none of: the promise resolves when the authenticator has answered, and a row is
 * written for a finish call that has come.
 */
function ownLinks(timed: readonly TimedRecord[]): readonly CausalLink[] {
  const byCeremony = new Map<string, PlacedRecord[]>();
  for (const { record } of timed) {
    if (record.ceremony === undefined) continue;
    const own = byCeremony.get(record.ceremony);
    if (own === undefined) byCeremony.set(record.ceremony, [record]);
    else own.push(record);
  }
  return [...byCeremony.values()].flatMap((own) => [
    ...onlyLink(
      own.filter(
        ({ event }) =>
          event.kind === "ctap.response" && event.status === "OK" && MAIN.includes(event.command),
      ),
      own.filter(({ event }) => event.kind === "page.settled" && event.outcome === "resolved"),
    ),
    ...onlyLink(
      own.filter(({ event }) => event.kind === "rp.request" && event.call === "registration/finish"),
      own.filter(({ event }) => event.kind === "rp.row" && event.change === "created"),
    ),
  ]);
}

/** Where there is one of each: which of several belongs to which is not known. */
function onlyLink(befores: readonly PlacedRecord[], afters: readonly PlacedRecord[]): readonly CausalLink[] {
  const [before] = befores;
  const [after] = afters;
  const isOne = befores.length === 1 && afters.length === 1;
  return isOne && before !== undefined && after !== undefined ? [{ before, after }] : [];
}
