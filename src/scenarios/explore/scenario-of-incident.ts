import { arg, checkArguments } from "../../core/argument.js";
import { HarnessError } from "../../core/errors.js";
import type { TraceRecord } from "../../core/trace.js";
import type { CeremonyDiagnosis, Explanation } from "../../diagnosis/explanation.js";
import { inOrder } from "../../diagnosis/facts/order.js";
import type { KnobName, KnobOverrides } from "../../sim/knobs/knobs.js";
import { CATALOGUE } from "../catalogue.js";
import type { ScenarioFile } from "../files/scenario-file.js";
import { runScenario } from "../run.js";
import { BACKGROUND_PARAMETERS } from "../samples.js";
import type { Scenario } from "../scenario.js";
import { areWithin, ceremonyOf, measuredKnobs, stepsOf } from "./incident-facts.js";

/** No scenario could be made of a trace. */
export class IncidentScenarioError extends HarnessError<
  /** The trace has no registration and no login. */
  | "INCIDENT_NO_CEREMONY"
  /** No scenario of the catalogue runs like it, with what was measured or without. */
  | "INCIDENT_NO_SCENARIO"
> {}

/** A knob that the evidence leaves open. */
export interface OpenKnob {
  readonly knob: KnobName;
  readonly fromMs: number;
  readonly toMs: number;
}

/** A trace as a scenario. */
export interface IncidentScenario {
  /** For a file; `run FILE` plays it. */
  readonly file: ScenarioFile;
  /** What `--sweep` may vary: times that no record says. */
  readonly open: readonly OpenKnob[];
  /** How the run is like the incident. */
  readonly agreesIn: readonly ("outcome" | "ending" | "order" | "cause")[];
}

const SEED = "1";

/**
 * Makes a scenario whose run has the outcome, the ending and the order of an incident: of the catalogue's scenarios the one
 * that runs like it, with the times that the incident's records say. Those that they do not say are ranges.
 *
 * Where the verdict names a cause, the run has the same; otherwise every cause that leaves such a trace will do.
 *
 * @param trace records with what `explain` or `explainIncident` says of them.
 * @returns the content of a scenario file, and the knobs that stay open.
 * @throws {IncidentScenarioError} `INCIDENT_NO_CEREMONY`, `INCIDENT_NO_SCENARIO`
 *
 * @example
 * const { file } = await scenarioOfIncident(await explainIncident(files));
 * writeFileSync("incident.json", JSON.stringify(file));
 */
export async function scenarioOfIncident(trace: {
  readonly records: readonly TraceRecord[];
  readonly explanation: Explanation;
}): Promise<IncidentScenario> {
  checkArguments("scenarioOfIncident", {
    trace: [arg.with("a trace with its explanation", "records", "explanation"), trace],
  });
  const wanted = ceremonyOf(trace.explanation);
  if (wanted === undefined || wanted.kind === "factor") {
    throw new IncidentScenarioError("INCIDENT_NO_CEREMONY", "the trace has no registration and no login", {
      hint: "a scenario is made of what a ceremony came to: add a log that shows one",
    });
  }
  const records = inOrder(trace.records).filter(({ ceremony }) => ceremony === wanted.ceremony);
  const measured = measuredKnobs(records);
  const steps = stepsOf(records);
  for (const base of candidates(wanted)) {
    for (const knobs of [measured, {}]) {
      const found = await tried({ base, knobs, wanted, steps });
      if (found !== undefined) return found;
    }
  }
  throw new IncidentScenarioError(
    "INCIDENT_NO_SCENARIO",
    "no scenario of the catalogue runs like this trace",
    {
      hint: `its verdict is ${wanted.mechanism}: write one that extends a scenario of its group (docs/scenarios.md)`,
    },
  );
}

/** Scenarios of the cause first, simple ones before others; all of them where no cause is known. */
function candidates({ mechanism }: CeremonyDiagnosis): readonly Scenario[] {
  const weight = ({ script, knobs, expect }: Scenario) =>
    script.length * 100 + expect.mechanisms.length * 50 + Object.keys(knobs).length;
  return CATALOGUE.filter(
    ({ expect }) => mechanism === "undecided" || expect.mechanisms.includes(mechanism),
  ).toSorted((a, b) => weight(a) - weight(b));
}

interface Trial {
  readonly base: Scenario;
  readonly knobs: KnobOverrides;
  readonly wanted: CeremonyDiagnosis;
  readonly steps: readonly string[];
}

async function tried({ base, knobs, wanted, steps }: Trial): Promise<IncidentScenario | undefined> {
  const run = await runScenario(base, { seed: SEED, knobs });
  const like = run.explanation.ceremonies.find((one) => {
    const own = run.records.filter(({ ceremony }) => ceremony === one.ceremony);
    return one.kind === wanted.kind && isLike(one, wanted) && areWithin(steps, stepsOf(own));
  });
  if (like === undefined) return undefined;
  const all = { ...base.knobs, ...knobs };
  return {
    file: {
      extends: base.id,
      title: `As an incident: ${wanted.kind}, ${wanted.mechanism}`,
      story:
        "Made of the logs of an incident. Its run has the same outcome, ending and order; times that no log says are those " +
        `of ${base.id}, and may be swept.`,
      knobs,
      expect: {
        decidedBy: run.explanation.decidedBy?.timer ?? null,
        mechanisms: run.explanation.ceremonies.map(({ mechanism }) => mechanism),
      },
    },
    open: openKnobs(all, knobs),
    agreesIn: [
      "outcome",
      "ending",
      "order",
      ...(wanted.mechanism === "undecided" ? [] : (["cause"] as const)),
    ],
  };
}

/** The same outcome and ending, as far as the incident says them, and its cause where it has one. */
function isLike(one: CeremonyDiagnosis, wanted: CeremonyDiagnosis): boolean {
  if (wanted.mechanism !== "undecided" && one.mechanism !== wanted.mechanism) return false;
  const [own, other] = [one.outcome, wanted.outcome];
  if (other !== undefined) {
    if (own === undefined) return false;
    // What an incident's logs do not show may have been: only what they show has to be so.
    if (other.promise !== "pending" && other.promise !== "not-called" && own.promise !== other.promise)
      return false;
    if (other.site !== "not-asked" && own.site !== other.site) return false;
    if (other.told !== "nothing" && own.told !== other.told) return false;
  }
  const { endedBy } = wanted;
  return (
    endedBy === undefined ||
    (one.endedBy?.by === endedBy.by && one.endedBy.timer?.timer === endedBy.timer?.timer)
  );
}

/** Times that every ceremony has, whether or not a scenario names them. */
const ALWAYS: readonly KnobName[] = ["key.touchDelayMs", "rp.optionsMs", "rp.finishMs", "net.latencyMs"];

/** Times that no record says, with the range that they are found in elsewhere, or up to twice the scenario's value. */
function openKnobs(all: KnobOverrides, measured: KnobOverrides): readonly OpenKnob[] {
  const names = new Set([...ALWAYS, ...(Object.keys(all) as KnobName[])]);
  return [...names].flatMap((knob) => {
    const value = all[knob];
    const range: unknown = BACKGROUND_PARAMETERS[knob];
    const known = Array.isArray(range) ? (range as readonly number[]) : [];
    const times = [
      ...known,
      ...(typeof value === "number" && Number.isFinite(value) ? [value, value * 2] : []),
    ];
    if (Object.hasOwn(measured, knob) || !knob.endsWith("Ms") || times.length === 0) return [];
    const toMs =
      known.length > 0 ? Math.max(...known, value === undefined ? 0 : Number(value)) : Math.max(...times);
    return [{ knob, fromMs: known.length > 0 ? Math.min(...times) : 0, toMs }];
  });
}
