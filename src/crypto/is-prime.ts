import { checkPrimeSync } from "node:crypto";

/** Whether an odd number is prime, but for a chance too small to meet. */
export function isPrime(candidate: bigint): boolean {
  return checkPrimeSync(candidate);
}
