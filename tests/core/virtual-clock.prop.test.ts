import fc from "fast-check";
import { expect, test } from "vitest";
import { VirtualClock } from "../../src/core/virtual-clock.js";

test("whatever is armed and disarmed, the rest fires once each, by time and then by order of arming", async () => {
  const timers = fc.array(fc.record({ delayMs: fc.nat(20), disarmed: fc.boolean() }), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(timers, async (rows) => {
      const clock = new VirtualClock();
      const fired: number[] = [];
      const disarms = rows.map(({ delayMs }, i) => clock.arm(delayMs, `t${i}`, () => fired.push(i)));
      rows.forEach(({ disarmed }, i) => {
        if (disarmed) disarms[i]?.();
      });
      await clock.advance(20);
      const expected = rows
        .map((row, i) => ({ ...row, i }))
        .filter(({ disarmed }) => !disarmed)
        .sort((a, b) => a.delayMs - b.delayMs || a.i - b.i)
        .map(({ i }) => i);
      expect(fired).toEqual(expected);
    }),
  );
});
