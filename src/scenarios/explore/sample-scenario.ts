import { arg, checkArguments, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import { drawFraction, seededEntropy, type Entropy } from "../../core/entropy.js";
import type { KnobValue } from "../../sim/knobs/knob-spec.js";
import { listKnobs, type KnobOverrides } from "../../sim/knobs/knobs.js";
import { formerIdsOf } from "../catalogue/aliases.js";
import { BYSTANDERS, JITTER, PAUSE_MS, type DrawRange, type Draws } from "../samples.js";
import { SCENARIO, type Scenario, type Verb } from "../scenario.js";
import { withoutWindows } from "./scenario-holds.js";

export interface DrawOptions {
  readonly seed: string;
  /** Which draw of the scenario with that seed, from 1. */
  readonly draw: number;
}

/** Shape of {@link DrawOptions}, for arguments. */
export const DRAW_OPTIONS = parameters<DrawOptions>({
  seed: shape.text,
  draw: arg.count,
});

/** A scenario with its parameters drawn, and the seed to run it with. */
export interface DrawnScenario {
  readonly scenario: Scenario;
  readonly seed: string;
}

type Table = Readonly<Record<string, KnobValue | undefined>>;
type Ranges = Readonly<Record<string, DrawRange | null | undefined>>;

/**
 * The same story with other numbers: what it says of the cause stays true by construction.
 *
 * A story's own times move by its jitter, in the world as in the script; every other budget and delay that is
 * not zero moves likewise; bystanders ({@link BYSTANDERS}) vary as they do where nothing is wrong with them.
 * Switches and choices stay: they are the story. The same seed and number give the same draw, and a knob
 * that is added later shifts no other.
 */
export function drawScenario(scenario: Scenario, options: DrawOptions): DrawnScenario {
  checkArguments("drawScenario", { scenario: [SCENARIO, scenario], options: [DRAW_OPTIONS, options] });
  const { seed, draw } = options;
  // A renamed scenario keeps its draws.
  const name = `${seed}/${formerIdsOf(scenario.id)[0] ?? scenario.id}/${draw}`;
  const entropy = seededEntropy(`draw/${name}`);
  return {
    scenario: {
      ...scenario,
      expect: withoutWindows(scenario.expect),
      knobs: drawKnobs(scenario, entropy),
      script: drawScript(scenario.script, scenario.draws ?? {}, entropy),
    },
    seed: name,
  };
}

function drawKnobs(
  { knobs, script, draws }: Pick<Scenario, "knobs" | "script" | "draws">,
  entropy: Entropy,
): KnobOverrides {
  const { jitter = JITTER, knobs: own = {} }: Partial<Draws> = draws ?? {};
  const told: Table = knobs;
  const turned = new Set(script.flatMap((verb) => (verb.do === "set" ? Object.keys(verb.knobs) : [])));
  const drawn: Record<string, KnobValue> = {};
  for (const { name, spec } of listKnobs()) {
    const asTold = told[name];
    const value = asTold === undefined ? spec.standard : asTold;
    const chance = entropy.fork(name);
    const isTold = asTold !== undefined;
    const range = (own as Ranges)[name];
    // A knob that the story turns later on is part of it, though it begins as everywhere.
    const bystander = isTold || turned.has(name) ? undefined : BYSTANDERS[name];
    const next =
      range === null
        ? value
        : range !== undefined
          ? pick(range, chance)
          : bystander !== undefined
            ? pick(bystander, chance)
            : spec.kind === "ms"
              ? jittered(value, jitter, chance)
              : value;
    if (isTold || next !== spec.standard) drawn[name] = next;
  }
  // Names and values come from the specifications and from a story that was parsed with them.
  return drawn;
}

function drawScript(script: readonly Verb[], draws: Partial<Draws>, entropy: Entropy): readonly Verb[] {
  const { pauseMs = PAUSE_MS } = draws;
  let lateMs = 0;
  return script.map((verb, at) => {
    const chance = entropy.fork(`script ${at}`);
    const drawn = drawVerb(verb, draws, chance);
    if (!("atMs" in drawn)) return drawn;
    lateMs += whole(pauseMs, chance.fork("pause"));
    return { ...drawn, atMs: drawn.atMs + lateMs };
  });
}

function drawVerb(verb: Verb, { jitter = JITTER, turns = {} }: Partial<Draws>, chance: Entropy): Verb {
  if (verb.do === "wait") return { ...verb, forMs: jittered(verb.forMs, jitter, chance) as number };
  if (verb.do !== "set") return verb;
  const kinds = new Map<string, string>(listKnobs().map(({ name, spec }) => [name, spec.kind]));
  const knobs = Object.entries(verb.knobs as Table).map(([name, value = null]) => {
    const own = chance.fork(name);
    const range = (turns as Ranges)[name];
    if (range === null || (range === undefined && kinds.get(name) !== "ms")) return [name, value];
    return [name, range === undefined ? jittered(value, jitter, own) : pick(range, own)];
  });
  return { ...verb, knobs: Object.fromEntries(knobs) as KnobOverrides };
}

/** Zero and never stay: they say that something does not happen. */
function jittered(value: KnobValue, jitter: number, chance: Entropy): KnobValue {
  if (typeof value !== "number" || value === 0) return value;
  return Math.max(1, Math.round(value * (1 + jitter * (2 * drawFraction(chance) - 1))));
}

function pick(range: DrawRange, chance: Entropy): KnobValue {
  if (!("oneOf" in range)) return whole(range, chance);
  return range.oneOf[whole([0, range.oneOf.length - 1], chance)] as KnobValue;
}

function whole([from, to]: readonly [from: number, to: number], chance: Entropy): number {
  return from + Math.floor(drawFraction(chance) * (to - from + 1));
}
