import { type NamedByAlias, aliasNote } from "../entry/scenarios.js";
import { type KnobAlias, knobAliasNote } from "../entry/sim.js";
import type { Terminal } from "./terminal.js";

/** Reports on stderr the present id of a scenario that the user named by a former id. */
export function warnOfAlias(named: NamedByAlias, terminal: Terminal): void {
  const note = aliasNote(named);
  if (note !== undefined) terminal.warn(`note: ${note}`);
}

/** Tells a user who named a knob by a former name what it is called now, on stderr. */
export function warnOfKnobAlias(alias: KnobAlias, terminal: Terminal): void {
  terminal.warn(`note: ${knobAliasNote(alias)}`);
}
