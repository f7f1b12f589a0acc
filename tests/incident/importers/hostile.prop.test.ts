/** Whatever happened to a file, it is read to an end: cut anywhere, any byte another, and nothing of it but tags is told. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { IMPORTERS } from "../../../src/incident/importers.js";
import { fullRuns } from "../../helpers/full-runs.js";
import { bytesOfSample, fileOf, importFile, SAMPLES_OF, SECRETS } from "./sample.js";

const NAMES = Object.keys(SAMPLES_OF);

/** Reads a file with the importer of the sample, whether or not it would still be recognised. */
async function readAs(name: string, bytes: Uint8Array) {
  const importer = IMPORTERS.find(({ id }) => id === SAMPLES_OF[name]);
  const sources = (await importer?.read(fileOf(name, bytes), {})) ?? [];
  for (const { records, episodes, anchors, coverage } of sources) {
    const moments = [...records, ...episodes, ...anchors, ...coverage].map(({ at }) => at);
    expect(moments.every(({ fromMs, toMs }) => Number.isFinite(fromMs) && fromMs <= toMs)).toBe(true);
    const ids = new Set(episodes.map(({ id }) => id));
    expect(records.every(({ episode }) => episode === undefined || ids.has(episode))).toBe(true);
  }
  return sources;
}

describe.each(NAMES)("%s", (name) => {
  const whole = bytesOfSample(name);

  test("any beginning of it is read", async () => {
    const step = Math.max(1, Math.floor(whole.length / fullRuns(1_000)));
    for (let length = 0; length <= whole.length; length += step) {
      const sources = await readAs(name, whole.subarray(0, length));
      const output = JSON.stringify(sources);
      expect(SECRETS.filter((secret) => output.includes(secret))).toEqual([]);
      await importFile(fileOf("x", whole.subarray(0, length)));
    }
  });

  test("with any bytes changed it is read", async () => {
    const change = fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const bytes = whole.slice();
        for (const [at, byte] of changes) bytes[at] = byte;
        await readAs(name, bytes);
        await importFile(fileOf("x", bytes));
      }),
      { numRuns: fullRuns(2_000) },
    );
  });
});

test.each(NAMES)("the importer of %s reads any other sample, and noise, to an end", async (name) => {
  for (const other of NAMES) await readAs(name, bytesOfSample(other));
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 512 }), async (noise) => {
      await readAs(name, noise);
      const [first] = bytesOfSample(name).subarray(0, 1);
      await readAs(name, Uint8Array.from([first ?? 0, ...noise]));
    }),
    { numRuns: fullRuns(500) },
  );
});
