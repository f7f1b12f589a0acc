import { factorsOf, namesDeviation } from "./cause-factors.js";
import { isWellIn } from "./folded-run.js";
import { isPlainlyWell } from "./outcome.js";
import { latticeOf, type LatticeDeps } from "./lattice.js";
import { judgeCeremony, WELL, type VerdictClass } from "./judge.js";
import { describeDeviation } from "./case.js";
import { nameOfDeviation } from "./plan.js";
import { partThatMatters, scenarioPlan, type ScenarioToJudge } from "./scenario-plan.js";

/** What a scenario itself says of its ceremonies, in order. */
export interface LabelledScenario extends ScenarioToJudge {
  readonly causes: readonly string[];
}

/** One label of a scenario, judged. Plain JSON. */
export interface LabelJudgement {
  readonly scenario: string;
  readonly ceremony: string;
  readonly kind: string;
  readonly label: string;
  /** `not-judged`: without its deviations the scenario does not go well either, or it has too many. */
  readonly class: VerdictClass | "not-judged";
  readonly why: string;
  /** The smallest sets that bring about the outcome, as deviations in words. */
  readonly sufficient: readonly (readonly string[])[];
  readonly repairs: readonly string[];
}

/** The most deviations left over that every subset is played of. */
const DEVIATIONS_MAX = 9;

/**
 * Holds the labels of a scenario to counterfactual runs: is what the label names what matters in it?
 *
 * Where the engine names the same cause, the label is taken to name the same timer and waits.
 */
export async function judgeScenario(
  scenario: LabelledScenario,
  deps: LatticeDeps,
  isGiven: (knob: string) => boolean,
): Promise<readonly LabelJudgement[]> {
  const { plan, compose } = scenarioPlan(scenario, isGiven);
  const whole = await latticeOf(plan, { ...deps, compose });
  const isNamed = (name: string) =>
    scenario.causes.some((cause) => {
      const factors = factorsOf(cause);
      return factors !== undefined && namesDeviation(factors, name);
    });
  const lattice = await partThatMatters(whole, (deviation) => isNamed(nameOfDeviation(deviation)));
  const bare = await lattice.at(0);
  const judgements: LabelJudgement[] = [];
  const texts = lattice.plan.deviations.map(describeDeviation);
  const namesOf = (mask: number) => texts.filter((_, at) => (mask & (1 << at)) !== 0);
  for (const [at, ceremony] of lattice.full.ceremonies.entries()) {
    const label = scenario.causes[at] ?? "not told";
    const { ceremony: id, kind } = ceremony.outcome;
    const one = { scenario: scenario.id, ceremony: id, kind, label };
    const isSound = isWellIn(bare, ceremony.place);
    const isSaidWell = label === "success" && isPlainlyWell(ceremony.outcome);
    if (isSaidWell) continue;
    if (!isSound || texts.length > DEVIATIONS_MAX) {
      const why = isSound ? `${texts.length} deviations` : "not well without its deviations";
      judgements.push({ ...one, class: "not-judged", why, sufficient: [], repairs: [] });
      continue;
    }
    const said = ceremony.said?.cause === label ? ceremony.said : { ceremony: id, cause: label, text: "" };
    const judgement = await judgeCeremony(lattice, { ...ceremony, said });
    if (judgement === WELL) continue;
    const { class: is, why, sufficient } = judgement;
    judgements.push({
      ...one,
      class: is,
      why,
      sufficient: (sufficient?.same ?? []).map(namesOf),
      repairs: namesOf(sufficient?.repairs ?? 0),
    });
  }
  return judgements;
}
