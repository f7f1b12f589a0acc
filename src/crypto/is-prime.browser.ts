/** Takes the place of is-prime.ts where there is no node:crypto. */

/**
 * Witnesses of Miller and Rabin: the first primes. Candidates are drawn at random, and of composite numbers of 1024 bits
 * fewer than one in 2^80 passes even a few rounds.
 *
 * @see Damgard, Landrock, Pomerance: Average case error estimates for the strong probable prime test
 */
const WITNESSES = [2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n];

/** Whether an odd number is prime, but for a chance too small to meet. */
export function isPrime(candidate: bigint): boolean {
  if (candidate < 2n) return false;
  if (WITNESSES.includes(candidate)) return true;
  const evenPart = candidate - 1n;
  let twos = 0;
  while (((evenPart >> BigInt(twos)) & 1n) === 0n) twos++;
  const oddPart = evenPart >> BigInt(twos);
  return WITNESSES.every((witness) => {
    let power = modPow(witness, oddPart, candidate);
    if (power === 1n || power === evenPart) return true;
    for (let round = 1; round < twos; round++) {
      power = (power * power) % candidate;
      if (power === evenPart) return true;
    }
    return false;
  });
}

function modPow(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus;
    if (bit === "1") result = (result * base) % modulus;
  }
  return result;
}
