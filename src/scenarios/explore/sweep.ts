import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import type { KnobValue } from "../../sim/knobs/knob-spec.js";
import {
  mergeKnobs,
  type KnobAliasOptions,
  type KnobName,
  type KnobOverrides,
} from "../../sim/knobs/knobs.js";
import { outcomeKey, outcomeOf, type Outcome } from "./outcome.js";
import { reproductionOf, runScenario, type Run } from "../run.js";
import { SCENARIO, type UserScenario } from "../scenario.js";
import { checkedAxis, parseAxis, POINTS_MAX, specOfKnob, type SweepAxis, SweepError } from "./sweep-axis.js";

export interface SweepOptions {
  /** Every point has the same. */
  readonly seed: string;
  /** Knobs to go through, as axes or as the command line writes them; several make a grid. */
  readonly axes: readonly (SweepAxis | string)[];
  /** Turned at every point. */
  readonly knobs?: KnobOverrides;
  /** What reproduction lines call the scenario: the file it is in. */
  readonly calledAs?: string | undefined;
  /** Called for every axis that names its knob by a former name. */
  readonly onKnobAlias?: KnobAliasOptions["onAlias"];
  /** Called for each point of the grid when it was run, for reports and for those who wait. */
  readonly onPoint?: (point: SweepPoint, run: Run) => void;
}

const OPTIONS = parameters<SweepOptions>({
  seed: shape.text,
  axes: shape.list(arg.any),
  knobs: maybe(arg.object),
  calledAs: maybe(shape.text),
  onKnobAlias: maybe(arg.callable),
  onPoint: maybe(arg.callable),
});

/** One run of a sweep. */
export interface SweepPoint {
  /** Where on each axis, in their order. */
  readonly at: Readonly<Record<string, KnobValue>>;
  readonly outcome: Outcome;
  /** The deadline that mattered minus the moment that had to meet it. */
  readonly marginMs: number | null;
  readonly verdict: string;
  readonly reproduction: string;
}

/** Two neighbouring values of a number between which the outcome turns. */
export interface Threshold {
  readonly knob: KnobName;
  /** Where on the other axes. */
  readonly at: Readonly<Record<string, KnobValue>>;
  readonly below: ThresholdSide;
  readonly above: ThresholdSide;
}

export interface ThresholdSide {
  readonly value: number;
  readonly outcome: Outcome;
  readonly reproduction: string;
}

/** Plain JSON. */
export interface Sweep {
  readonly scenario: { readonly id: string; readonly title: string };
  readonly seed: string;
  readonly axes: readonly SweepAxis[];
  readonly points: readonly SweepPoint[];
  readonly thresholds: readonly Threshold[];
  /** How many runs it took. */
  readonly runs: number;
}

/**
 * Runs a scenario once for each value of a knob, or each point of a grid, and finds where its outcome turns.
 *
 * Between two neighbours on an axis of numbers with different outcomes every turn that halving finds is reported to
 * the last unit: milliseconds, or one. Turns between two neighbours with the same outcome are not looked for;
 * take smaller steps for those.
 *
 * @param scenario to run at every point.
 * @param options seed and axes, such as `key.touchDelayMs=0..60s/20s`.
 * @returns a point for each run, and the thresholds at which the outcome turns, to the millisecond.
 * @throws {KnobError} for a knob or value that does not fit.
 * @throws {SweepError} `SWEEP_BAD_AXIS`, `SWEEP_SAME_KNOB`, `SWEEP_TOO_LARGE`.
 *
 * @example
 * const { thresholds } = await sweep(scenarioNamed("plain-login"), {
 *   seed: "1",
 *   axes: ["key.touchDelayMs=0..60s/20s"],
 * });
 */
export async function sweep(scenario: UserScenario, options: SweepOptions): Promise<Sweep> {
  checkArguments("sweep", { scenario: [SCENARIO, scenario], options: [OPTIONS, options] });
  const axes = checkedAxes(options);
  const probe = new Probe(scenario, options);
  const points: SweepPoint[] = [];
  for (const at of gridOf(axes)) {
    const { point, run } = await probe.run(at);
    points.push(point);
    options.onPoint?.(point, run);
  }
  const thresholds: Threshold[] = [];
  for (const axis of axes.filter(({ knob }) => isWhole(knob))) {
    for (const [below, above] of neighbours(axes, axis)) {
      thresholds.push(...(await thresholdsBetween(probe, axis.knob, [below, above])));
    }
  }
  const { id, title } = scenario;
  return { scenario: { id, title }, seed: options.seed, axes, points, thresholds, runs: probe.runs };
}

/** Between two of its values lies a last step. */
function isWhole(knob: KnobName): boolean {
  return ["ms", "count"].includes(specOfKnob(knob)?.kind ?? "");
}

type At = Readonly<Record<string, KnobValue>>;

/** Runs points, each of them once. */
class Probe {
  readonly #scenario: UserScenario;
  readonly #options: SweepOptions;
  readonly #known = new Map<string, SweepPoint>();

  constructor(scenario: UserScenario, options: SweepOptions) {
    this.#scenario = scenario;
    this.#options = options;
  }

  get runs(): number {
    return this.#known.size;
  }

  async point(at: At): Promise<SweepPoint> {
    return this.#known.get(JSON.stringify(at)) ?? (await this.run(at)).point;
  }

  async run(at: At): Promise<{ readonly point: SweepPoint; readonly run: Run }> {
    const { seed, calledAs = this.#scenario.id } = this.#options;
    const knobs: KnobOverrides = mergeKnobs(this.#options.knobs ?? {}, at);
    const run = await runScenario(this.#scenario, { seed, knobs });
    const point = {
      at,
      outcome: outcomeOf(run),
      marginMs: run.explanation.marginMs ?? null,
      verdict: run.explanation.verdict,
      reproduction: reproductionOf(calledAs, { seed, knobs }),
    };
    this.#known.set(JSON.stringify(at), point);
    return { point, run };
  }
}

/** Halves the gap between two points with different outcomes until nothing lies between. */
async function thresholdsBetween(
  probe: Probe,
  knob: KnobName,
  [low, high]: readonly [At, At],
): Promise<readonly Threshold[]> {
  const [below, above] = [await probe.point(low), await probe.point(high)];
  if (outcomeKey(below.outcome) === outcomeKey(above.outcome)) return [];
  const [lowest, highest] = [low[knob] as number, high[knob] as number];
  const middle = Math.floor((lowest + highest) / 2);
  if (middle === lowest) {
    const { [knob]: _, ...at } = low;
    return [{ knob, at, below: sideOf(below, lowest), above: sideOf(above, highest) }];
  }
  const between = { ...low, [knob]: middle };
  return [
    ...(await thresholdsBetween(probe, knob, [low, between])),
    ...(await thresholdsBetween(probe, knob, [between, high])),
  ];
}

function sideOf({ outcome, reproduction }: SweepPoint, value: number): ThresholdSide {
  return { value, outcome, reproduction };
}

function checkedAxes({ axes: wanted, onKnobAlias }: SweepOptions): readonly SweepAxis[] {
  const axes = wanted.map((axis) =>
    typeof axis === "string" ? parseAxis(axis, { onAlias: onKnobAlias }) : checkedAxis(axis),
  );
  if (axes.length === 0) throw new SweepError("SWEEP_BAD_AXIS", "a sweep needs a knob to go through");
  const twice = axes.find(({ knob }, index) => axes.findIndex((other) => other.knob === knob) !== index);
  if (twice) throw new SweepError("SWEEP_SAME_KNOB", `${twice.knob} is on two axes`);
  const count = axes.reduce((product, { values }) => product * values.length, 1);
  if (count <= POINTS_MAX) return axes;
  throw new SweepError("SWEEP_TOO_LARGE", `${count} points; ${POINTS_MAX} are the most`, {
    hint: "take wider steps: thresholds are found to the millisecond all the same",
  });
}

/** Every point, the last axis turning fastest. */
function gridOf(axes: readonly SweepAxis[]): readonly At[] {
  return axes.reduce<readonly At[]>(
    (points, { knob, values }) =>
      points.flatMap((point) => values.map((value) => ({ ...point, [knob]: value }))),
    [{}],
  );
}

/** Pairs of points that lie side by side on one axis of numbers, whatever order its values were given in. */
function neighbours(axes: readonly SweepAxis[], axis: SweepAxis): readonly (readonly [At, At])[] {
  const numbers = axis.values.filter((value) => typeof value === "number").sort((a, b) => a - b);
  const lines = gridOf(axes.filter((other) => other !== axis));
  const inOrder = (at: At): At =>
    Object.fromEntries(axes.map(({ knob }) => [knob, at[knob] as KnobValue] as const));
  return lines.flatMap((line) =>
    numbers.slice(1).map((above, index) => {
      const point = (value: KnobValue | undefined) => inOrder({ ...line, [axis.knob]: value as KnobValue });
      return [point(numbers[index]), point(above)] as const;
    }),
  );
}
