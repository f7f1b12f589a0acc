import type { KnobOverrides } from "../../sim/knobs/knobs.js";
import { CLIENT_REMEDIES } from "./remedies/client-remedies.js";
import { FACTOR_REMEDIES } from "./remedies/factor-remedies.js";
import { KEY_REMEDIES } from "./remedies/key-remedies.js";
import { PHONE_REMEDIES } from "./remedies/phone-remedies.js";
import { SITE_REMEDIES } from "./remedies/site-remedies.js";
import type { RemedyTable } from "./remedies/remedy.js";

/** Every advice that the simulation can follow, by the cause whose verdicts give it. */
export const REMEDIES: RemedyTable = {
  ...CLIENT_REMEDIES,
  ...KEY_REMEDIES,
  ...PHONE_REMEDIES,
  ...SITE_REMEDIES,
  ...FACTOR_REMEDIES,
};

/** Returns the changes that an advice of a cause asks for; none where the simulation cannot follow it. */
export function changesFor(cause: string, text: string): readonly KnobOverrides[] {
  const remedies = Object.hasOwn(REMEDIES, cause) ? REMEDIES[cause] : undefined;
  return remedies?.[text] ?? [];
}

/** Changes that take away a cause which is a default of the simulation, so that a scenario deviates in nothing. */
const DEFAULT_CAUSES: Readonly<Record<string, readonly KnobOverrides[]>> = {
  "not-linked": [{ "idp.google": "linked" }, { "idp.line": "linked" }],
};

/** Returns the changes that take away a cause that is a default; none for causes that deviate. */
export function changesOfDefault(cause: string): readonly KnobOverrides[] {
  return DEFAULT_CAUSES[cause] ?? [];
}
