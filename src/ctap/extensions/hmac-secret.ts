import type { CborValue } from "../../cbor/value.js";
import { concat } from "../../core/bytes.js";
import type { Entropy } from "../../core/entropy.js";
import type { CryptoProvider } from "../../core/crypto-provider.js";
import { coseKey, type CoseKey } from "../messages/cose.js";
import { mapWith, optional, required } from "../messages/fields.js";
import type { KeyAgreement } from "../client/pin-protocol.js";
import { MessageError } from "../messages/message-error.js";
import { CtapStatus } from "../status.js";
import { bytes, uint, type Wire } from "../messages/wire.js";

/** Bytes of a salt, and of what becomes of it. @see CTAP 2.3 §12.7 */
export const SALT_BYTES = 32;

/** What hmac-secret takes at assertion, and hmac-secret-mc at creation. */
export interface HmacSecretInput {
  readonly keyAgreement: CoseKey;
  readonly saltEnc: Uint8Array;
  readonly saltAuth: Uint8Array;
  /** 1 when absent. */
  readonly pinUvAuthProtocol?: number;
}

export const hmacSecretInput: Wire<HmacSecretInput> = mapWith({
  keyAgreement: required(0x01, coseKey),
  saltEnc: required(0x02, bytes),
  saltAuth: required(0x03, bytes),
  pinUvAuthProtocol: optional(0x04, uint),
});

/**
 * Returns the PIN/UV protocol that an input of hmac-secret at assertion names; `undefined` for the first one, which goes
 * without saying.
 */
export function saltsProtocol(input: CborValue | undefined): number | undefined {
  const named: unknown = input instanceof Map ? input.get(0x04) : undefined;
  return typeof named === "number" ? named : undefined;
}

type Secrets = Pick<KeyAgreement, "protocol" | "sharedSecret">;

/**
 * The client's half: one or two salts on their way to the device.
 *
 * @param salts 32 bytes each.
 */
export function sealSalts(
  { protocol, keyAgreement, sharedSecret }: KeyAgreement,
  salts: readonly Uint8Array[],
  entropy: Entropy,
): CborValue {
  const saltEnc = protocol.encrypt(sharedSecret, concat(...salts), entropy);
  return hmacSecretInput.write({
    keyAgreement,
    saltEnc,
    saltAuth: protocol.authenticate(sharedSecret, saltEnc),
    // Keys of 2.0 know no such member.
    ...(protocol.version !== 1 && { pinUvAuthProtocol: protocol.version }),
  });
}

/**
 * The client's half: what the device made of the salts, one output each.
 *
 * @throws {MessageError} `MESSAGE_INVALID_VALUE` when they are not as many.
 */
export function openOutputs(
  { protocol, sharedSecret }: Secrets,
  encrypted: Uint8Array,
  count: number,
): readonly Uint8Array[] {
  const outputs = protocol.decrypt(sharedSecret, encrypted);
  if (outputs?.length !== count * SALT_BYTES) {
    const problem = `hmac-secret gave ${encrypted.length} encrypted bytes for ${count} salts`;
    throw new MessageError("MESSAGE_INVALID_VALUE", problem);
  }
  return cut(outputs);
}

/**
 * The authenticator's half: the one or two salts.
 *
 * @throws {MessageError} with the status to answer: PIN_AUTH_INVALID for salts that another client made,
 *   INVALID_PARAMETER for a wrong number of bytes.
 */
export function openSalts(
  { protocol, sharedSecret }: Secrets,
  { saltEnc, saltAuth }: Pick<HmacSecretInput, "saltEnc" | "saltAuth">,
): readonly Uint8Array[] {
  if (!protocol.verify(sharedSecret, saltEnc, saltAuth)) {
    throw new MessageError("MESSAGE_INVALID_VALUE", "saltAuth is not that of saltEnc", {
      status: CtapStatus.PIN_AUTH_INVALID,
    });
  }
  const salts = protocol.decrypt(sharedSecret, saltEnc);
  if (salts?.length !== SALT_BYTES && salts?.length !== 2 * SALT_BYTES) {
    throw new MessageError("MESSAGE_INVALID_VALUE", `saltEnc holds ${salts?.length ?? "no"} bytes`);
  }
  return cut(salts);
}

/**
 * The authenticator's half: the secret's answer to each salt.
 *
 * @param credRandom 32 bytes, one of the credential's two secrets.
 */
export function evaluateSalts(
  crypto: CryptoProvider,
  credRandom: Uint8Array,
  salts: readonly Uint8Array[],
): readonly Uint8Array[] {
  return salts.map((salt) => crypto.hmacSha256(credRandom, salt));
}

/** The authenticator's half: outputs on their way to the client. */
export function sealOutputs(
  { protocol, sharedSecret }: Secrets,
  outputs: readonly Uint8Array[],
  entropy: Entropy,
): Uint8Array {
  return protocol.encrypt(sharedSecret, concat(...outputs), entropy);
}

function cut(joined: Uint8Array): readonly Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let start = 0; start < joined.length; start += SALT_BYTES) {
    parts.push(joined.subarray(start, start + SALT_BYTES));
  }
  return parts;
}
