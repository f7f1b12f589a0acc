/** What a knob is, for people (`doc`) and for the parser (`kind`, `choices`, `never`). */
export interface KnobSpec<Value extends KnobValue = KnobValue> {
  readonly kind: "ms" | "count" | "share" | "switch" | "choice";
  readonly standard: Value;
  readonly doc: string;
  /** The values a choice accepts. */
  readonly choices?: readonly string[];
  /** `null` is allowed and means that it never happens. */
  readonly never?: boolean;
  /** Built into the world when it is made: cannot be turned in the middle of a run. */
  readonly fixed?: boolean;
}

export type KnobValue = number | boolean | string | null;

/** Milliseconds, zero or more. */
export const ms = (standard: number, doc: string): KnobSpec<number> => ({ kind: "ms", standard, doc });

/** Milliseconds, or `null` for never. */
export const msOrNever = (standard: number | null, doc: string): KnobSpec<number | null> => ({
  kind: "ms",
  standard,
  doc,
  never: true,
});

export const count = (standard: number, doc: string): KnobSpec<number> => ({ kind: "count", standard, doc });

export const countOrNever = (standard: number | null, doc: string): KnobSpec<number | null> => ({
  kind: "count",
  standard,
  doc,
  never: true,
});

/** A chance, from 0 to 1. */
export const share = (standard: number, doc: string): KnobSpec<number> => ({ kind: "share", standard, doc });

export const toggle = (standard: boolean, doc: string): KnobSpec<boolean> => ({
  kind: "switch",
  standard,
  doc,
});

export const choice = <const Name extends string>(
  choices: readonly [Name, ...Name[]],
  doc: string,
): KnobSpec<Name> => ({ kind: "choice", standard: choices[0], doc, choices });

export const fixed = <Value extends KnobValue>(spec: KnobSpec<Value>): KnobSpec<Value> => ({
  ...spec,
  fixed: true,
});
