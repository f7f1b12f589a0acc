import type { Knobs } from "../knobs/knobs.js";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Japan has no daylight saving time. */
const JAPAN_OFFSET_MS = 9 * HOUR_MS;
const OPENS_HOUR = 8;
const CLOSES_HOUR = 17;
/** 1970-01-01 was a Thursday, with Sunday as 0. */
const WEEKDAY_OF_EPOCH = 4;

/** When the call centre answers a call made now: at once, or at eight in the morning of the next weekday. */
export function callCentreOpensAtMs(hours: Knobs["reset"]["hours"], epochMs: number): number {
  if (hours === "always") return epochMs;
  const localMs = epochMs + JAPAN_OFFSET_MS;
  for (let day = Math.floor(localMs / DAY_MS); ; day += 1) {
    const weekday = (day + WEEKDAY_OF_EPOCH) % 7;
    const closesMs = day * DAY_MS + CLOSES_HOUR * HOUR_MS;
    if (weekday === 0 || weekday === 6 || localMs >= closesMs) continue;
    return Math.max(localMs, day * DAY_MS + OPENS_HOUR * HOUR_MS) - JAPAN_OFFSET_MS;
  }
}
