import { expect, test } from "vitest";
import { CATALOGUE, runScenario } from "../../src/entry/scenarios.js";
import { fullRuns } from "../helpers/full-runs.js";
import { HANDED } from "./handed.js";
import { roundTrip, type RoundTrip } from "./round-trip.js";

/** A verdict where every log is there; what only a key or a phone knows is in none of them. */
const EQUAL_PERCENT_MIN = 45;

/** Another verdict than the run's own, in so many of a hundred at most. */
const OTHER_PERCENT_MAX = 0.5;

const step = Math.max(1, Math.floor(CATALOGUE.length / fullRuns(CATALOGUE.length)));
const STORIES = CATALOGUE.filter((_, index) => index % step === 0);

test(
  "logs of a story, imported again, tell what its trace tells, or what is missing",
  { timeout: 3_600_000 },
  async () => {
    const trips = new Map<string, RoundTrip[]>(HANDED.map(({ name }) => [name, []]));
    for (const scenario of STORIES) {
      const run = await runScenario(scenario, { seed: "1" });
      const client = scenario.knobs["client.profile"];
      for (const handed of HANDED) {
        const found = await roundTrip(run, handed, typeof client === "string" ? client : undefined);
        trips.get(handed.name)?.push(...found.trips);
      }
    }
    const rates = [...trips].map(([name, list]) => ({ name, ...rateOf(list) }));
    // The rates are what this test is for: they are printed with the result.
    console.log(rates.map(lineOf).join("\n"));
    const every = rates.find(({ name }) => name === "every log");
    expect(every?.equal).toBeGreaterThan(((every?.ceremonies ?? 0) * EQUAL_PERCENT_MIN) / 100);
    for (const { name, ceremonies, other, others } of rates)
      expect(other, `${name}: ${others.join("; ")}`).toBeLessThanOrEqual(
        Math.floor((ceremonies * OTHER_PERCENT_MAX) / 100),
      );
  },
);

function rateOf(list: readonly RoundTrip[]) {
  const count = (came: RoundTrip["came"]) => list.filter((trip) => trip.came === came).length;
  return {
    ceremonies: list.length,
    equal: count("equal"),
    undecided: count("undecided"),
    unseen: count("unseen"),
    other: count("other"),
    others: list
      .filter(({ came }) => came === "other")
      .map(({ truth, said }) => `${truth} -> ${said?.mechanism ?? ""}`),
  };
}

function lineOf({
  name,
  ceremonies,
  equal,
  undecided,
  unseen,
  other,
  others,
}: ReturnType<typeof rateOf> & { name: string }) {
  return `${name}: ${ceremonies} ceremonies, ${equal} equal, ${undecided} undecided, ${unseen} unseen, ${other} other${other > 0 ? ` (${others.join("; ")})` : ""}`;
}
