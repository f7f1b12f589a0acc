import { concat, equalBytes } from "../../../core/bytes.js";
import type { ClientPinRequest } from "../../../ctap/messages/client-pin.js";
import { hashPin } from "../../../ctap/client/pin.js";
import type { PinProtocol } from "../../../ctap/client/pin-protocol.js";
import { EMPTY_BODY, pinIsSet, supportedProtocol, type CommandContext } from "../context.js";
import { sharedSecretWith } from "../verification/key-agreement.js";
import { checkPinHash, requirePinUsableNow } from "../verification/pin-check.js";
import { codePoints, isComplex, unpadPin } from "../verification/pin-policy.js";
import { refuse } from "../refusal.js";

/** The numbers are the specification's steps. @see CTAP 2.3 §6.5.5.5 (setting a new PIN) */
export function setPin(context: CommandContext, request: ClientPinRequest): Uint8Array {
  const { keyAgreement, newPinEnc, pinUvAuthParam } = request;
  // 1: everything must be there.
  if (request.pinUvAuthProtocol === undefined || !keyAgreement || !newPinEnc || !pinUvAuthParam) {
    refuse("MISSING_PARAMETER");
  }
  // 2: and the protocol spoken.
  const protocol = supportedProtocol(context, request.pinUvAuthProtocol);
  // 3: a PIN that exists is changed, not set.
  if (pinIsSet(context)) refuse("PIN_AUTH_INVALID");
  // 4, 5: the request is from the client that made the shared secret.
  const sharedSecret = sharedSecretWith(context, protocol, keyAgreement);
  if (!protocol.verify(sharedSecret, newPinEnc, pinUvAuthParam)) refuse("PIN_AUTH_INVALID");
  // 6 to 10: what is in it, and whether it will do.
  const pin = decryptNewPin(context, protocol, { sharedSecret, newPinEnc });
  // 11 to 13: kept, with all its attempts.
  storePin(context, pin);
  return EMPTY_BODY;
}

/** The numbers are the specification's steps. @see CTAP 2.3 §6.5.5.6 (changing existing PIN) */
export function changePin(context: CommandContext, request: ClientPinRequest): Uint8Array {
  const { keyAgreement, newPinEnc, pinHashEnc, pinUvAuthParam } = request;
  // 1: everything must be there.
  if (
    request.pinUvAuthProtocol === undefined ||
    !keyAgreement ||
    !pinHashEnc ||
    !newPinEnc ||
    !pinUvAuthParam
  ) {
    refuse("MISSING_PARAMETER");
  }
  // 2: and the protocol spoken.
  const protocol = supportedProtocol(context, request.pinUvAuthProtocol);
  // 3: there must be attempts left.
  requirePinUsableNow(context);
  // 4, 5: the request is from the client that made the shared secret.
  const sharedSecret = sharedSecretWith(context, protocol, keyAgreement);
  if (!protocol.verify(sharedSecret, concat(newPinEnc, pinHashEnc), pinUvAuthParam)) {
    refuse("PIN_AUTH_INVALID");
  }
  // 6 to 8: the old PIN.
  checkPinHash(context, protocol, { sharedSecret, pinHashEnc });
  // 9 to 12, 14: the new one.
  const pin = decryptNewPin(context, protocol, { sharedSecret, newPinEnc });
  // 13: a forced PIN change does not accept the same PIN again.
  const { forcePinChange, pinHash } = context.store.memory;
  if (forcePinChange && pinHash && equalBytes(hashPin(context.crypto, pin), pinHash)) {
    refuse("PIN_POLICY_VIOLATION");
  }
  // 15 to 20: kept; tokens earned with the old one are worthless.
  storePin(context, pin);
  context.state.tokens.reset();
  context.store.remember({ persistentToken: undefined });
  return EMPTY_BODY;
}

function decryptNewPin(
  context: CommandContext,
  protocol: PinProtocol,
  encrypted: { readonly sharedSecret: Uint8Array; readonly newPinEnc: Uint8Array },
): Uint8Array {
  const padded = protocol.decrypt(encrypted.sharedSecret, encrypted.newPinEnc);
  return unpadPin(context, padded ?? refuse("PIN_AUTH_INVALID"));
}

function storePin({ crypto, store }: CommandContext, pin: Uint8Array): void {
  store.remember({
    pinHash: hashPin(crypto, pin),
    pinCodePoints: codePoints(pin),
    pinIsComplex: isComplex(pin),
    uvCountSincePin: undefined,
    pinRetries: undefined,
    forcePinChange: undefined,
  });
}
