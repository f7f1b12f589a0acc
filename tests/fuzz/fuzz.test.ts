import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { BOUNDARIES } from "./boundaries.js";
import type { FuzzBoundary } from "./boundary.js";
import { Chance } from "./chance.js";
import { fuzz, replay, type FuzzFailure } from "./fuzz.js";

/** A taste of `npm run fuzz`, always the same. */
const COUNT = 5_000;
const SEED = "suite";

interface Found extends Omit<FuzzFailure, "error"> {
  readonly what: string;
}

const FOUND = JSON.parse(
  readFileSync(new URL("../vectors/found-by-fuzzing.json", import.meta.url), "utf8"),
) as { readonly cases: readonly Found[] };

const named = (name: string) => BOUNDARIES.find((boundary) => boundary.name === name) as FuzzBoundary;

describe.each(BOUNDARIES.map((boundary) => [boundary.name, boundary] as const))("%s", (_, boundary) => {
  test("lives through random and spoilt messages", { timeout: 120_000 }, async () => {
    const messages = Math.ceil(COUNT * boundary.share);
    const report = await fuzz(boundary, { seed: SEED, messages });
    if (report.failure) console.error(JSON.stringify(report.failure));
    expect(report.failure?.error).toBeUndefined();
    expect(report.messages).toBe(messages);
  });
});

test("what fuzzing once found stays mended", { timeout: 120_000 }, async () => {
  for (const found of FOUND.cases) {
    expect(named(found.boundary), found.what).toBeDefined();
    await replay(named(found.boundary), found);
  }
});

describe("the fuzzer itself", () => {
  /** A boundary that breaks at a byte of 0xff. */
  const brittle: FuzzBoundary = {
    name: "brittle",
    what: "breaks at 0xff",
    messagesPerWorld: 100,
    share: 1,
    start: () => ({
      next: (chance) => chance.bytes(1),
      hand(message) {
        if (message[0] === 0xff) throw new Error("brittle");
      },
      settle: () => {},
    }),
  };

  test("says which messages broke it, and the same again when they are replayed", async () => {
    const { failure } = await fuzz(brittle, { seed: SEED, messages: 10_000 });
    expect(failure).toMatchObject({ boundary: "brittle", seed: SEED });
    expect(failure?.messages.at(-1)).toBe("ff");
    await expect(replay(brittle, failure as FuzzFailure)).rejects.toThrow("brittle");
    const again = await fuzz(brittle, { seed: SEED, messages: 100, firstWorld: failure?.world ?? 0 });
    expect(again.failure?.messages).toEqual(failure?.messages);
  });

  test("draws the same from the same seed, and something else from another", () => {
    const draws = (seed: string) => new Chance(seed).bytes(64);
    expect(draws("a")).toEqual(draws("a"));
    expect(draws("a")).not.toEqual(draws("b"));
  });

  test.each(["ctap", "u2f", "ctaphid", "cbor"])(
    "makes up the same messages at %s every time",
    async (name) => {
      const said = async () => {
        const chance = new Chance("again");
        const world = await named(name).start(chance);
        const messages: Uint8Array[] = [];
        for (let count = 0; count < 20; count++) {
          const message = world.next(chance);
          messages.push(message);
          await world.hand(message);
        }
        return messages;
      };
      expect(await said()).toEqual(await said());
    },
  );
});
