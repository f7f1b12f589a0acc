/**
 * A ceremony of somebody else changes no verdict: every scenario with one registration or login is played again with a
 * helper who logs in and registers before, during and after it.
 *
 * The helper logs in to the same account from another device. The registration is of another account, `taro`: two of one
 * account share its flag and its limit of passkeys at the site, so that they would not be unrelated.
 */
import { describe, expect, test } from "vitest";
import { explain } from "../../src/diagnosis/explain.js";
import type { CeremonyDiagnosis } from "../../src/diagnosis/explanation.js";
import { runScenario, type Run } from "../../src/scenarios/run.js";
import type { Scenario, Action } from "../../src/scenarios/scenario.js";
import { isPasskeyVerb, saidOf, SINGLE } from "../diagnosis/recorded.js";
import { asSchema1 } from "../diagnosis/schema-1.js";
import { catalogueRun } from "../helpers/catalogue-runs.js";
import { fullRuns } from "../helpers/full-runs.js";

const UNRELATED: readonly Action[] = [
  { do: "login", by: "helper", inBackground: true },
  { do: "register", by: "helper", account: "taro", inBackground: true },
];

/** Longer than any of the helper's ceremonies lasts. */
const BEFORE_MS = 400_000;
const AFTER_BEGINNING_MS = 1_500;

const later = (action: Action): Action =>
  "atMs" in action ? { ...action, atMs: action.atMs + BEFORE_MS } : action;

/** Scripts with the helper's verbs in them. */
const PLACES: Readonly<
  Record<string, (script: readonly Action[], others: readonly Action[]) => readonly Action[]>
> = {
  before: (script, others) => [...others, { do: "wait", forMs: BEFORE_MS }, ...script.map(later)],
  during: (script, others) =>
    script.flatMap((action) =>
      isPasskeyVerb(action)
        ? [{ ...action, inBackground: true } as Action, { do: "wait", forMs: AFTER_BEGINNING_MS }, ...others]
        : [action],
    ),
  after: (script, others) => [...script, ...others],
};

/** The seed of the catalogue's shared runs. */
const SEED = "demo-1";

const runs = new Map<string, Promise<Run>>();

/** Plays a scenario with the helper's ceremonies before, during or after its own, once for all tests that ask. */
function played(scenario: Scenario, place: string): Promise<Run> {
  const key = `${place} ${scenario.id}`;
  const run = runs.get(key) ?? runScenario(withOthers(scenario, place, UNRELATED), { seed: SEED });
  runs.set(key, run);
  return run;
}

const withOthers = (
  { script, ...scenario }: Scenario,
  place: string,
  others: readonly Action[],
): Scenario => ({
  ...scenario,
  script: PLACES[place]?.(script, others) ?? script,
});

/** The same script without the helper: it begins and ends when the one with the helper does, and verdicts tell times. */
const controlOf = (scenario: Scenario, place: string): Promise<Run> =>
  place === "after"
    ? catalogueRun(scenario, SEED)
    : runScenario(withOthers(scenario, place, []), { seed: SEED });

/** Whether a scenario is played with the helper in a place: in one of the three, or in all of them with `FULL=1`. */
const isPlayed = (scenarioAt: number, placeAt: number): boolean => (scenarioAt + placeAt) % 3 < fullRuns(3);

/** Ceremonies that the helper's page or browser recorded something of. */
function helperIds({ records }: Run): ReadonlySet<string | undefined> {
  return new Set(records.filter(({ actor }) => actor.startsWith("helper")).map(({ ceremony }) => ceremony));
}

function ownOf(run: Run): readonly CeremonyDiagnosis[] {
  const others = helperIds(run);
  return run.explanation.ceremonies.filter(({ ceremony }) => !others.has(ceremony));
}

describe.each(Object.keys(PLACES))("with an unrelated login and registration %s it", (place) => {
  const placeAt = Object.keys(PLACES).indexOf(place);
  const scenarios = SINGLE.filter((_, scenarioAt) => isPlayed(scenarioAt, placeAt));
  test.each(scenarios.map((scenario) => [scenario.id, scenario] as const))("%s", async (_, scenario) => {
    const control = await controlOf(scenario, place);
    const run = await played(scenario, place);
    // A page that tries again by itself does so for the helper, too.
    expect(helperIds(run).size).toBeGreaterThanOrEqual(UNRELATED.length);
    expect(ownOf(run).map(saidOf)).toEqual(ownOf(control).map(saidOf));
  });
});

test("the comparison is of many scenarios and causes", async () => {
  const controls = await Promise.all(SINGLE.map((scenario) => catalogueRun(scenario, SEED)));
  const causes = new Set(
    controls.flatMap(({ explanation }) => explanation.ceremonies.map((one) => one.mechanism)),
  );
  expect(SINGLE.length).toBeGreaterThan(150);
  expect(causes.size).toBeGreaterThan(40);
});

test(
  "told by order alone, as in schema 1, none of them is judged wrongly and many are undecided",
  { timeout: 120_000 },
  async () => {
    const counts = { undecided: 0, same: 0 };
    for (const scenario of SINGLE) {
      const run = await played(scenario, "during");
      const others = helperIds(run);
      const byId = ownOf(run).map(({ mechanism }) => mechanism);
      const byOrder = explain(asSchema1(run.records))
        .ceremonies.filter(({ ceremony }) => !others.has(ceremony))
        .map(({ mechanism }) => mechanism);
      for (const [index, mechanism] of byOrder.entries()) {
        if (mechanism === "undecided") counts.undecided += 1;
        else {
          expect(mechanism, scenario.id).toBe(byId[index]);
          counts.same += 1;
        }
      }
    }
    expect(counts.undecided).toBeGreaterThan(100);
  },
);
