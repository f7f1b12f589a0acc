import fc from "fast-check";
import { expect, test } from "vitest";
import { APDU_ANSWER_MAX, encodeApdu, parseResponseApdu } from "../../../src/ctap/u2f/apdu.js";
import { nameOfStatusWord } from "../../../src/ctap/u2f/u2f-error.js";
import { PROFILES } from "../../../src/sim/profiles/profiles.js";
import { U2fBench } from "./u2f-bench.js";

const byte = fc.integer({ min: 0, max: 255 });
const PROFILE = fc.constantFrom(...PROFILES.values());

/** Anything at all, and what almost is an instruction. */
const MESSAGE = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc
    .record({ ins: fc.integer({ min: 0, max: 4 }), p1: byte, data: fc.uint8Array({ maxLength: 330 }) })
    .map(({ ins, p1, data }) => encodeApdu({ cla: 0, ins, p1, p2: 0, data, le: APDU_ANSWER_MAX.extended })),
);

test("whatever the bytes, there is a status word, at once, and one the specification knows", async () => {
  await fc.assert(
    fc.asyncProperty(PROFILE, fc.array(MESSAGE, { maxLength: 6 }), async (profile, messages) => {
      const bench = new U2fBench({ profile: { ...profile, versions: ["U2F_V2", ...profile.versions] } });
      for (const message of messages) {
        const { statusWord } = parseResponseApdu(await bench.run(bench.key.handleU2f(message)));
        expect(nameOfStatusWord(statusWord)).not.toMatch(/^0x|OTHER/);
      }
      expect(bench.env.clock.nowMs()).toBe(0);
    }),
    { numRuns: 300 },
  );
});
