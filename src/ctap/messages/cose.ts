import { encodeCbor } from "../../cbor/encode.js";
import { CborError, type CborMap, type CborValue } from "../../cbor/value.js";
import { HarnessError } from "../../core/errors.js";
import { defaultCrypto } from "../../crypto/default.js";
import { PointError } from "../../crypto/algorithms.js";
import type { CryptoProvider, PublicKey, SignatureAlgorithm } from "../../core/crypto-provider.js";
import { MessageError } from "./message-error.js";
import { type FaultListener, decodeTolerantPrefix } from "./message.js";
import { readMap, type Wire } from "./wire.js";

/** COSE algorithm identifiers WebAuthn meets. @see IANA COSE Algorithms */
export const CoseAlgorithm = {
  ES256: -7,
  EdDSA: -8,
  ESP256: -9,
  Ed25519: -19,
  ECDH_ES_HKDF_256: -25,
  ES384: -35,
  ES512: -36,
  PS256: -37,
  PS384: -38,
  PS512: -39,
  ES256K: -47,
  ML_DSA_44: -48,
  ML_DSA_65: -49,
  ML_DSA_87: -50,
  ESP384: -51,
  ESP512: -52,
  Ed448: -53,
  RS256: -257,
  RS384: -258,
  RS512: -259,
  RS1: -65535,
} as const;

/** A COSE public key; `alg` is the label it carries, which for key agreement is only a label. */
export interface CoseKey {
  readonly alg: number;
  readonly key: PublicKey;
}

/**
 * A COSE key that cannot be used: `COSE_MALFORMED` lacks a member or has a wrong one; `COSE_UNSUPPORTED` is of a type,
 * curve or algorithm that this library does not know.
 */
export class CoseKeyError extends HarnessError<"COSE_MALFORMED" | "COSE_UNSUPPORTED"> {}

/** Labels of the key's map. Those below zero mean something else for each key type. @see RFC 9053 §7 */
const LABEL = { kty: 1, alg: 3, crv: -1, x: -2, y: -3, n: -1, e: -2, pub: -1 } as const;

/** @see IANA COSE Key Types */
const KTY = { OKP: 1, EC: 2, RSA: 3, AKP: 7 } as const;

/** Curves with their identifier and the width of a coordinate in bytes. @see IANA COSE Elliptic Curves */
const EC_CURVES = {
  "P-256": { id: 1, width: 32 },
  "P-384": { id: 2, width: 48 },
  "P-521": { id: 3, width: 66 },
  secp256k1: { id: 8, width: 32 },
} as const;

const OKP_CURVES = {
  Ed25519: { id: 6, width: 32 },
  Ed448: { id: 7, width: 57 },
} as const;

/** Public key bytes of the ML-DSA parameter sets. @see FIPS 204 §4, table 2 */
const ML_DSA_PUBLIC_KEY_BYTES: ReadonlyMap<number, number> = new Map([
  [CoseAlgorithm.ML_DSA_44, 1312],
  [CoseAlgorithm.ML_DSA_65, 1952],
  [CoseAlgorithm.ML_DSA_87, 2592],
]);

const SIGNATURE_ALGORITHMS: ReadonlyMap<number, SignatureAlgorithm> = new Map([
  [CoseAlgorithm.ES256, "ES256"],
  [CoseAlgorithm.ESP256, "ES256"],
  [CoseAlgorithm.ES384, "ES384"],
  [CoseAlgorithm.ESP384, "ES384"],
  [CoseAlgorithm.ES512, "ES512"],
  [CoseAlgorithm.ESP512, "ES512"],
  [CoseAlgorithm.ES256K, "ES256K"],
  // WebAuthn pins EdDSA to Ed25519; Ed448 has an identifier of its own.
  [CoseAlgorithm.EdDSA, "Ed25519"],
  [CoseAlgorithm.Ed25519, "Ed25519"],
  [CoseAlgorithm.Ed448, "Ed448"],
  [CoseAlgorithm.RS1, "RS1"],
  [CoseAlgorithm.RS256, "RS256"],
  [CoseAlgorithm.RS384, "RS384"],
  [CoseAlgorithm.RS512, "RS512"],
  [CoseAlgorithm.PS256, "PS256"],
  [CoseAlgorithm.PS384, "PS384"],
  [CoseAlgorithm.PS512, "PS512"],
  [CoseAlgorithm.ML_DSA_44, "ML-DSA-44"],
  [CoseAlgorithm.ML_DSA_65, "ML-DSA-65"],
  [CoseAlgorithm.ML_DSA_87, "ML-DSA-87"],
]);

/** As a CBOR map, for embedding in a message. */
export function toCoseMap({ alg, key }: CoseKey): CborMap {
  const head: readonly (readonly [number, CborValue])[] = [
    [LABEL.kty, KTY[key.kty]],
    [LABEL.alg, alg],
  ];
  switch (key.kty) {
    case "EC":
      return new Map([...head, [LABEL.crv, EC_CURVES[key.crv].id], [LABEL.x, key.x], [LABEL.y, key.y]]);
    case "OKP":
      return new Map([...head, [LABEL.crv, OKP_CURVES[key.crv].id], [LABEL.x, key.x]]);
    case "RSA":
      return new Map([...head, [LABEL.n, key.n], [LABEL.e, key.e]]);
    case "AKP":
      return new Map([...head, [LABEL.pub, key.pub]]);
  }
}

/**
 * Reads a key's members; whether a point lies on its curve shows when it is used.
 *
 * @throws {CoseKeyError} `COSE_MALFORMED`, `COSE_UNSUPPORTED`.
 */
export function fromCoseMap(map: CborMap): CoseKey {
  const alg = coseAlgorithmOf(map);
  const kty = intIn(map, LABEL.kty, "kty");
  switch (kty) {
    case KTY.EC: {
      const [crv, { width }] = curveIn(map, EC_CURVES);
      const coordinate = (label: number, name: string) => bytesIn(map, label, { name, length: width });
      return { alg, key: { kty: "EC", crv, x: coordinate(LABEL.x, "x"), y: coordinate(LABEL.y, "y") } };
    }
    case KTY.OKP: {
      const [crv, { width }] = curveIn(map, OKP_CURVES);
      return { alg, key: { kty: "OKP", crv, x: bytesIn(map, LABEL.x, { name: "x", length: width }) } };
    }
    case KTY.RSA:
      return {
        alg,
        key: {
          kty: "RSA",
          n: bytesIn(map, LABEL.n, { name: "n" }),
          e: bytesIn(map, LABEL.e, { name: "e" }),
        },
      };
    case KTY.AKP: {
      const length = ML_DSA_PUBLIC_KEY_BYTES.get(alg);
      if (length === undefined) throw unsupported(`algorithm ${alg} for kty AKP`);
      return { alg, key: { kty: "AKP", pub: bytesIn(map, LABEL.pub, { name: "pub", length }) } };
    }
    default:
      throw unsupported(`kty ${kty}`);
  }
}

/** Returns the algorithm that a key of any kind states. @throws {CoseKeyError} `COSE_MALFORMED` */
export function coseAlgorithmOf(map: CborMap): number {
  return intIn(map, LABEL.alg, "alg");
}

/** Canonical CBOR of {@link toCoseMap}. */
export function encodeCoseKey(key: CoseKey): Uint8Array {
  return encodeCbor(toCoseMap(key));
}

/**
 * Reads a key's bytes, members out of order included.
 *
 * @throws {CoseKeyError} `COSE_MALFORMED`, also when bytes follow the key; `COSE_UNSUPPORTED`.
 */
export function parseCoseKey(bytes: Uint8Array, onFault?: FaultListener): CoseKey {
  try {
    const { value, rest } = decodeTolerantPrefix(bytes, onFault);
    if (rest.length > 0) throw malformed(`${rest.length} bytes after the key`);
    return fromCoseMap(readMap(value, "key"));
  } catch (error) {
    if (!(error instanceof CborError || error instanceof MessageError)) throw error;
    throw malformed(error.message, error);
  }
}

/** A COSE key inside a message. */
export const coseKey: Wire<CoseKey> = {
  read: (value, where) => keyIn(readMap(value, where), where),
  write: toCoseMap,
};

/**
 * A key to agree with. Its `alg` is only a label, which authenticators of 2018 leave out: their answers are read as if
 * it were there.
 *
 * @see CTAP 2.3 §6.5.6 (getPublicKey)
 */
export const keyAgreementKey: Wire<CoseKey> = {
  read(value, where, onUnreadable) {
    const map = readMap(value, where);
    if (onUnreadable === undefined || typeof map.get(LABEL.alg) === "number") return keyIn(map, where);
    onUnreadable(`${where}.alg`, map.has(LABEL.alg) ? "MESSAGE_UNEXPECTED_TYPE" : "MESSAGE_MISSING_FIELD");
    return keyIn(new Map([...map, [LABEL.alg, CoseAlgorithm.ECDH_ES_HKDF_256]]), where);
  },
  write: toCoseMap,
};

/** The crypto provider's name of a COSE algorithm; `undefined` for one it cannot do. */
export function signatureAlgorithm(alg: number): SignatureAlgorithm | undefined {
  return SIGNATURE_ALGORITHMS.get(alg);
}

/**
 * False = the signature is wrong.
 *
 * @throws {CoseKeyError} `COSE_UNSUPPORTED` when this library cannot verify the algorithm; `COSE_MALFORMED` when the
 *   key is none, or of another kind than its algorithm.
 */
export function verifySignature(
  { alg, key }: CoseKey,
  message: Uint8Array,
  signature: Uint8Array,
  crypto: CryptoProvider = defaultCrypto,
): boolean {
  const algorithm = signatureAlgorithm(alg);
  if (algorithm === undefined) throw unsupported(`signature algorithm ${alg}`);
  try {
    return crypto.verify(algorithm, key, message, signature);
  } catch (error) {
    if (!(error instanceof PointError)) throw error;
    throw malformed(error.message, error);
  }
}

/** @throws {MessageError} `MESSAGE_INVALID_VALUE` */
function keyIn(map: CborMap, where: string): CoseKey {
  try {
    return fromCoseMap(map);
  } catch (error) {
    if (!(error instanceof CoseKeyError)) throw error;
    throw new MessageError("MESSAGE_INVALID_VALUE", `${where}: ${error.message}`, { cause: error });
  }
}

function intIn(map: CborMap, label: number, name: string): number {
  const value = map.get(label);
  if (typeof value === "number") return value;
  throw malformed(`${name} is ${value === undefined ? "missing" : "not an integer"}`);
}

function bytesIn(
  map: CborMap,
  label: number,
  { name, length }: { readonly name: string; readonly length?: number },
): Uint8Array {
  const value = map.get(label);
  if (!(value instanceof Uint8Array))
    throw malformed(`${name} is ${value === undefined ? "missing" : "not bytes"}`);
  if (length !== undefined && value.length !== length) {
    throw malformed(`${name} has ${value.length} bytes, not ${length}`);
  }
  return value;
}

function curveIn<Name extends string, Curve extends { readonly id: number }>(
  map: CborMap,
  curves: Readonly<Record<Name, Curve>>,
): readonly [Name, Curve] {
  const id = intIn(map, LABEL.crv, "crv");
  const found = (Object.entries(curves) as [Name, Curve][]).find(([, curve]) => curve.id === id);
  if (found === undefined) throw unsupported(`crv ${id}`);
  return found;
}

function malformed(what: string, cause?: unknown): CoseKeyError {
  return new CoseKeyError("COSE_MALFORMED", `COSE key: ${what}`, { cause });
}

function unsupported(what: string): CoseKeyError {
  return new CoseKeyError("COSE_UNSUPPORTED", `COSE key: ${what} is not supported`);
}
