import { sha1 } from "@noble/hashes/legacy.js";
import { sha256, sha384, sha512 } from "@noble/hashes/sha2.js";
import { concat, equalBytes, fromHex } from "../core/bytes.js";
import { PointError, type RsaKey } from "./algorithms.js";
import { fromInteger, toInteger } from "./ec-curve.js";
import type { HashName } from "../core/crypto-provider.js";
import { powMod, rsaSecretOf } from "./rsa-primes.js";

/** Below this nothing is left to verify; OpenSSL refuses shorter keys too. */
const MODULUS_BITS_MIN = 512;
/** OPENSSL_RSA_MAX_MODULUS_BITS */
const MODULUS_BITS_MAX = 16_384;
/** OPENSSL_RSA_MAX_PUBEXP_BITS, here for moduli of every size. */
const EXPONENT_BITS_MAX = 64;

/** A public key both providers can use. */
export interface RsaNumbers {
  readonly n: bigint;
  readonly e: bigint;
  /** Bytes of the modulus and so of every signature. */
  readonly width: number;
}

/** @throws {PointError} `POINT_INVALID` for an even or out-of-range modulus or exponent. */
export function rsaNumbers(key: RsaKey): RsaNumbers {
  const n = toInteger(key.n);
  const e = toInteger(key.e);
  const bits = n.toString(2).length;
  if (bits < MODULUS_BITS_MIN || bits > MODULUS_BITS_MAX || n % 2n === 0n) {
    throw new PointError("POINT_INVALID", `no RSA modulus: ${bits} bits, last one ${n % 2n}`);
  }
  if (e < 3n || e % 2n === 0n || e >> BigInt(EXPONENT_BITS_MAX) !== 0n) {
    throw new PointError("POINT_INVALID", "no RSA exponent: it is odd, at least 3, at most 64 bits");
  }
  return { n, e, width: Math.ceil(bits / 8) };
}

const HASHES = { sha1, sha256, sha384, sha512 } as const satisfies Readonly<Record<HashName, unknown>>;

/** DER of DigestInfo up to the digest. @see RFC 8017 §9.2, note 1 */
const DIGEST_INFO: Readonly<Record<HashName, Uint8Array>> = {
  sha1: fromHex("3021300906052b0e03021a05000414"),
  sha256: fromHex("3031300d060960864801650304020105000420"),
  sha384: fromHex("3041300d060960864801650304020205000430"),
  sha512: fromHex("3051300d060960864801650304020305000440"),
};

const PKCS1_FILL_BYTES_MIN = 8;
const PSS_TRAILER = 0xbc;

export interface RsaSignature {
  readonly padding: "pkcs1" | "pss";
  readonly hash: HashName;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * RSA verification without OpenSSL, because noble has none. Public numbers only: takes as long as it takes.
 *
 * PSS wants a salt as long as the hash, the only length COSE allows.
 *
 * @see RFC 8017 §8.1.2 (PSS), §8.2.2 (PKCS#1 v1.5); RFC 8230 §2
 */
export function verifyRsa(key: RsaNumbers, { padding, hash, message, signature }: RsaSignature): boolean {
  const s = toInteger(signature);
  if (signature.length !== key.width || s >= key.n) return false;
  const encoded = fromInteger(powMod(s, key.e, key.n), key.width);
  if (padding === "pss") {
    const digest = HASHES[hash](message);
    return isPssEncoded(encoded, { hash, digest, bits: key.n.toString(2).length - 1 });
  }
  const expected = encodePkcs1(hash, message, key.width);
  return expected !== undefined && equalBytes(encoded, expected);
}

/** EMSA-PKCS1-v1_5; `undefined` when the modulus has no room for the hash. @see RFC 8017 §9.2 */
export function encodePkcs1(hash: HashName, message: Uint8Array, width: number): Uint8Array | undefined {
  const tail = concat(Uint8Array.of(0), DIGEST_INFO[hash], HASHES[hash](message));
  const fillBytes = width - 2 - tail.length;
  if (fillBytes < PKCS1_FILL_BYTES_MIN) return undefined;
  return concat(Uint8Array.of(0, 1), new Uint8Array(fillBytes).fill(0xff), tail);
}

/** EMSA-PSS-VERIFY; the step numbers are those of RFC 8017 §9.1.2. */
function isPssEncoded(
  encoded: Uint8Array,
  { hash, digest, bits }: { readonly hash: HashName; readonly digest: Uint8Array; readonly bits: number },
): boolean {
  // A modulus of 8k + 1 bits leaves a whole byte above the encoded message.
  const unused = encoded.length - Math.ceil(bits / 8);
  if (unused === 1 && encoded[0] !== 0) return false;
  const em = encoded.subarray(unused);
  const maskedBytes = em.length - digest.length - 1;
  // Steps 3 and 4.
  if (maskedBytes < digest.length + 1 || em.at(-1) !== PSS_TRAILER) return false;
  const h = em.subarray(maskedBytes, -1);
  const topBits = 0xff >> (8 * em.length - bits);
  // Step 6.
  if (((em[0] as number) & ~topBits) !== 0) return false;
  const mask = mgf1(hash, h, maskedBytes);
  const db = em.slice(0, maskedBytes).map((byte, i) => byte ^ (mask[i] as number));
  db[0] = (db[0] as number) & topBits;
  // Step 10.
  const saltAt = maskedBytes - digest.length;
  if (db.findIndex((byte) => byte !== 0) !== saltAt - 1 || db[saltAt - 1] !== 1) return false;
  // Steps 12 to 14.
  return equalBytes(h, HASHES[hash](concat(new Uint8Array(8), digest, db.subarray(saltAt))));
}

/** @see RFC 8017 §B.2.1 */
function mgf1(hash: HashName, seed: Uint8Array, length: number): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let i = 0, filled = 0; filled < length; i++) {
    const part = HASHES[hash](concat(seed, Uint8Array.of(0, 0, i >> 8, i)));
    parts.push(part);
    filled += part.length;
  }
  return concat(...parts).subarray(0, length);
}

/** Of 2048 bits. */
const SIGNATURE_BYTES = 256;

/**
 * Signs RS256 without OpenSSL, because noble has no RSA; takes some 10 ms and is not constant-time (the duration leaks
 * the key): for simulation only.
 *
 * @throws {PointError} `POINT_INVALID` when the bytes are no two primes of a 2048-bit key.
 * @see RFC 8017 §5.2.1 (with the Chinese remainder theorem), §8.2.1
 */
export function signRs256(primes: Uint8Array, message: Uint8Array): Uint8Array {
  const { n, e, p, q, dP, dQ, qInv } = rsaSecretOf(primes);
  const encoded = toInteger(encodePkcs1("sha256", message, SIGNATURE_BYTES) as Uint8Array);
  const atP = powMod(encoded, dP, p);
  const atQ = powMod(encoded, dQ, q);
  const h = ((((atP - atQ) * qInv) % p) + p) % p;
  const signature = atQ + h * q;
  if (powMod(signature, e, n) !== encoded) {
    throw new PointError("POINT_INVALID", "the RSA key is not made of primes");
  }
  return fromInteger(signature, SIGNATURE_BYTES);
}
