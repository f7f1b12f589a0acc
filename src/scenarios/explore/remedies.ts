import type { KnobOverrides } from "../../sim/knobs/knobs.js";

/** An advice of a cause, and the changes that the simulation can make for it. */
export interface Remedy {
  /** The sentence of the rule. */
  readonly text: string;
  /** Each is made by itself; the one that does most is shown. */
  readonly changes: readonly KnobOverrides[];
}

const REMEDIES: Readonly<Record<string, readonly Remedy[]>> = {};

/** Returns the changes that an advice of a cause asks for; none where the simulation has no such change. */
export function changesFor(cause: string, text: string): readonly KnobOverrides[] {
  const remedies = Object.hasOwn(REMEDIES, cause) ? REMEDIES[cause] : undefined;
  return remedies?.find((remedy) => remedy.text === text)?.changes ?? [];
}
