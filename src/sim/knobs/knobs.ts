import { HarnessError } from "../../core/errors.js";
import { nearestNames } from "../../core/nearest-names.js";
import type { KnobSpec, KnobTable, KnobValue, OptionsOf } from "./knob-spec.js";
import { knobValueFits, wantedBy } from "./knob-value.js";
import { KNOB_SPECS } from "./registry.js";

type Specs = typeof KNOB_SPECS;

/** The world's settings as actors read them: `knobs.page.guardMs`. */
export type Knobs = { readonly [Group in keyof Specs]: OptionsOf<Specs[Group]> };

type Dotted<Group extends keyof Specs> = Group extends string
  ? `${Group}.${keyof Specs[Group] & string}`
  : never;

/** A knob as people and files write it: `page.guardMs`. */
export type KnobName = Dotted<keyof Specs>;

type ValueNamed<Name> = Name extends `${infer Group}.${infer Knob}`
  ? Group extends keyof Specs
    ? Knob extends keyof Specs[Group]
      ? OptionsOf<Specs[Group]>[Knob]
      : never
    : never
  : never;

/** Deviations from the defaults, by dotted name; plain JSON. */
export type KnobOverrides = { readonly [Name in KnobName]?: ValueNamed<Name> };

export type KnobErrorCode = "KNOB_UNKNOWN" | "KNOB_INVALID" | "KNOB_FIXED";

/** A knob does not exist, or a value does not fit it. */
export class KnobError extends HarnessError<KnobErrorCode> {
  readonly knob: string;

  constructor(code: KnobErrorCode, knob: string, problem: { text: string; hint: string }) {
    super(code, `${knob}: ${problem.text}`, { hint: problem.hint });
    this.knob = knob;
  }
}

const SPECS: ReadonlyMap<string, KnobSpec> = new Map(
  Object.entries<KnobTable>(KNOB_SPECS).flatMap(([group, table]) =>
    Object.entries(table).map(([name, spec]) => [`${group}.${name}`, spec] as const),
  ),
);

/** Former names, each with the present one. */
const ALIASES: ReadonlyMap<string, KnobName> = new Map(
  [...SPECS].flatMap(([name, { formerly = [] }]) => formerly.map((alias) => [alias, name as KnobName])),
);

/** A knob that was named by a former name. */
export interface KnobAlias {
  readonly alias: string;
  readonly name: KnobName;
}

export interface KnobAliasOptions {
  /** Called for every knob that is named by a former name. */
  readonly onAlias?: ((alias: KnobAlias) => void) | undefined;
}

/** Returns what a user is told who named a knob by a former name. */
export function knobAliasNote({ alias, name }: KnobAlias): string {
  return `knob "${alias}" is now "${name}"`;
}

/** Returns the present name of a knob: for a former name the one it has now, otherwise the name itself. */
export function presentKnobName(name: string, { onAlias }: KnobAliasOptions = {}): string {
  const present = ALIASES.get(name);
  if (present !== undefined) onAlias?.({ alias: name, name: present });
  return present ?? name;
}

/** Every dotted name with its specification, in the order of the table; for help texts. */
export function listKnobs(): readonly { readonly name: KnobName; readonly spec: KnobSpec }[] {
  return [...SPECS].map(([name, spec]) => ({ name: name as KnobName, spec }));
}

/** Returns the defaults with some knobs set. @throws {KnobError} as {@link parseKnobs} does. */
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
 * Former names are accepted; the result has the present ones.
 *
 * @throws {KnobError} `KNOB_UNKNOWN` with the nearest names as the hint; `KNOB_INVALID` for a value of
 *   another kind or beyond its range, and for a knob that is given by its present and a former name.
 */
export function parseKnobs(input: unknown, options: KnobAliasOptions = {}): KnobOverrides {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    throw new KnobError("KNOB_INVALID", "knobs", {
      text: "an object with dotted names is wanted",
      hint: 'for example {"page.guardMs": 60000}',
    });
  }
  const read = new Map<string, unknown>();
  for (const [given, value] of Object.entries(input)) {
    if (value === undefined) continue;
    const name = presentKnobName(given, options);
    if (read.has(name)) {
      throw new KnobError("KNOB_INVALID", name, {
        text: "this knob is given twice",
        hint: `by its name, and by a former one: ${SPECS.get(name)?.formerly?.join(", ") ?? ""}`,
      });
    }
    checkValue(name, specOf(name), value);
    read.set(name, value);
  }
  return Object.fromEntries(read);
}

/**
 * Lays overrides over each other, the last one on top, whichever of its names each gives a knob.
 *
 * @throws {KnobError} as {@link parseKnobs} does.
 */
export function mergeKnobs(...layers: readonly KnobOverrides[]): KnobOverrides {
  return Object.assign({}, ...layers.map((layer) => parseKnobs(layer))) as KnobOverrides;
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
      text: "this knob cannot be set in the middle of a run",
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
export function parseKnobAssignment(text: string, options: KnobAliasOptions = {}): KnobOverrides {
  const at = text.indexOf("=");
  if (at < 1) {
    throw new KnobError("KNOB_INVALID", text, {
      text: "name=value is wanted",
      hint: "for example page.guardMs=60000",
    });
  }
  const name = presentKnobName(text.slice(0, at).trim(), options);
  return parseKnobs({ [name]: readText(specOf(name), text.slice(at + 1).trim()) });
}

const HINTS_MAX = 3;

/** Returns the dotted names that are most like a misspelt one, with or without its group; none where nothing is. */
export function nearestKnobNames(name: string): readonly string[] {
  const dotted = [...SPECS.keys()];
  const near = nearestNames(name, dotted, HINTS_MAX);
  if (near.length > 0 || name.includes(".")) return near;
  const own = dotted.map((one) => one.slice(one.indexOf(".") + 1));
  const alike = nearestNames(name, [...new Set(own)], HINTS_MAX);
  return dotted.filter((_, index) => alike.includes(own[index] ?? "")).slice(0, HINTS_MAX);
}

function specOf(name: string): KnobSpec {
  const spec = SPECS.get(name);
  if (spec !== undefined) return spec;
  const near = nearestKnobNames(name);
  throw new KnobError("KNOB_UNKNOWN", name, {
    text: "there is no such knob",
    hint:
      near.length > 0
        ? `did you mean ${near.join(" or ")}?`
        : `groups: ${Object.keys(KNOB_SPECS).join(", ")}`,
  });
}

function checkValue(name: string, spec: KnobSpec, value: unknown): void {
  if (knobValueFits(spec, value)) return;
  throw new KnobError("KNOB_INVALID", name, { text: "this value does not fit", hint: wantedBy(spec) });
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
