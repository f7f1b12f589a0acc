import type { Knobs } from "../knobs/knobs.js";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How long the nth lock of an account lasts, counted from 0. */
export interface LockLadder {
  readonly durationMs: (lock: number) => number;
  readonly source: string;
}

const rungs =
  (...durations: readonly [number, ...number[]]) =>
  (lock: number) =>
    durations[Math.min(lock, durations.length - 1)] ?? durations[0];

/** Policies of known products. */
export const LOCK_LADDERS: Readonly<Record<Knobs["lock"]["ladder"], LockLadder>> = {
  "10min-20min-1h-1day": {
    durationMs: rungs(10 * MINUTE_MS, 20 * MINUTE_MS, HOUR_MS, DAY_MS),
    source: "public issue: linagora/linshare 137",
  },
  "15min": {
    durationMs: rungs(15 * MINUTE_MS),
    source: "public issues: greenpau/go-authcrunch 85, silverstripe/silverstripe-mfa 47",
  },
  "1min-doubling": {
    durationMs: (lock) => MINUTE_MS * 2 ** lock,
    source:
      "public issue: MicrosoftDocs/azure-docs 110879 (first lock a minute, then growing; the rate is secret)",
  },
};
