import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { narrowed, type Bound, type Interval } from "../../../src/diagnosis/clocks/bounds.js";
import { hypothesesOf } from "../../../src/diagnosis/clocks/hypotheses.js";
import { fullRuns } from "../../helpers/full-runs.js";

const CLOCKS = ["browser", "key", "page", "site"];
const RIGHT: Interval = [0, 0];
const ANY: Interval = [-Infinity, Infinity];

/** Bounds of messages between clocks, of which one is off by a time. */
const messages = fc.record({
  off: fc.constantFrom(...CLOCKS),
  offsetMs: fc.integer({ min: -100_000, max: 100_000 }),
  sent: fc.array(
    fc.record({
      from: fc.constantFrom(...CLOCKS),
      to: fc.constantFrom(...CLOCKS),
      takesMs: fc.integer({ min: 0, max: 2_000 }),
    }),
    { minLength: 1, maxLength: 20 },
  ),
});

function boundsWith(
  offsetMs: number,
  off: string,
  sent: readonly { from: string; to: string; takesMs: number }[],
) {
  const error = (clock: string) => (clock === off ? offsetMs : 0);
  return sent
    .filter(({ from, to }) => from !== to)
    .map(({ from, to, takesMs }): Bound => ({
      clock: from,
      other: to,
      mostMs: takesMs + error(to) - error(from),
    }));
}

describe("bounds of messages", () => {
  test("leave the true correction, whatever the messages were", () => {
    fc.assert(
      fc.property(messages, ({ off, offsetMs, sent }) => {
        const within = new Map(CLOCKS.map((clock) => [clock, clock === off ? ANY : RIGHT]));
        const [lowMs, highMs] = narrowed(boundsWith(offsetMs, off, sent), within)?.get(off) ?? [1, -1];
        expect(lowMs).toBeLessThanOrEqual(-offsetMs);
        expect(highMs).toBeGreaterThanOrEqual(-offsetMs);
      }),
      { numRuns: fullRuns(1_000) },
    );
  });

  test("find no clock that is off where none is", () => {
    fc.assert(
      fc.property(messages, ({ off, sent }) => {
        expect(hypothesesOf(boundsWith(0, off, sent), new Map())).toEqual([new Map()]);
      }),
      { numRuns: fullRuns(1_000) },
    );
  });

  test("that contradict each other leave nothing", () => {
    const bounds = [
      { clock: "page", other: "site", mostMs: -5_000 },
      { clock: "site", other: "page", mostMs: -5_000 },
    ];
    expect(hypothesesOf(bounds, new Map())).toEqual([]);
  });
});

describe("the clock that is off", () => {
  const roundTrip = (one: string, other: string, offsetMs: number): readonly Bound[] => [
    { clock: one, other, mostMs: 50 + offsetMs },
    { clock: other, other: one, mostMs: 50 - offsetMs },
  ];

  test("is the one that explains all, by what the fastest messages leave", () => {
    const bounds = [...roundTrip("page", "site", -90_000), ...roundTrip("browser", "site", -90_000)];
    expect(hypothesesOf(bounds, new Map())).toEqual([new Map([["site", [89_950, 90_050]]])]);
  });

  test("is either of two that only each other speak of", () => {
    const found = hypothesesOf(roundTrip("key", "user", 5_000), new Map());
    expect(found).toEqual([new Map([["key", [4_950, 5_050]]]), new Map([["user", [-5_050, -4_950]]])]);
  });

  test("has the given interval, narrowed by the messages", () => {
    const given = new Map([["site", [-5_000, 90_000] as const]]);
    expect(hypothesesOf(roundTrip("page", "site", -60_000), given)).toEqual([
      new Map([["site", [59_950, 60_050]]]),
    ]);
  });
});
