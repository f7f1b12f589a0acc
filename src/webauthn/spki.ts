import { concat, fromHex } from "../core/bytes.js";
import type { CoseKey } from "../ctap/messages/cose.js";
import type { PublicKey } from "../core/crypto-provider.js";

const TAG = { integer: 0x02, bitString: 0x03, null: 0x05, objectId: 0x06, sequence: 0x30 } as const;

/** DER content of the object identifiers. @see RFC 5480 §2.1.1, RFC 8410 §3, RFC 3279 §2.3.1, RFC 9881 §2 */
const OID = {
  ecPublicKey: fromHex("2a8648ce3d0201"),
  "P-256": fromHex("2a8648ce3d030107"),
  "P-384": fromHex("2b81040022"),
  "P-521": fromHex("2b81040023"),
  secp256k1: fromHex("2b8104000a"),
  Ed25519: fromHex("2b6570"),
  Ed448: fromHex("2b6571"),
  rsaEncryption: fromHex("2a864886f70d010101"),
  "ML-DSA-44": fromHex("608648016503040311"),
  "ML-DSA-65": fromHex("608648016503040312"),
  "ML-DSA-87": fromHex("608648016503040313"),
} as const;

/**
 * Encodes a credential's public key as DER SubjectPublicKeyInfo, the form `getPublicKey()` gives to pages.
 *
 * @param key as an authenticator gives it.
 * @returns the DER bytes.
 *
 * @example
 * const der = encodeSpki(publicKey); // crypto.createPublicKey({ key: der, format: "der", type: "spki" }) reads it
 *
 * @see WebAuthn Level 3 §5.2.1.1, RFC 5280 §4.1.2.7
 */
export function encodeSpki({ key }: CoseKey): Uint8Array {
  return sequence(algorithmOf(key), bitString(bitsOf(key)));
}

function algorithmOf(key: PublicKey): Uint8Array {
  switch (key.kty) {
    case "EC":
      return sequence(objectId(OID.ecPublicKey), objectId(OID[key.crv]));
    case "OKP":
      return sequence(objectId(OID[key.crv]));
    case "RSA":
      return sequence(objectId(OID.rsaEncryption), tagged(TAG.null, new Uint8Array()));
    case "AKP":
      return sequence(objectId(mlDsaOid(key.pub)));
  }
}

function bitsOf(key: PublicKey): Uint8Array {
  switch (key.kty) {
    case "EC":
      return concat(Uint8Array.of(0x04), key.x, key.y);
    case "OKP":
      return key.x;
    case "RSA":
      return sequence(unsignedInteger(key.n), unsignedInteger(key.e));
    case "AKP":
      return key.pub;
  }
}

/** The length of the key says which parameter set it is of. @see FIPS 204 §4, table 2 */
function mlDsaOid({ length }: Uint8Array): Uint8Array {
  if (length <= 1312) return OID["ML-DSA-44"];
  return length <= 1952 ? OID["ML-DSA-65"] : OID["ML-DSA-87"];
}

function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return tagged(TAG.sequence, concat(...parts));
}

function objectId(content: Uint8Array): Uint8Array {
  return tagged(TAG.objectId, content);
}

/** DER counts unused bits in the last byte first: none here. */
function bitString(bytes: Uint8Array): Uint8Array {
  return tagged(TAG.bitString, concat(Uint8Array.of(0), bytes));
}

/** DER integers are signed and shortest: no leading zeros, except one before a set top bit. */
function unsignedInteger(bytes: Uint8Array): Uint8Array {
  const firstUsed = bytes.findIndex((byte) => byte !== 0);
  const bare = firstUsed === -1 ? Uint8Array.of(0) : bytes.subarray(firstUsed);
  const isNegativeLooking = (bare[0] as number) >= 0x80;
  return tagged(TAG.integer, isNegativeLooking ? concat(Uint8Array.of(0), bare) : bare);
}

function tagged(tag: number, content: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(tag), derLength(content.length), content);
}

function derLength(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  if (length < 0x100) return Uint8Array.of(0x81, length);
  return Uint8Array.of(0x82, length >> 8, length & 0xff);
}
