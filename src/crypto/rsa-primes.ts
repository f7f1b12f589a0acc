import { concat } from "../core/bytes.js";
import type { Entropy } from "../core/entropy.js";
import { PointError, type RsaKey } from "./algorithms.js";
import { fromInteger, toInteger } from "./ec-curve.js";
import { isPrime } from "./is-prime.js";

/** Computes `base ** exponent % modulus`; not constant-time: the duration leaks the exponent. */
export function powMod(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus;
    if (bit === "1") result = (result * base) % modulus;
  }
  return result;
}

/** Two primes of this size make a modulus of 2048 bits. */
const PRIME_BYTES = 128;
const PUBLIC_EXPONENT = 65_537n;

/** Candidates a small prime divides are dropped before the costly test. */
const SIEVE_LIMIT = 2_000;
const SMALL_PRIMES = primesBelow(SIEVE_LIMIT);

/** Everything a signer needs, from the two primes. @see RFC 8017 §3.2 */
export interface RsaSecret {
  readonly n: bigint;
  readonly e: bigint;
  readonly d: bigint;
  readonly p: bigint;
  readonly q: bigint;
  readonly dP: bigint;
  readonly dQ: bigint;
  readonly qInv: bigint;
}

/**
 * The primes p and q of a 2048-bit key, p the larger, 128 bytes each.
 *
 * Each is the first good prime at or above a number drawn from `entropy`: the same stream gives the same key.
 * About 50 primality tests a prime after sieving, 0.05 to 0.3 s for the pair. For
 * simulation: a search upward favours primes after long gaps by a little, as a standard for real keys would not.
 */
export function drawRsaPrimes(entropy: Entropy): Uint8Array {
  const first = nextGoodPrime(drawStart(entropy));
  let second = first;
  while (second === first) second = nextGoodPrime(drawStart(entropy));
  const [p, q] = first > second ? [first, second] : [second, first];
  return concat(fromInteger(p, PRIME_BYTES), fromInteger(q, PRIME_BYTES));
}

/**
 * Whether the numbers are prime shows in the first signature, which both signers check.
 *
 * @throws {PointError} `POINT_INVALID` unless the bytes are two different odd numbers that give a 2048-bit key.
 */
export function rsaSecretOf(primes: Uint8Array): RsaSecret {
  if (primes.length !== 2 * PRIME_BYTES) {
    throw new PointError("POINT_INVALID", `the primes of an RSA key have ${PRIME_BYTES} bytes each`);
  }
  const p = toInteger(primes.subarray(0, PRIME_BYTES));
  const q = toInteger(primes.subarray(PRIME_BYTES));
  const n = p * q;
  const e = PUBLIC_EXPONENT;
  const fits = p !== q && n % 2n === 1n && n >> BigInt(16 * PRIME_BYTES - 1) === 1n;
  const d = fits ? inverse(e, (p - 1n) * (q - 1n)) : undefined;
  const qInv = fits ? inverse(q, p) : undefined;
  if (d === undefined || qInv === undefined) {
    throw new PointError("POINT_INVALID", "two numbers that make no 2048-bit RSA key");
  }
  return { n, e, d, p, q, dP: d % (p - 1n), dQ: d % (q - 1n), qInv };
}

export function rsaPublicKey({ n, e }: RsaSecret): RsaKey {
  return { kty: "RSA", n: fromInteger(n, 2 * PRIME_BYTES), e: fromInteger(e, 3) };
}

/** Odd, and with both top bits set, so that the product of two never falls short of 2048 bits. */
function drawStart(entropy: Entropy): bigint {
  const bytes = Uint8Array.from(entropy.bytes(PRIME_BYTES));
  bytes[0] = (bytes[0] as number) | 0xc0;
  bytes[PRIME_BYTES - 1] = (bytes[PRIME_BYTES - 1] as number) | 0x01;
  return toInteger(bytes);
}

/** The first prime from `start` on whose predecessor shares no factor with the exponent. */
function nextGoodPrime(start: bigint): bigint {
  const remainders = SMALL_PRIMES.map((prime) => Number(start % BigInt(prime)));
  for (let step = 0; ; step += 2) {
    if (SMALL_PRIMES.some((prime, i) => ((remainders[i] as number) + step) % prime === 0)) continue;
    const candidate = start + BigInt(step);
    if (candidate % PUBLIC_EXPONENT !== 1n && isPrime(candidate)) return candidate;
  }
}

/** Modulo a number; `undefined` when there is none. */
function inverse(value: bigint, modulus: bigint): bigint | undefined {
  let [r0, r1, t0, t1] = [modulus, value % modulus, 0n, 1n];
  while (r1 > 0n) {
    const quotient = r0 / r1;
    [r0, r1, t0, t1] = [r1, r0 - quotient * r1, t1, t0 - quotient * t1];
  }
  if (r0 !== 1n) return undefined;
  return t0 < 0n ? t0 + modulus : t0;
}

/** Odd ones: the candidates are odd anyway. */
function primesBelow(limit: number): readonly number[] {
  const primes: number[] = [];
  for (let n = 3; n < limit; n += 2) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  return primes;
}
