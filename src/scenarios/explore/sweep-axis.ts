import { HarnessError } from "../../core/errors.js";
import type { KnobSpec, KnobValue } from "../../sim/knobs/knob-spec.js";
import {
  type KnobAliasOptions,
  type KnobName,
  listKnobs,
  parseKnobAssignment,
  parseKnobs,
  presentKnobName,
} from "../../sim/knobs/knobs.js";

export type SweepFault =
  /** An axis that is no list and no range of what its knob may be. */
  | "SWEEP_BAD_AXIS"
  /** One knob on two axes. */
  | "SWEEP_SAME_KNOB"
  /** Limits the number of points of a sweep to a readable table. */
  | "SWEEP_TOO_LARGE";

/** A sweep cannot be made as it was asked for; nothing was run. */
export class SweepError extends HarnessError<SweepFault> {}

/** A knob and the values it goes through. */
export interface SweepAxis {
  readonly knob: KnobName;
  readonly values: readonly KnobValue[];
}

/** Points a range without a step is divided into. */
const STEPS = 10;

/** Points of one sweep. */
export const POINTS_MAX = 10_000;

const SYNTAX =
  "for example rp.commitDelayMs=0..180000/10000, page.guardMs=30s..120s/10s, gw.idleMs=30s,60s,never or page.aborts=*";

/**
 * Reads one axis: `knob=from..to/step`, `knob=a,b,c`, or `knob=*` for every value of a switch or a choice.
 *
 * Values are written as for `--set`. A range begins at `from` and always ends at `to`; without a step it is
 * divided into ten.
 *
 * @throws {KnobError} for a knob that does not exist, or a value that does not fit it.
 * @throws {SweepError} `SWEEP_BAD_AXIS`, `SWEEP_TOO_LARGE`.
 */
export function parseAxis(text: string, options: KnobAliasOptions = {}): SweepAxis {
  const at = text.indexOf("=");
  const name = presentKnobName(text.slice(0, Math.max(at, 0)).trim(), options);
  const valuesText = text.slice(at + 1).trim();
  if (at < 1 || valuesText === "") throw badAxis(text, "knob=values is wanted");
  const read = (value: string): KnobValue => {
    const [entry] = Object.entries(parseKnobAssignment(`${name}=${value}`));
    return entry?.[1] as KnobValue;
  };
  if (valuesText === "*") return checkedAxis({ knob: name as KnobName, values: everyValue(name, text) });
  const [, from, to, step] = /^([^,/]+?)\.\.([^,/]+?)(?:\/([^,/]+))?$/.exec(valuesText) ?? [];
  const values =
    from === undefined || to === undefined
      ? valuesText.split(",").map((value) => read(value.trim()))
      : rangeOf(text, { from: read(from), to: read(to), step: step === undefined ? undefined : read(step) });
  return checkedAxis({ knob: name as KnobName, values });
}

/**
 * An axis whose values fit its knob, each of them once.
 *
 * @throws {KnobError} as {@link parseKnobs} does. @throws {SweepError} `SWEEP_BAD_AXIS` for no value at all.
 */
export function checkedAxis({ knob: given, values }: SweepAxis): SweepAxis {
  // A program in JavaScript may still give a former name.
  const knob = presentKnobName(given) as KnobName;
  for (const value of values) parseKnobs({ [knob]: value });
  if (values.length === 0) throw badAxis(knob, "there is no value on this axis");
  return { knob, values: [...new Set(values)] };
}

/** What a knob is. */
export function specOfKnob(knob: string): KnobSpec | undefined {
  return listKnobs().find(({ name }) => name === knob)?.spec;
}

function everyValue(name: string, text: string): readonly KnobValue[] {
  // For the error of a knob that does not exist.
  parseKnobs({ [name]: specOfKnob(name)?.standard ?? null });
  const { kind, choices = [] } = specOfKnob(name) ?? {};
  if (kind === "switch") return [false, true];
  if (kind === "choice") return choices;
  throw badAxis(text, "only a switch or a choice has a list of all its values");
}

function rangeOf(
  text: string,
  {
    from,
    to,
    step,
  }: { readonly from: KnobValue; readonly to: KnobValue; readonly step: KnobValue | undefined },
): readonly number[] {
  if (typeof from !== "number" || typeof to !== "number") throw badAxis(text, "a range goes between numbers");
  if (to < from) throw badAxis(text, "a range goes upwards");
  const width = step ?? Math.max(1, Math.ceil((to - from) / STEPS));
  if (typeof width !== "number" || width <= 0) throw badAxis(text, "the step must be more than nothing");
  const count = Math.ceil((to - from) / width);
  if (count >= POINTS_MAX) {
    throw new SweepError("SWEEP_TOO_LARGE", `${text}: ${count + 1} values; ${POINTS_MAX} are the most`, {
      hint: "take wider steps: thresholds are found to the millisecond all the same",
    });
  }
  return [...Array.from({ length: count }, (_, nth) => rounded(from + nth * width)), to];
}

/** Shares are no whole numbers, and sums of them have tails. */
function rounded(value: number): number {
  return Number(value.toFixed(6));
}

function badAxis(text: string, problem: string): SweepError {
  return new SweepError("SWEEP_BAD_AXIS", `${text}: ${problem}`, { hint: SYNTAX });
}
