/** Ceremonies that ran at the same time are judged as each alone: records are grouped by id, never by order. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TraceRecord } from "../../src/core/trace.js";
import { explain } from "../../src/diagnosis/explain.js";
import { fullRuns } from "../helpers/full-runs.js";
import { isPasskeyVerb, recordsOf, renamed, saidOf, SINGLE } from "./recorded.js";

const IDS = SINGLE.map(({ id }) => id);

/** No record says whose account an attempt with a code or a password is of: two of them in a trace share one. */
const WITHOUT_FACTORS = SINGLE.filter(({ script }) =>
  script.every((action) => isPasskeyVerb(action) || ["wait", "set", "unplug", "replug"].includes(action.do)),
).map(({ id }) => id);

const delayed = (records: readonly TraceRecord[], byMs: number): readonly TraceRecord[] =>
  records.map((record) => ({ ...record, atMs: record.atMs + byMs }));

const merged = (...traces: readonly (readonly TraceRecord[])[]): readonly TraceRecord[] =>
  traces.flat().sort((a, b) => a.atMs - b.atMs);

/** When the trace ends, and that it would have shown a link. */
const OF_THE_WHOLE_TRACE = /the trace ends|no link to a phone was opened/;

/** Verdicts by the prefix of their ceremony's id. */
const verdictsOf = (records: readonly TraceRecord[], prefix: string) =>
  explain(records)
    .ceremonies.filter(({ ceremony }) => ceremony.startsWith(prefix))
    .map((account) => ({
      ...saidOf(account),
      evidence: account.evidence.filter((line) => !OF_THE_WHOLE_TRACE.test(line)),
    }));

/** Two recordings of different accounts on different devices, the second one some time later. */
async function pairOf(first: string, second: string, byMs: number) {
  const one = renamed(await recordsOf(first, "one"), "one-");
  const other = delayed(renamed(await recordsOf(second, "other"), "other-"), byMs);
  return { one, other };
}

const pairs = fc.tuple(
  fc.constantFrom(...WITHOUT_FACTORS),
  fc.constantFrom(...WITHOUT_FACTORS),
  fc.integer({ min: 0, max: 120_000 }),
);

describe("two recorded scenarios in one trace", () => {
  test("get the verdicts of each alone, however they overlap", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(pairs, async ([first, second, byMs]) => {
        const { one, other } = await pairOf(first, second, byMs);
        const both = merged(one, other);
        expect(verdictsOf(both, "one-")).toEqual(verdictsOf(one, "one-"));
        expect(verdictsOf(both, "other-")).toEqual(verdictsOf(other, "other-"));
      }),
      { numRuns: fullRuns(300) },
    );
  });

  test("get them where the logs stand one after the other", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(pairs, async ([first, second, byMs]) => {
        const { one, other } = await pairOf(first, second, byMs);
        expect(explain([...other, ...one])).toEqual(explain(merged(other, one)));
      }),
      { numRuns: fullRuns(100) },
    );
  });
});

describe("one recorded scenario", () => {
  test.each(IDS)("%s is judged alike with every line twice", async (id) => {
    const records = await recordsOf(id, "one");
    expect(explain(records.flatMap((record) => [record, record]))).toEqual(explain(records));
    expect(explain([...records, ...records])).toEqual(explain(records));
  });

  test("is judged alike with its parties' logs one after the other", { timeout: 60_000 }, async () => {
    for (const id of IDS) {
      const records = await recordsOf(id, "one");
      const parties = [...new Set(records.map(({ actor }) => actor))];
      const apart = parties.flatMap((party) => records.filter(({ actor }) => actor === party));
      expect(
        explain(apart).ceremonies.map(({ mechanism }) => mechanism),
        id,
      ).toEqual(explain(records).ceremonies.map(({ mechanism }) => mechanism));
    }
  });
});
