/** The catalogue's stories with one party's clock off, and with the order of their records lost. */
import { describe, expect, test } from "vitest";
import type { TraceRecord } from "../../../src/core/trace.js";
import { seededEntropy, drawFraction } from "../../../src/core/entropy.js";
import { explain } from "../../../src/diagnosis/explain.js";
import type { CeremonyDiagnosis, Explanation } from "../../../src/diagnosis/explanation.js";
import { CLOCKED, CLOCK_OFFSETS_MS, partiesIn, withClockOff } from "../../../src/oracle/parties.js";
import { CATALOGUE } from "../../../src/scenarios/catalogue.js";
import type { Scenario } from "../../../src/scenarios/scenario.js";
import { catalogueRun } from "../../helpers/catalogue-runs.js";
import { FULL } from "../../helpers/full-runs.js";

const SEED = "demo-1";
const STORIES = CATALOGUE.filter((_, at) => FULL || at % 3 === 0);
const ALL_STORIES_MS = 300_000;
/** An offset that contradicts no record cannot be noticed. */
const WRONG_SHARE_MAX = 0.005;

interface Said {
  readonly ceremony: string;
  readonly is: "same" | "undecided" | "wrong";
}

/** What became of each verdict of the whole trace. */
function compared(whole: Explanation, now: Explanation): readonly Said[] {
  return whole.ceremonies.map((was) => {
    const said = now.ceremonies.find(({ ceremony }) => ceremony === was.ceremony);
    const isSame = said !== undefined && causeOf(said) === causeOf(was);
    const is = isSame ? "same" : said?.mechanism === "undecided" ? "undecided" : "wrong";
    return { ceremony: `${was.ceremony} ${causeOf(was)} -> ${said && causeOf(said)}`, is };
  });
}

const causeOf = ({ mechanism, decidedBy }: CeremonyDiagnosis) =>
  `${mechanism}/${decidedBy?.timer ?? "no timer"}`;

const explained = new Map<string, Explanation>();

async function wholeOf(scenario: Scenario): Promise<Explanation> {
  const known = explained.get(scenario.id) ?? explain((await catalogueRun(scenario, SEED)).records);
  explained.set(scenario.id, known);
  return known;
}

async function ceremoniesWith(change: (records: readonly TraceRecord[]) => readonly TraceRecord[]) {
  const said: Said[] = [];
  for (const scenario of STORIES) {
    const { records } = await catalogueRun(scenario, SEED);
    const changed = change(records);
    if (changed.length === 0) continue;
    const found = compared(await wholeOf(scenario), explain(changed));
    said.push(...found.map((one) => ({ ...one, ceremony: `${scenario.id} ${one.ceremony}` })));
  }
  return said;
}

test(
  "no story is taken for one with a clock that is off",
  async () => {
    for (const scenario of STORIES) {
      const { records } = await catalogueRun(scenario, SEED);
      const { clocks, ceremonies } = explain(records);
      expect([scenario.id, clocks]).toEqual([scenario.id, undefined]);
      expect(ceremonies.flatMap(({ missingProbes }) => missingProbes)).not.toContain("clock");
    }
  },
  ALL_STORIES_MS,
);

describe.each(CLOCKED)("the clock of %s", (party) => {
  test.each(CLOCK_OFFSETS_MS)(
    "off by %d ms gives the same cause, or none",
    async (offsetMs) => {
      const said = await ceremoniesWith((records) =>
        partiesIn(records).includes(party) ? withClockOff(records, { party, offsetMs }) : [],
      );
      const wrong = said.filter(({ is }) => is === "wrong");
      expect(wrong.length, JSON.stringify(wrong)).toBeLessThanOrEqual(
        Math.ceil(said.length * WRONG_SHARE_MAX),
      );
      // A clock that is off is corrected, not given up on.
      expect(said.filter(({ is }) => is === "same").length).toBeGreaterThan(said.length * 0.97);
    },
    ALL_STORIES_MS,
  );
});

const byActor = (records: readonly TraceRecord[]) =>
  [...new Set(records.map(({ actor }) => actor))].flatMap((name) =>
    records.filter(({ actor }) => actor === name),
  );

function shuffled(records: readonly TraceRecord[]): readonly TraceRecord[] {
  const entropy = seededEntropy("shuffled");
  return records
    .map((record) => ({ record, at: drawFraction(entropy) }))
    .sort((a, b) => a.at - b.at)
    .map(({ record }) => record);
}

test.each([
  ["logs that follow one another", byActor],
  [
    "every record twice",
    (records: readonly TraceRecord[]) => records.flatMap((record) => [record, { ...record }]),
  ],
  ["the whole trace twice", (records: readonly TraceRecord[]) => [...records, ...records]],
  ["lines in any order", shuffled],
])(
  "%s give the same verdict",
  async (_, change) => {
    const said = await ceremoniesWith(change);
    expect(said.filter(({ is }) => is !== "same")).toEqual([]);
  },
  ALL_STORIES_MS,
);
