import { decodeCborPrefix } from "../../cbor/decode.js";
import { CborError } from "../../cbor/value.js";
import { concat, equalBytes, fromHex } from "../../core/bytes.js";
import { CoseAlgorithm, encodeCoseKey } from "../../ctap/messages/cose.js";

/** Where the credential id's length stands: after rpIdHash, flags, counter and aaguid. */
const ID_LENGTH_OFFSET = 32 + 1 + 4 + 16;

/** A map said to have 3 entries: kty "OKP", alg EdDSA, crv "Ed25519". A fourth follows. */
const BROKEN_HEAD = fromHex("a301634f4b500327206745643235353139");

/** What makes that fourth entry a map of its own. */
const MAP_OF_ONE = Uint8Array.of(0xa1);

const X_LABEL = -2;
const X_BYTES = 32;

/**
 * Authenticator data with an Ed25519 key as Firefox 117 wrote it, made readable; `undefined` for any other.
 *
 * That release rewrote the key of EdDSA credentials with text labels in place of numbers, an array of numbers
 * in place of bytes and a wrong count of entries. Only for reading: signatures cover the bytes as received.
 */
export function repairEddsaKey(authData: Uint8Array): Uint8Array | undefined {
  const [high, low] = authData.subarray(ID_LENGTH_OFFSET, ID_LENGTH_OFFSET + 2);
  if (high === undefined || low === undefined) return undefined;
  const keyStart = ID_LENGTH_OFFSET + 2 + high * 256 + low;
  const headEnd = keyStart + BROKEN_HEAD.length;
  if (!equalBytes(authData.subarray(keyStart, headEnd), BROKEN_HEAD)) return undefined;
  const fourth = readFourth(authData.subarray(headEnd));
  if (fourth === undefined) return undefined;
  const { x, rest } = fourth;
  const key = encodeCoseKey({ alg: CoseAlgorithm.EdDSA, key: { kty: "OKP", crv: "Ed25519", x } });
  return concat(authData.subarray(0, keyStart), key, rest);
}

function readFourth(bytes: Uint8Array): { readonly x: Uint8Array; readonly rest: Uint8Array } | undefined {
  try {
    const { value, rest } = decodeCborPrefix(concat(MAP_OF_ONE, bytes));
    const x: unknown = value instanceof Map ? value.get(X_LABEL) : undefined;
    if (!Array.isArray(x) || x.length !== X_BYTES) return undefined;
    const isByte = (entry: unknown) => typeof entry === "number" && entry >= 0 && entry <= 0xff;
    return x.every(isByte) ? { x: Uint8Array.from(x as readonly number[]), rest } : undefined;
  } catch (error) {
    if (error instanceof CborError) return undefined;
    throw error;
  }
}
