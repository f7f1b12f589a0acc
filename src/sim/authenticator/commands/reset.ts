import { CtapCommand } from "../../../ctap/command.js";
import { hasQuirk, isAtLeast21 } from "../../profiles/profile.js";
import {
  type CommandContext,
  EMPTY_BODY,
  longTouchForReset,
  requireTouch,
  type SimCommand,
  touchTimeout,
} from "../context.js";
import { refuse } from "../refusal.js";
import { traceCredential } from "../store/credentials.js";
import { forgetFingerprints } from "../verification/fingerprints.js";
import { renewKeyAgreement } from "../verification/key-agreement.js";

/** authenticatorSelection: a touch, and nothing more; new in CTAP 2.1. @see CTAP 2.3 §6.9 */
export const selection: SimCommand = async (context) => {
  if (!isAtLeast21(context.profile)) refuse("INVALID_COMMAND");
  await requireTouch(context, { purpose: "select-authenticator" }, "USER_ACTION_TIMEOUT");
  return EMPTY_BODY;
};

/** Commands that may come before reset on keys that forfeit it by any other. */
const HARMLESS: readonly number[] = [
  CtapCommand.getInfo,
  CtapCommand.makeCredential,
  CtapCommand.reset,
  CtapCommand.selection,
];

/** authenticatorReset: back to the factory; the numbers are the specification's steps. @see CTAP 2.3 §6.6 */
export const reset: SimCommand = async (context) => {
  const { profile, state, store, transport } = context;
  // 1: not from where the maker forbids it.
  if (profile.transportsForReset?.includes(transport) === false) refuse("OPERATION_DENIED");
  // 2: only an authenticator that was just plugged in, so that no program resets it without its user.
  if (!longTouchForReset(context) && !isFresh(context)) refuse("NOT_ALLOWED");
  // 3: and only with a touch, which is a long one where that stands in for the plugging in.
  await requireResetTouch(context);
  // 4: credentials, PIN, settings, counters and the wrapping key are gone, and what was earned with them.
  for (const credential of store.reset()) traceCredential(context, "deleted", credential);
  state.tokens.reset();
  state.pinMismatches = 0;
  state.enrollment = undefined;
  renewKeyAgreement(context);
  forgetFingerprints(context);
  return EMPTY_BODY;
};

/** Whether a command, by coming first, makes some keys refuse a reset until they are plugged in again. */
export function forfeitsReset(command: number): boolean {
  return !HARMLESS.includes(command);
}

function isFresh({ env, profile, state }: CommandContext): boolean {
  if (profile.hasDisplay) return true;
  if (state.resetForfeited && hasQuirk(profile, "forfeitsResetByOtherCommands")) return false;
  return env.clock.nowMs() - state.poweredUpAtMs <= profile.timeouts.resetWindowMs;
}

async function requireResetTouch(context: CommandContext): Promise<void> {
  const holdMs = longTouchForReset(context) ? context.profile.timeouts.longTouchMs : 0;
  const touch = await context.gestures.ask({
    kind: "touch",
    purpose: "reset",
    ...(holdMs > 0 && { holdMs }),
  });
  if (touch.answer === "timed-out") throw touchTimeout(context, "USER_ACTION_TIMEOUT");
  if (touch.answer !== "approved") refuse("OPERATION_DENIED");
  // A user who releases the touch too early has not agreed.
  if ((touch.heldMs ?? holdMs) < holdMs) refuse("OPERATION_DENIED");
}
