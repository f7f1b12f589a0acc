/** What a knob is, for people (`doc`, `unit`) and for the parser (`kind`, `choices`, `min`, `max`, `never`). */
export interface KnobSpec<Value extends KnobValue = KnobValue> {
  readonly kind: "ms" | "count" | "share" | "switch" | "choice";
  /** The default. */
  readonly standard: Value;
  /** One line of text. */
  readonly doc: string;
  /** What a number counts or measures: `ms`, `bytes`, `%`. */
  readonly unit?: string;
  /** The smallest number that works. */
  readonly min?: number;
  /** The greatest number that works. */
  readonly max?: number;
  /** The values a choice accepts. */
  readonly choices?: readonly string[];
  /** `null` is allowed and means that it never happens. */
  readonly never?: boolean;
  /** Built into the world when it is made: cannot be set in the middle of a run. */
  readonly fixed?: boolean;
  /** Dotted names the knob had before; they go on working. */
  readonly formerly?: readonly string[];
}

export type KnobValue = number | boolean | string | null;

/** An actor's options as people set them, by name. */
export type KnobTable = Readonly<Record<string, KnobSpec>>;

/** The options that a table of knobs describes: an actor's option type has the names and types of its table. */
export type OptionsOf<Table> = {
  readonly [Name in keyof Table]: Table[Name] extends KnobSpec<infer Value> ? Value : never;
};

/** Returns the default of every knob of a table. */
export function defaultsOf<Table extends KnobTable>(table: Table): OptionsOf<Table> {
  const entries = Object.entries(table).map(([name, { standard }]) => [name, standard]);
  // Built from the very table the type is derived from.
  return Object.fromEntries(entries) as OptionsOf<Table>;
}

/** Returns the options of a table out of a group that may hold those of other tables too. */
export function optionsIn<Table extends KnobTable>(table: Table, group: OptionsOf<Table>): OptionsOf<Table> {
  const entries = Object.entries(group).filter(([name]) => Object.hasOwn(table, name));
  return Object.fromEntries(entries) as OptionsOf<Table>;
}

/** A year: a run that waits longer wants `never`. */
export const MS_MAX = 365 * 86_400_000;

/** More than any list, message or repetition of a run has. */
export const COUNT_MAX = 1_000_000;

interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** Whole milliseconds, from 0 to a year unless the bounds say otherwise. */
export const ms = (standard: number, doc: string, bounds: Bounds = {}): KnobSpec<number> => ({
  kind: "ms",
  standard,
  doc,
  unit: "ms",
  min: 0,
  max: MS_MAX,
  ...bounds,
});

/** Milliseconds as {@link ms} takes them, or `null` for never. */
export const msOrNever = (
  standard: number | null,
  doc: string,
  bounds: Bounds = {},
): KnobSpec<number | null> => ({ ...ms(0, doc, bounds), standard, never: true });

/** A whole number, from 0 to a million unless the bounds say otherwise. */
export const count = (
  standard: number,
  doc: string,
  { unit, ...bounds }: Bounds & { readonly unit?: string } = {},
): KnobSpec<number> => ({
  kind: "count",
  standard,
  doc,
  ...(unit !== undefined && { unit }),
  min: 0,
  max: COUNT_MAX,
  ...bounds,
});

/** A whole number as {@link count} takes it, or `null` for never. */
export const countOrNever = (
  standard: number | null,
  doc: string,
  bounds: Bounds & { readonly unit?: string } = {},
): KnobSpec<number | null> => ({ ...count(0, doc, bounds), standard, never: true });

/** A whole number of percent. */
export const percent = (standard: number, doc: string): KnobSpec<number> =>
  count(standard, doc, { unit: "%", max: 100 });

/** A probability, from 0 to 1. */
export const share = (standard: number, doc: string): KnobSpec<number> => ({
  kind: "share",
  standard,
  doc,
  min: 0,
  max: 1,
});

export const toggle = (standard: boolean, doc: string): KnobSpec<boolean> => ({
  kind: "switch",
  standard,
  doc,
});

/** One of a few words, the first of which is the default. */
export const choice = <const Name extends string>(
  choices: readonly [Name, ...Name[]],
  doc: string,
): KnobSpec<Name> => ({ kind: "choice", standard: choices[0], doc, choices });

/** One of the names of another table, such as the profiles there are. */
export const nameOf = <Name extends string>(
  choices: readonly Name[],
  standard: NoInfer<Name>,
  doc: string,
): KnobSpec<Name> => ({ kind: "choice", standard, doc, choices });

/** Builds a knob into the world: it cannot be set in the middle of a run. */
export const fixed = <Value extends KnobValue>(spec: KnobSpec<Value>): KnobSpec<Value> => ({
  ...spec,
  fixed: true,
});

/** Keeps the dotted name that a knob had before as an alias. */
export const formerly = <Value extends KnobValue>(name: string, spec: KnobSpec<Value>): KnobSpec<Value> => ({
  ...spec,
  formerly: [...(spec.formerly ?? []), name],
});
