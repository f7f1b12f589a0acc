import type { TraceRecord } from "../core/trace.js";

/** Who keeps a log of its own, with the actors whose records are in it. */
const ACTORS: Readonly<Record<string, readonly string[]>> = {
  browser: ["browser", "phone-browser", "helper-browser", "desktop", "link", "phone-link", "port"],
  page: ["page", "phone-page", "helper-page"],
  site: ["site"],
  gateway: ["gateway"],
  mail: ["mail", "sms"],
  key: ["key", "key-2", "key-provider-2"],
  phone: ["phone", "phone-2"],
  user: ["user"],
  tunnel: ["tunnel-service"],
};

/** Not a party, but a kind of records that many traces lack: which timers ran and fired. */
const TIMERS = "timers";

/** A party whose records a trace may lack, or whose clock may be off. */
export type PartyName = string;

/** Every party, and the records of timers. */
export const PARTIES: readonly PartyName[] = [...Object.keys(ACTORS), TIMERS];

/** Parties with a clock of their own. */
export const CLOCKED: readonly PartyName[] = Object.keys(ACTORS);

/** How far a party's clock is off, in milliseconds. */
export const CLOCK_OFFSETS_MS: readonly number[] = [-90_000, -5_000, 5_000, 90_000];

const PARTY_OF: ReadonlyMap<string, PartyName> = new Map(
  Object.entries(ACTORS).flatMap(([party, actors]) => actors.map((actor) => [actor, party] as const)),
);

/** Returns the party that recorded something: an actor that is in no list is one by itself. */
function partyOf({ actor }: TraceRecord): PartyName {
  return PARTY_OF.get(actor) ?? actor;
}

/** Returns the parties that a trace has records of, in the order of {@link PARTIES}. */
export function partiesIn(records: readonly TraceRecord[]): readonly PartyName[] {
  const seen = new Set(records.map(partyOf));
  if (records.some(({ kind }) => kind.startsWith("timer."))) seen.add(TIMERS);
  return PARTIES.filter((party) => seen.has(party));
}

/** Takes every record of some parties out of a trace. */
export function withoutParties(
  records: readonly TraceRecord[],
  parties: readonly PartyName[],
): readonly TraceRecord[] {
  const withoutTimers = parties.includes(TIMERS);
  return records.filter(
    (record) => !parties.includes(partyOf(record)) && !(withoutTimers && record.kind.startsWith("timer.")),
  );
}

/** Moves every record of a party in time, and puts the trace in order again, as a reader of logs would. */
export function withClockOff(
  records: readonly TraceRecord[],
  { party, offsetMs }: { readonly party: PartyName; readonly offsetMs: number },
): readonly TraceRecord[] {
  const moved = records.map((record) =>
    partyOf(record) === party ? { ...record, atMs: record.atMs + offsetMs } : record,
  );
  // Sorting is stable: records of the same moment keep their order.
  return moved.sort((a, b) => a.atMs - b.atMs);
}
