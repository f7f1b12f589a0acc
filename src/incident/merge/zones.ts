import type { Interval } from "../../diagnosis/clocks/bounds.js";
import type { NamedSource } from "./named-source.js";

/** Zones are ahead of UTC by whole quarters of an hour. */
const QUARTER_MS = 15 * 60_000;
const DAY_MS = 86_400_000;
const ZONES_MS = [-14 * 3_600_000, 12 * 3_600_000] as const;
/** Time from the site's answer to the browser's request for the key, when nobody waits in between. */
const CALL_MS_MAX = 30_000;

/** Sources of the reference's own machine differ from it by a zone alone: by a whole number of quarters of an hour. */
export function snapped(
  sources: readonly NamedSource[],
  reference: NamedSource | undefined,
  intervals: ReadonlyMap<string, Interval>,
): ReadonlyMap<string, Interval> {
  return new Map(
    sources.map((source) => {
      const interval = intervals.get(source.id) ?? [-Infinity, Infinity];
      const [lowMs, highMs] = interval;
      if (!differsByZone(source, reference) || lowMs === -Infinity || highMs === Infinity)
        return [source.id, interval];
      const first = Math.ceil(lowMs / QUARTER_MS);
      const last = Math.floor(highMs / QUARTER_MS);
      if (first > last) return [source.id, interval];
      return [source.id, [0 + first * QUARTER_MS, 0 + last * QUARTER_MS]];
    }),
  );
}

function differsByZone({ clock, id }: NamedSource, reference: NamedSource | undefined): boolean {
  return (
    id !== reference?.id &&
    clock.machine === "client" &&
    reference?.clock.machine === "client" &&
    (clock.kind === "local" || reference.clock.kind === "local")
  );
}

/**
 * Finds the zone of a source that shares no value with the reference: the one that lets each of its requests follow the
 * options of a registration or login at once. A request for a key comes within moments of its options.
 */
export function orderedZone(
  sources: readonly NamedSource[],
  reference: NamedSource | undefined,
  intervals: ReadonlyMap<string, Interval>,
): ReadonlyMap<string, Interval> {
  if (reference === undefined) return intervals;
  return new Map(
    [...intervals].map(([id, interval]) => {
      const source = sources.find((one) => one.id === id);
      const isOpen = interval.some((end) => !Number.isFinite(end));
      if (source === undefined || !isOpen || !differsByZone(source, reference)) return [id, interval];
      const found = candidates(source, reference);
      const [only] = found;
      return found.length === 1 && only !== undefined ? [id, [only, only]] : [id, interval];
    }),
  );
}

function candidates(source: NamedSource, reference: NamedSource): readonly number[] {
  const answers = reference.records.filter(
    ({ event }) => event.kind === "rp.response" && event.call.endsWith("/options") && event.status < 400,
  );
  const requests = source.records.filter(({ event }) => event.kind === "page.called");
  if (requests.length === 0 || answers.length === 0) return [];
  const isFit = (ms: number) =>
    requests.every((request) =>
      answers.some(({ at, event }) => {
        const kind = event.kind === "rp.response" ? event.call.split("/")[0] : "";
        const same =
          request.event.kind === "page.called" && (request.event.method === "get") === (kind === "login");
        const gapMs = request.at.toMs + ms - at.fromMs;
        return same && gapMs >= 0 && gapMs <= CALL_MS_MAX + source.clock.precisionMs;
      }),
    );
  const days = source.clock.hasNoDate === true ? daysOf(source, reference) : [0];
  const all: number[] = [];
  for (const dayMs of days)
    for (let ms: number = ZONES_MS[0]; ms <= ZONES_MS[1]; ms += QUARTER_MS)
      if (isFit(dayMs + ms)) all.push(dayMs + ms);
  return [...new Set(all)];
}

/** Days that a source without a date may be of: that of the reference, the one before and the one after. */
function daysOf(source: NamedSource, reference: NamedSource): readonly number[] {
  const first = reference.records[0]?.at.fromMs ?? 0;
  const own = source.records[0]?.at.fromMs ?? 0;
  const day = Math.floor(first / DAY_MS) * DAY_MS - Math.floor(own / DAY_MS) * DAY_MS;
  return [day - DAY_MS, day, day + DAY_MS];
}
