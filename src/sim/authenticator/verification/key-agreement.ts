import type { CoseKey } from "../../../ctap/messages/cose.js";
import { toKeyAgreement, type PinProtocol } from "../../../ctap/client/pin-protocol.js";
import { PointError } from "../../../crypto/algorithms.js";
import type { KeyPair } from "../../../core/crypto-provider.js";
import type { CommandContext } from "../context.js";
import { refuse } from "../refusal.js";

/** This power cycle's key of one protocol, as the platform gets to see it. */
export function publicKeyAgreement(context: CommandContext, version: 1 | 2): CoseKey {
  return toKeyAgreement(keyPair(context, version).publicKey);
}

/** The secret shared with the platform. @throws {Refusal} INVALID_PARAMETER for a key that is none. */
export function sharedSecretWith(
  context: CommandContext,
  protocol: PinProtocol,
  platformKey: CoseKey,
): Uint8Array {
  try {
    return protocol.decapsulate(keyPair(context, protocol.version), platformKey);
  } catch (error) {
    if (error instanceof PointError) refuse("INVALID_PARAMETER");
    throw error;
  }
}

/** Makes all of them worthless; the next question gets fresh ones. */
export function renewKeyAgreement({ state }: CommandContext): void {
  state.keyAgreement.clear();
}

function keyPair({ state, crypto, env }: CommandContext, version: 1 | 2): KeyPair {
  const known = state.keyAgreement.get(version);
  if (known !== undefined) return known;
  const fresh = crypto.generateKeyPair(env.entropy);
  state.keyAgreement.set(version, fresh);
  return fresh;
}
