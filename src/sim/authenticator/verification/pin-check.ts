import { equalBytes } from "../../../core/bytes.js";
import type { PinProtocol } from "../../../ctap/client/pin-protocol.js";
import { hasQuirk } from "../../profiles/profile.js";
import type { CommandContext } from "../context.js";
import { renewKeyAgreement } from "./key-agreement.js";
import { refuse } from "../refusal.js";

export function pinRetriesLeft({ profile, store }: CommandContext): number {
  return store.memory.pinRetries ?? profile.limits.pinRetries;
}

/** Too many wrong PINs in a row: no more before the key was unplugged. */
export function needsPowerCycle({ profile, state }: CommandContext): boolean {
  return state.pinMismatches >= profile.limits.pinMismatchesUntilPowerCycle;
}

/** @throws {Refusal} PIN_NOT_SET, PIN_BLOCKED, PIN_AUTH_BLOCKED, in this order. */
export function requirePinUsableNow(context: CommandContext): void {
  if (context.store.memory.pinHash === undefined) refuse("PIN_NOT_SET");
  if (pinRetriesLeft(context) === 0) refuseBlocked(context);
  if (needsPowerCycle(context)) refuse("PIN_AUTH_BLOCKED");
}

/**
 * Compares a PIN hash with the stored one; the attempt is paid for before it is looked at.
 *
 * @throws {Refusal} PIN_BLOCKED, PIN_AUTH_BLOCKED or PIN_INVALID when it is wrong.
 * @see CTAP 2.3 §6.5.5.7.1, steps "decrement pinRetries" and "decrypt pinHashEnc"
 */
export function checkPinHash(
  context: CommandContext,
  protocol: PinProtocol,
  encrypted: { readonly sharedSecret: Uint8Array; readonly pinHashEnc: Uint8Array },
): void {
  const { state, store } = context;
  const stored = store.memory.pinHash ?? refuse("PIN_NOT_SET");
  store.remember({ pinRetries: pinRetriesLeft(context) - 1 });
  const given = protocol.decrypt(encrypted.sharedSecret, encrypted.pinHashEnc);
  if (given !== undefined && equalBytes(given, stored)) {
    state.pinMismatches = 0;
    // A right PIN also gives the sensor another chance.
    store.remember({ pinRetries: undefined, uvRetries: undefined, uvCountSincePin: undefined });
    return;
  }
  renewKeyAgreement(context);
  state.pinMismatches += 1;
  if (pinRetriesLeft(context) === 0) refuseBlocked(context);
  if (needsPowerCycle(context)) refuse("PIN_AUTH_BLOCKED");
  refuse("PIN_INVALID");
}

function refuseBlocked({ profile }: CommandContext): never {
  refuse(hasQuirk(profile, "answers31WhenPinBlocked") ? "PIN_INVALID" : "PIN_BLOCKED");
}
