import { HarnessError } from "../../core/errors.js";
import { arg, checkArguments } from "../../core/argument.js";
import type { CeremonyDiagnosis } from "../../diagnosis/explanation.js";
import type { Judged } from "../../oracle/folded-run.js";
import { foldOutcomes, outcomeKey } from "../../oracle/outcome.js";
import type { LatticeDeps } from "../../oracle/lattice.js";
import type { Said } from "../../oracle/runner.js";
import type { ScenarioToJudge } from "../../oracle/scenario-plan.js";
import { listKnobs, mergeKnobs } from "../../sim/knobs/knobs.js";
import type { Run } from "../run.js";
import { dissect, dissectFor, type Dissected } from "./dissect.js";
import { runnerWith, saidIn } from "./oracle-runner.js";
import { holds, type CeremonyProof, type Proof, type TriedAdvice } from "./proof.js";
import { findByRemoval, lengthenTimer, provenByChange, refused, type Finding } from "./prove-ceremony.js";
import { changedRuns, takeDefaultAway, tryAdvice, tryTogether, type ChangedRuns } from "./try-advice.js";

/** A run cannot be proven. */
export class ProofError extends HarnessError<"PROOF_NOT_SIMULATED"> {}

const RUN = arg.with(
  "a run, as runScenario(scenario, options) gives one,",
  "scenario",
  "seed",
  "explanation",
);

/**
 * Proves the verdicts of a simulated run: plays it again, with the same seed, without each of its deviations, alone
 * and in the smallest sets, with the deciding timer lengthened, and with each advice of the verdict followed.
 *
 * A deviation is a knob that is not at its default, a knob that the script sets, or an action that interferes. Where
 * those explain nothing, the other actions, the transport and the profiles are taken away as well.
 *
 * @param run of a simulated world, as `runScenario` gives it.
 * @returns for each ceremony whether the verdict is proven, what heals it, changes it and does nothing.
 * @throws {ProofError} `PROOF_NOT_SIMULATED` for a run that does not come out the same when it is played again.
 *
 * @example
 * const run = await runScenario(scenarioNamed("late-delivery"), { seed: "1" });
 * const { ceremonies } = await prove(run);
 * console.log(ceremonies[0].status, ceremonies[0].heals); // proven, and what heals it
 */
export async function prove(run: Run): Promise<Proof> {
  checkArguments("prove", { run: [RUN, run] });
  const { scenario, seed, knobs, explanation, reproduction } = run;
  const story = storyOf(run);
  const counted = countingRunner(seed);
  const deps: LatticeDeps = { runner: counted.runner, diagnose: () => [] };
  const whole = await dissect(story, deps);
  refuseOther(run, whole);
  const subject = { story, deps, whole, changed: changedRuns(story, deps.runner) };
  const ceremonies: CeremonyProof[] = [];
  for (const judged of whole.lattice.full.ceremonies) {
    const diagnosis = explanation.ceremonies.find(({ ceremony }) => ceremony === judged.outcome.ceremony);
    if (diagnosis !== undefined) ceremonies.push(await proveOne(judged, diagnosis, subject));
  }
  return {
    scenario: { id: scenario.id, title: scenario.title },
    seed,
    knobs,
    proven: ceremonies.every(holds),
    runs: counted.runs(),
    ceremonies,
    reproduction: `${reproduction} --prove`,
  };
}

/** Knobs at their defaults deviate in nothing. */
function storyOf({ scenario, knobs }: Run): ScenarioToJudge {
  const defaults = new Map<string, unknown>(listKnobs().map(({ name, spec }) => [name, spec.standard]));
  const all = Object.entries(mergeKnobs(scenario.knobs, knobs));
  const deviating = Object.fromEntries(all.filter(([name, value]) => value !== defaults.get(name)));
  return {
    id: scenario.id,
    knobs: deviating,
    script: scenario.script,
  };
}

function countingRunner(seed: string) {
  let runs = 0;
  const inner = runnerWith(seed);
  const runner: LatticeDeps["runner"] = {
    run(planned, changes) {
      runs += 1;
      return inner.run(planned, changes);
    },
  };
  return { runner, runs: () => runs };
}

function refuseOther({ records, ledger }: Run, { lattice }: Dissected): void {
  const { keys, rows } = ledger.entries;
  const found = foldOutcomes({ records, ledger: { keys, rows } }).map(outcomeKey);
  const again = lattice.full.ceremonies.map(({ outcome }) => outcomeKey(outcome));
  if (JSON.stringify(found) === JSON.stringify(again)) return;
  throw new ProofError("PROOF_NOT_SIMULATED", "the run does not come out the same when it is played again", {
    hint: "only runs of simulated worlds can be proven; a real site or a real device is never twice the same",
  });
}

/** A run that is proven, and what its other runs are made from. */
interface Subject {
  readonly story: ScenarioToJudge;
  readonly deps: LatticeDeps;
  readonly whole: Dissected;
  readonly changed: ChangedRuns;
}

async function proveOne(
  judged: Judged,
  diagnosis: CeremonyDiagnosis,
  subject: Subject,
): Promise<CeremonyProof> {
  const { ceremony, kind } = judged.outcome;
  const verdict = diagnosis.mechanism;
  const said = saidIn(diagnosis);
  const advice = await tryAll(diagnosis, judged, subject);
  const found = await findBest({ ...judged, said }, advice, subject);
  const timer =
    found.status === "went-well"
      ? undefined
      : await lengthenTimer(subject.whole, { place: judged.place, said });
  const tried = { runs: subject.changed, full: subject.whole.lattice.full, place: judged.place };
  const followed = await Promise.all(advice.map((one) => tryTogether(one, found.healsTogether, tried)));
  return { ceremony, kind, verdict, ...found, ...(timer && { timer }), advice: followed };
}

async function tryAll(
  { mechanism: cause, prevention }: CeremonyDiagnosis,
  { place }: Judged,
  { changed: runs, whole }: Subject,
): Promise<readonly TriedAdvice[]> {
  const tried: TriedAdvice[] = [];
  for (const text of prevention) {
    tried.push(await tryAdvice({ cause, text }, { runs, full: whole.lattice.full, place }));
  }
  return tried;
}

/** The scenario's faults prove a verdict; where they do not, all that it is made of, then a default that is changed. */
async function findBest(
  judged: Judged & { readonly said: Said },
  advice: readonly TriedAdvice[],
  { story, deps, whole, changed: runs }: Subject,
): Promise<Finding> {
  const byFaults = await findByRemoval(whole, judged).catch(refused);
  if (isSettled(byFaults)) return byFaults;
  const byAll = await dissectFor(judged, story, deps)
    .then((all) => findByRemoval(all, judged))
    .catch(refused);
  if (isSettled(byAll)) return byAll;
  const { cause } = judged.said;
  const byDefault = await takeDefaultAway(cause, { runs, full: whole.lattice.full, place: judged.place });
  const knobs = provenByChange(cause, [...advice, ...(byDefault ? [byDefault] : [])]);
  if (knobs !== undefined) return { ...byAll, status: "proven", why: `changing ${knobs} heals it` };
  return [byFaults, byAll].find((found) => holds(found)) ?? byAll;
}

/** What an earlier ceremony left behind is better shown by taking that ceremony away. */
function isSettled({ status, why }: Finding): boolean {
  return (
    status === "went-well" ||
    status === "over-determined" ||
    (status === "proven" && !why.startsWith("after "))
  );
}
