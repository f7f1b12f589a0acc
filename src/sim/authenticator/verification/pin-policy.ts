import type { CommandContext } from "../context.js";
import { refuse } from "../refusal.js";

/** Bytes of UTF-8, whatever the length in characters. @see CTAP 2.3 §6.5.1 */
const PIN_BYTES_MAX = 63;
const PADDED_PIN_BYTES = 64;

/** In code points. */
export function minPinLength({ profile, store }: CommandContext): number {
  return store.memory.minPinLength ?? profile.limits.minPinLength;
}

/** Sites that may learn the minimum length, through the extensions about it. */
export function minPinLengthRpIds({ store }: CommandContext): readonly string[] {
  return store.memory.minPinLengthRpIds ?? [];
}

/** Whether PINs have to be more than long enough. */
export function pinComplexityPolicy({ profile, store }: CommandContext): boolean {
  return store.memory.pinComplexityPolicy ?? profile.options.pinComplexityPolicy ?? false;
}

/**
 * This library's own policy, as every maker has one: not the same character over and over, not characters
 * in a row.
 */
export function isComplex(pin: Uint8Array): boolean {
  const steps = [...pin].slice(1).map((byte, index) => byte - (pin[index] as number));
  const [first] = steps;
  const monotonous = first !== undefined && Math.abs(first) <= 1 && steps.every((step) => step === first);
  return !monotonous;
}

/** Code points of UTF-8: every byte that does not continue one. */
export function codePoints(pin: Uint8Array): number {
  return pin.filter((byte) => (byte & 0xc0) !== 0x80).length;
}

/**
 * The PIN inside its padding.
 *
 * @throws {Refusal} INVALID_PARAMETER unless padded to 64 bytes, PIN_POLICY_VIOLATION for one too short or too long.
 */
export function unpadPin(context: CommandContext, padded: Uint8Array): Uint8Array {
  if (padded.length !== PADDED_PIN_BYTES) refuse("INVALID_PARAMETER");
  const end = padded.findLastIndex((byte) => byte !== 0) + 1;
  const pin = padded.subarray(0, end);
  const length = codePoints(pin);
  const fits =
    length >= minPinLength(context) &&
    length <= context.profile.limits.maxPinLength &&
    pin.length <= PIN_BYTES_MAX &&
    (!pinComplexityPolicy(context) || isComplex(pin));
  if (!fits) refuse("PIN_POLICY_VIOLATION");
  return pin;
}
