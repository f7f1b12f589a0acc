import type { Case, Group, Probe } from "./case.js";
import { CLIENT } from "./probes/client.js";
import { FIELD } from "./probes/field.js";
import { RELYING_PARTY } from "./probes/relying-party.js";
import { ROBUSTNESS } from "./probes/robustness.js";
import { VERDICT } from "./probes/verdict.js";

const PROBES: Readonly<Record<Group, Readonly<Record<string, Probe>>>> = {
  field: FIELD,
  client: CLIENT,
  hybrid: {},
  "relying-party": RELYING_PARTY,
  robustness: ROBUSTNESS,
  verdict: VERDICT,
};

/** How to play a case; one whose test shows it is played by the test runner instead. */
export function probeOf({ group, name }: Case): Probe {
  const probes = PROBES[group];
  const probe = Object.hasOwn(probes, name) ? probes[name] : probes["*"];
  if (probe === undefined) throw new Error(`nothing plays the case ${group}/${name}`);
  return probe;
}

/** Names of the cases that have a way of their own to be played. */
export const probedNames = (group: Group): readonly string[] =>
  Object.keys(PROBES[group]).filter((name) => name !== "*");

const asText = (value: string | readonly string[]) => (typeof value === "string" ? value : value.join("\n"));

/** A case beside what came of it. */
export interface Played {
  readonly one: Case;
  readonly right: string;
  readonly came: string;
  /** What came is right, and the case was not said to be open; or it is wrong, and said to be open. */
  readonly isAsSaid: boolean;
}

/** Sets a case's right value beside what came. */
export function compared(one: Case, came: string | readonly string[]): Played {
  const right = asText(one.right);
  const isRight = right === asText(came);
  return { one, right, came: asText(came), isAsSaid: isRight === (one.open === undefined) };
}

/** Plays one case in this process. */
export async function play(one: Case): Promise<Played> {
  try {
    return compared(one, await probeOf(one)(one));
  } catch (error) {
    return compared(one, `thrown: ${error instanceof Error ? error.message : String(error)}`);
  }
}
