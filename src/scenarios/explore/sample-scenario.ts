import { arg, checkArguments, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import { drawFraction, seededEntropy, type Entropy } from "../../core/entropy.js";
import type { KnobValue } from "../../sim/knobs/knob-spec.js";
import { listKnobs, type KnobOverrides } from "../../sim/knobs/knobs.js";
import { formerIdsOf } from "../catalogue/aliases.js";
import { BACKGROUND_PARAMETERS, JITTER, PAUSE_MS, type SampleRange, type Sampling } from "../samples.js";
import { SCENARIO, type Scenario, type Action } from "../scenario.js";
import { withoutWindows } from "./scenario-holds.js";

export interface SampleOptions {
  readonly seed: string;
  /** Number of the sample of the scenario with that seed, from 1. */
  readonly draw: number;
}

/** Shape of {@link SampleOptions}, for arguments. */
export const DRAW_OPTIONS = parameters<SampleOptions>({
  seed: shape.text,
  draw: arg.count,
});

/** A scenario with sampled parameters, and the seed to run the scenario with. */
export interface SampledScenario {
  readonly scenario: Scenario;
  readonly seed: string;
}

type Table = Readonly<Record<string, KnobValue | undefined>>;
type Ranges = Readonly<Record<string, SampleRange | null | undefined>>;

/**
 * Samples the parameters of a scenario: what the scenario says of the cause stays true by construction.
 *
 * A scenario's own times move by its jitter, in the world as in the script; every other budget and delay that is
 * not zero moves likewise; bystanders ({@link BACKGROUND_PARAMETERS}) vary as they do where nothing is wrong with them.
 * Switches and choices define the scenario and stay. The same seed and number give the same sample, and a knob
 * that is added later shifts no other.
 */
export function sampleScenario(scenario: Scenario, options: SampleOptions): SampledScenario {
  checkArguments("sampleScenario", { scenario: [SCENARIO, scenario], options: [DRAW_OPTIONS, options] });
  const { seed, draw } = options;
  // A renamed scenario keeps its samples.
  const name = `${seed}/${formerIdsOf(scenario.id)[0] ?? scenario.id}/${draw}`;
  const entropy = seededEntropy(`draw/${name}`);
  return {
    scenario: {
      ...scenario,
      expect: withoutWindows(scenario.expect),
      knobs: sampleKnobs(scenario, entropy),
      script: sampleSteps(scenario.script, scenario.draws ?? {}, entropy),
    },
    seed: name,
  };
}

function sampleKnobs(
  { knobs, script, draws }: Pick<Scenario, "knobs" | "script" | "draws">,
  entropy: Entropy,
): KnobOverrides {
  const { jitter = JITTER, knobs: own = {} }: Partial<Sampling> = draws ?? {};
  const given: Table = knobs;
  const overridden = new Set(
    script.flatMap((action) => (action.do === "set" ? Object.keys(action.knobs) : [])),
  );
  const drawn: Record<string, KnobValue> = {};
  for (const { name, spec } of listKnobs()) {
    const fromScenario = given[name];
    const value = fromScenario === undefined ? spec.standard : fromScenario;
    const chance = entropy.fork(name);
    const inScenario = fromScenario !== undefined;
    const range = (own as Ranges)[name];
    // A knob that the script turns later is part of the scenario, although it begins with the default.
    const backgroundRange = inScenario || overridden.has(name) ? undefined : BACKGROUND_PARAMETERS[name];
    const next =
      range === null
        ? value
        : range !== undefined
          ? pick(range, chance)
          : backgroundRange !== undefined
            ? pick(backgroundRange, chance)
            : spec.kind === "ms"
              ? jittered(value, jitter, chance)
              : value;
    if (inScenario || next !== spec.standard) drawn[name] = next;
  }
  // Names and values come from the specifications and from a scenario that was parsed with them.
  return drawn;
}

function sampleSteps(
  script: readonly Action[],
  draws: Partial<Sampling>,
  entropy: Entropy,
): readonly Action[] {
  const { pauseMs = PAUSE_MS } = draws;
  let lateMs = 0;
  return script.map((action, at) => {
    const chance = entropy.fork(`script ${at}`);
    const drawn = sampleAction(action, draws, chance);
    if (!("atMs" in drawn)) return drawn;
    lateMs += whole(pauseMs, chance.fork("pause"));
    return { ...drawn, atMs: drawn.atMs + lateMs };
  });
}

function sampleAction(
  action: Action,
  { jitter = JITTER, turns = {} }: Partial<Sampling>,
  chance: Entropy,
): Action {
  if (action.do === "wait") return { ...action, forMs: jittered(action.forMs, jitter, chance) as number };
  if (action.do !== "set") return action;
  const kinds = new Map<string, string>(listKnobs().map(({ name, spec }) => [name, spec.kind]));
  const knobs = Object.entries(action.knobs as Table).map(([name, value = null]) => {
    const own = chance.fork(name);
    const range = (turns as Ranges)[name];
    if (range === null || (range === undefined && kinds.get(name) !== "ms")) return [name, value];
    return [name, range === undefined ? jittered(value, jitter, own) : pick(range, own)];
  });
  return { ...action, knobs: Object.fromEntries(knobs) as KnobOverrides };
}

/** Zero and never stay: they say that something does not happen. */
function jittered(value: KnobValue, jitter: number, chance: Entropy): KnobValue {
  if (typeof value !== "number" || value === 0) return value;
  return Math.max(1, Math.round(value * (1 + jitter * (2 * drawFraction(chance) - 1))));
}

function pick(range: SampleRange, chance: Entropy): KnobValue {
  if (!("oneOf" in range)) return whole(range, chance);
  return range.oneOf[whole([0, range.oneOf.length - 1], chance)] as KnobValue;
}

function whole([from, to]: readonly [from: number, to: number], chance: Entropy): number {
  return from + Math.floor(drawFraction(chance) * (to - from + 1));
}
