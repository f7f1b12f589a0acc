import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sha256 } from "@noble/hashes/sha2.js";
import { concat, toHex, utf8 } from "../../src/core/bytes.js";
import { drawFraction, seededEntropy, systemEntropy, type Entropy } from "../../src/core/entropy.js";
import { fullRuns } from "../helpers/full-runs.js";

const fixed = (bytes: readonly number[]): Entropy => ({
  bytes: () => Uint8Array.from(bytes),
  fork: () => fixed(bytes),
});

describe("seededEntropy", () => {
  /** Pinned to its definition, SHA-256 over seed and block number: recorded runs must replay in later versions. */
  test("is SHA-256 in counter mode over the seed", () => {
    const blocks = [0, 1, 2].map((i) => sha256(utf8(`story#${i}`)));
    expect(seededEntropy("story").bytes(96)).toEqual(concat(...blocks));
  });

  test("equal seeds give equal bytes, different seeds different ones", () => {
    expect(toHex(seededEntropy("a").bytes(40))).toBe(toHex(seededEntropy("a").bytes(40)));
    expect(toHex(seededEntropy("a").bytes(40))).not.toBe(toHex(seededEntropy("b").bytes(40)));
  });

  test("never gives the same bytes twice, whatever the lengths of the draws", () => {
    const entropy = seededEntropy("a");
    const draws = [16, 32, 33, 1, 64, 20].map((length) => {
      const bytes = entropy.bytes(length);
      expect(bytes).toHaveLength(length);
      return toHex(bytes.subarray(0, 16));
    });
    expect(new Set(draws).size).toBe(draws.length);
  });

  test("a fork does not depend on what its parent has drawn, nor the parent on its forks", () => {
    const draw = (setUp: (parent: Entropy) => void) => {
      const parent = seededEntropy("world");
      setUp(parent);
      return { fork: toHex(parent.fork("phone").bytes(32)), parent };
    };
    const plain = draw(() => {});
    const busy = draw((parent) => parent.bytes(1000));
    const crowded = draw((parent) => parent.fork("browser").bytes(1000));
    expect(busy.fork).toBe(plain.fork);
    expect(crowded.fork).toBe(plain.fork);
    expect(toHex(crowded.parent.bytes(32))).toBe(toHex(plain.parent.bytes(32)));
  });

  test("forks of different names, parents and depths differ", () => {
    const root = seededEntropy("world");
    const streams = [
      root,
      root.fork("a"),
      root.fork("b"),
      root.fork("a").fork("b"),
      root.fork("b").fork("a"),
    ];
    expect(new Set(streams.map((stream) => toHex(stream.bytes(16)))).size).toBe(streams.length);
  });

  test("no name of a fork makes it another stream, whatever characters are in it", () => {
    const label = fc.string({ unit: fc.constantFrom("a", "/", "#", "0", "%"), maxLength: 6 });
    const first = (path: readonly string[]) =>
      toHex(path.reduce((stream, name) => stream.fork(name), seededEntropy("s")).bytes(16));
    const paths = fc.array(label, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(paths, paths, (one, other) => {
        expect(first(one) === first(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
      { numRuns: fullRuns(3000) },
    );
  });
});

test("systemEntropy gives plain bytes that differ from draw to draw", () => {
  const [one, other] = [systemEntropy.bytes(32), systemEntropy.fork("x").bytes(32)];
  expect(one.constructor).toBe(Uint8Array);
  expect(one).toHaveLength(32);
  expect(toHex(one)).not.toBe(toHex(other));
});

test.each([
  [[0, 0, 0, 0], 0],
  [[0x80, 0, 0, 0], 0.5],
  [[0xff, 0xff, 0xff, 0xff], 1 - 2 ** -32],
])("drawFraction makes of %j the fraction %d", (bytes, fraction) => {
  expect(drawFraction(fixed(bytes))).toBe(fraction);
});
