import { COUNT_MAX, MS_MAX, type KnobSpec } from "./knob-spec.js";

/** Whether a value is one that a knob accepts. */
export function knobValueFits(spec: KnobSpec, value: unknown): boolean {
  if (value === null) return spec.never === true;
  const { kind, choices = [], min = 0, max = Number.MAX_SAFE_INTEGER } = spec;
  switch (kind) {
    case "switch":
      return typeof value === "boolean";
    case "choice":
      return typeof value === "string" && choices.includes(value);
    case "ms":
    case "count":
      return typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max;
    case "share":
      return typeof value === "number" && value >= min && value <= max;
  }
}

/** Returns the values that a knob accepts, in words. */
export function wantedBy({ kind, choices = [], min = 0, max = 0, unit, never }: KnobSpec): string {
  const orNever = never === true ? ", or null for never" : "";
  switch (kind) {
    case "switch":
      return "true or false";
    case "choice":
      return `one of ${choices.join(", ")}`;
    case "ms":
      return `whole milliseconds from ${min} to ${max}${orNever}`;
    case "count":
      return `a whole number from ${min} to ${max}${unit === undefined ? "" : ` (${unit})`}${orNever}`;
    case "share":
      return `a number from ${min} to ${max}`;
  }
}

/** A knob's values and default, for lists. */
export interface KnobDescription {
  /** `true, false`; the choices; or a unit with the bounds that are not the usual ones: `ms or never`, `0..100 %`. */
  readonly values: string;
  /** The default, with its unit: `600000 ms`, `never`. */
  readonly standard: string;
}

/** Describes what a knob accepts and what it is where nobody sets it. */
export function describeKnob(spec: KnobSpec): KnobDescription {
  const { standard, unit } = spec;
  const text =
    standard === null ? "never" : typeof standard === "number" ? withUnit(standard, unit) : String(standard);
  return { values: valuesOf(spec), standard: text };
}

function valuesOf({ kind, choices = [], min = 0, max = 0, unit, never }: KnobSpec): string {
  const orNever = never === true ? " or never" : "";
  switch (kind) {
    case "switch":
      return "true, false";
    case "choice":
      return choices.join(", ");
    case "share":
      return `${min}..${max}`;
    case "ms":
    case "count":
      return `${rangeOf({ min, max, unit })}${orNever}`;
  }
}

function rangeOf({ min, max, unit }: { min: number; max: number; unit: string | undefined }): string {
  const isUsual = max === (unit === "ms" ? MS_MAX : COUNT_MAX);
  if (!isUsual) return withUnit(`${min}..${max}`, unit);
  const plain = unit ?? "number";
  return min === 0 ? plain : `${plain}, ${min} or more`;
}

function withUnit(value: number | string, unit: string | undefined): string {
  return unit === undefined ? String(value) : `${value} ${unit}`;
}
