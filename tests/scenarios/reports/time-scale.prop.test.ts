import fc from "fast-check";
import { expect, test } from "vitest";
import { FOLD_MS, spacedOut, timeScale } from "../../../src/scenarios/reports/time-scale.js";

const moments = fc.array(fc.double({ min: 0, max: 1e8, noNaN: true }), { maxLength: 40 });
const TINY = 1e-9;

test("time keeps its order and stays on the paper", () => {
  fc.assert(
    fc.property(moments, fc.double({ min: -10, max: 2e8, noNaN: true }), (times, ms) => {
      const scale = timeScale(times);
      const places = [...times, ms].sort((a, b) => a - b).map((time) => scale.at(time));
      expect(places.every((place) => place >= 0 && place <= 100)).toBe(true);
      expect(
        places.every((place, index) => index === 0 || place >= (places[index - 1] as number) - TINY),
      ).toBe(true);
    }),
  );
});

test("every pause of the folding length is marked as one, no other", () => {
  fc.assert(
    fc.property(moments, (times) => {
      const sorted = [...new Set([0, ...times])].sort((a, b) => a - b);
      const long = sorted.slice(1).filter((ms, index) => ms - (sorted[index] as number) >= FOLD_MS);
      expect(timeScale(times).folds.map(({ toMs }) => toMs)).toEqual(long);
    }),
  );
});

test("labels keep their distance, and the first always has its place", () => {
  const places = fc.array(fc.record({ at: fc.double({ min: 0, max: 100, noNaN: true }) }), { minLength: 1 });
  fc.assert(
    fc.property(places, fc.double({ min: 0.1, max: 50, noNaN: true }), (wanted, apart) => {
      const chosen = spacedOut(wanted, apart);
      expect(chosen[0]).toBe(wanted[0]);
      const sorted = chosen.map(({ at }) => at).sort((a, b) => a - b);
      expect(
        sorted.every((at, index) => index === 0 || at - (sorted[index - 1] as number) >= apart - TINY),
      ).toBe(true);
      // Whoever was left out was too close to somebody.
      const left = wanted.filter((place) => !chosen.includes(place));
      expect(left.every(({ at }) => chosen.some((other) => Math.abs(other.at - at) < apart))).toBe(true);
    }),
  );
});
