import type { CborValue } from "../../../cbor/value.js";
import { type CommandContext, builtInUvConfigured } from "../context.js";
import type { SimExtension } from "../extension.js";
import { refuse } from "../refusal.js";

/** @see FIDO registry of predefined values §3.1 (user verification methods) */
const UserVerify = { presenceInternal: 0x01, passcodeExternal: 0x800 } as const;

/** @see FIDO registry of predefined values §3.2 and §3.3: in hardware; decided on the chip */
const KEY_PROTECTION_HARDWARE = 0x02;
const MATCHER_ON_CHIP = 0x04;

/**
 * Reports by which means the user was verified: one entry, because this simulator never takes two at once.
 *
 * A device with a sensor names the sensor even when a PIN was typed: a pinUvAuthToken does not record how it was
 * obtained.
 *
 * @see WebAuthn Level 2 §10.3 (uvm)
 */
export const uvm: SimExtension = {
  id: "uvm",
  make: ({ context, input, userVerified }) => ({ output: answer(context, input, userVerified) }),
  get: ({ context, input, userVerified }) => ({ output: answer(context, input, userVerified) }),
};

function answer(context: CommandContext, input: CborValue, userVerified: boolean): CborValue {
  if (input !== true) refuse("INVALID_OPTION");
  return [[methodOf(context, userVerified), KEY_PROTECTION_HARDWARE, MATCHER_ON_CHIP]];
}

function methodOf(context: CommandContext, userVerified: boolean): number {
  if (!userVerified) return UserVerify.presenceInternal;
  const { builtInUv } = context.profile;
  return builtInUv && builtInUvConfigured(context) ? builtInUv.modality : UserVerify.passcodeExternal;
}
