import { HarnessError } from "../../core/errors.js";
import { KNOB_SPECS, type KnobSpec, type KnobValue } from "./registry.js";
import { nearestNames } from "../../core/nearest-names.js";

type Specs = typeof KNOB_SPECS;
type ValueOf<Spec> = Spec extends KnobSpec<infer Value> ? Value : never;

/** The world's settings as actors read them: `knobs.page.guardMs`. */
export type Knobs = {
  readonly [Group in keyof Specs]: {
    readonly [Name in keyof Specs[Group]]: ValueOf<Specs[Group][Name]>;
  };
};

type Dotted<Group extends keyof Specs> = Group extends string
  ? `${Group}.${keyof Specs[Group] & string}`
  : never;

/** A knob as people and files write it: `page.guardMs`. */
export type KnobName = Dotted<keyof Specs>;

type ValueNamed<Name> = Name extends `${infer Group}.${infer Knob}`
  ? Group extends keyof Specs
    ? Knob extends keyof Specs[Group]
      ? ValueOf<Specs[Group][Knob]>
      : never
    : never
  : never;

/** Deviations from the defaults, by dotted name; plain JSON. */
export type KnobOverrides = { readonly [Name in KnobName]?: ValueNamed<Name> };

export type KnobErrorCode = "KNOB_UNKNOWN" | "KNOB_INVALID" | "KNOB_FIXED";

/** Somebody turned a knob that is not there, or turned one too far. */
export class KnobError extends HarnessError<KnobErrorCode> {
  readonly knob: string;

  constructor(code: KnobErrorCode, knob: string, problem: { text: string; hint: string }) {
    super(code, `${knob}: ${problem.text}`, { hint: problem.hint });
    this.knob = knob;
  }
}

const SPECS: ReadonlyMap<string, KnobSpec> = new Map(
  Object.entries(KNOB_SPECS).flatMap(([group, specs]) =>
    Object.entries(specs as Readonly<Record<string, KnobSpec>>).map(
      ([name, spec]) => [`${group}.${name}`, spec] as const,
    ),
  ),
);

/** Every dotted name with its specification, in the order of the table; for help texts. */
export function listKnobs(): readonly { readonly name: KnobName; readonly spec: KnobSpec }[] {
  return [...SPECS].map(([name, spec]) => ({ name: name as KnobName, spec }));
}

/** The defaults with some knobs turned. @throws {KnobError} as {@link parseKnobs} does. */
export function withKnobs(overrides: KnobOverrides = {}): Knobs {
  const given: Readonly<Record<string, KnobValue>> = parseKnobs(overrides);
  const knobs: Record<string, Record<string, KnobValue>> = {};
  for (const [dotted, spec] of SPECS) {
    const [group, name] = dotted.split(".") as [string, string];
    (knobs[group] ??= {})[name] = dotted in given ? (given[dotted] as KnobValue) : spec.standard;
  }
  // Built from the very table the type is derived from.
  return knobs as unknown as Knobs;
}

/**
 * Reads overrides from outside: an object with dotted names (`{"page.guardMs": 60000}`).
 *
 * @throws {KnobError} `KNOB_UNKNOWN` with the nearest names as the hint; `KNOB_INVALID` for a value of
 *   another kind or beyond its range.
 */
export function parseKnobs(input: unknown): KnobOverrides {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    throw new KnobError("KNOB_INVALID", "knobs", {
      text: "an object with dotted names is wanted",
      hint: 'for example {"page.guardMs": 60000}',
    });
  }
  const entries = Object.entries(input).filter(([, value]) => value !== undefined);
  for (const [name, value] of entries) checkValue(name, specOf(name), value);
  return Object.fromEntries(entries);
}

/**
 * Reads overrides for a world that is already running.
 *
 * @throws {KnobError} as {@link parseKnobs} does; `KNOB_FIXED` for what is built into a world.
 */
export function parseOverrides(input: unknown): KnobOverrides {
  const turns = parseKnobs(input);
  for (const name of Object.keys(turns)) {
    if (specOf(name).fixed !== true) continue;
    throw new KnobError("KNOB_FIXED", name, {
      text: "this knob cannot be turned in the middle of a run",
      hint: "set it among the scenario's own knobs",
    });
  }
  return turns;
}

/**
 * Reads one assignment as the command line has it: `page.guardMs=60000`, `page.guardMs=60s`, `gw.idleMs=never`.
 *
 * @throws {KnobError} as {@link parseKnobs} does, and `KNOB_INVALID` without an equals sign.
 */
export function parseKnobAssignment(text: string): KnobOverrides {
  const at = text.indexOf("=");
  if (at < 1) {
    throw new KnobError("KNOB_INVALID", text, {
      text: "name=value is wanted",
      hint: "for example page.guardMs=60000",
    });
  }
  const name = text.slice(0, at).trim();
  return parseKnobs({ [name]: readText(specOf(name), text.slice(at + 1).trim()) });
}

const HINTS_MAX = 3;

function specOf(name: string): KnobSpec {
  const spec = SPECS.get(name);
  if (spec !== undefined) return spec;
  const near = nearestNames(name, [...SPECS.keys()], HINTS_MAX);
  throw new KnobError("KNOB_UNKNOWN", name, {
    text: "there is no such knob",
    hint:
      near.length > 0
        ? `did you mean ${near.join(" or ")}?`
        : `groups: ${Object.keys(KNOB_SPECS).join(", ")}`,
  });
}

function checkValue(name: string, spec: KnobSpec, value: unknown): void {
  if (value === null && spec.never === true) return;
  const good =
    spec.kind === "switch"
      ? typeof value === "boolean"
      : spec.kind === "choice"
        ? typeof value === "string" && spec.choices?.includes(value) === true
        : typeof value === "number" &&
          value >= 0 &&
          (spec.kind === "share" ? value <= 1 : Number.isSafeInteger(value));
  if (good) return;
  throw new KnobError("KNOB_INVALID", name, { text: "this value does not fit", hint: wantedBy(spec) });
}

function wantedBy(spec: KnobSpec): string {
  switch (spec.kind) {
    case "switch":
      return "true or false";
    case "choice":
      return `one of ${spec.choices?.join(", ") ?? ""}`;
    case "count":
      return "a whole number, zero or more";
    case "share":
      return "a number from 0 to 1";
    case "ms":
      return `whole milliseconds, zero or more${spec.never === true ? ", or null for never" : ""}`;
  }
}

/** Text to value; what does not fit is handed on as text, for {@link checkValue} to refuse. */
function readText(spec: KnobSpec, text: string): KnobValue {
  if (spec.never === true && (text === "never" || text === "null")) return null;
  if (spec.kind === "choice") return text;
  if (spec.kind === "switch") return text === "true" ? true : text === "false" ? false : text;
  if (spec.kind === "share") return /^\d*\.?\d+$/.test(text) ? Number(text) : text;
  const [, digits, unit = "ms"] = /^(\d+(?:\.\d+)?)(ms|s|min)?$/.exec(text) ?? [];
  if (digits === undefined || (spec.kind === "count" && unit !== "ms")) return text;
  return Math.round(Number(digits) * { ms: 1, s: 1_000, min: 60_000 }[unit as "ms" | "s" | "min"]);
}
