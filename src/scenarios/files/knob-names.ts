import type { KnobSpec, KnobTable } from "../../sim/knobs/knob-spec.js";
import { presentKnobName, type KnobAlias } from "../../sim/knobs/knobs.js";
import { isObject } from "../../core/read-shape.js";

/** A dotted name that a file may give a knob: the present one, or a former one. */
export interface KnobNameInFile {
  readonly given: string;
  /** The present name. */
  readonly name: string;
  readonly spec: KnobSpec;
}

/** Returns every dotted name that files may use, each knob's present name first. */
export function knobNamesIn(groups: Readonly<Record<string, KnobTable>>): readonly KnobNameInFile[] {
  const present = Object.entries(groups).flatMap(([group, table]) =>
    Object.entries(table).map(([own, spec]) => {
      const name = `${group}.${own}`;
      return { given: name, name, spec };
    }),
  );
  const former = present.flatMap(({ name, spec }) =>
    (spec.formerly ?? []).map((given) => ({ given, name, spec })),
  );
  return [...present, ...former];
}

/** `rp` of `rp.finishMs`. */
export function groupOf(dotted: string): string {
  return dotted.slice(0, dotted.indexOf("."));
}

/** Returns the knobs that a file names by former names: among its own, and in the `set` verbs of its script. */
export function knobAliasesIn(file: unknown): readonly KnobAlias[] {
  if (!isObject(file)) return [];
  const script = Array.isArray(file["script"]) ? (file["script"] as readonly unknown[]) : [];
  const aliases: KnobAlias[] = [];
  for (const holder of [file, ...script]) {
    const knobs = isObject(holder) ? holder["knobs"] : undefined;
    for (const name of dottedNamesIn(knobs)) {
      presentKnobName(name, { onAlias: (alias) => aliases.push(alias) });
    }
  }
  return aliases;
}

function dottedNamesIn(knobs: unknown): readonly string[] {
  if (!isObject(knobs)) return [];
  return Object.entries(knobs).flatMap(([name, value]) =>
    isObject(value) ? Object.keys(value).map((own) => `${name}.${own}`) : [name],
  );
}
