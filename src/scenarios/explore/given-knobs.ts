import { GIVEN_KNOBS } from "../../oracle/draw-plan.js";

/** Knobs that say which other ways to sign in a scenario is about. */
const FACTOR_KNOBS: readonly string[] = ["factor.enrolled", "otp.link", "idp.line", "idp.google"];

/** Says of a knob that it is what a scenario is about, and no fault: the transport, a profile, an enrolled factor. */
export function isGivenKnob(knob: string): boolean {
  return [...GIVEN_KNOBS, ...FACTOR_KNOBS].includes(knob);
}
