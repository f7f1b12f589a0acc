import { concat, utf8 } from "../../core/bytes.js";
import type { CryptoProvider } from "../../core/crypto-provider.js";

/** Tunnel services with a number of their own, by that number: Google's and Apple's. */
const ASSIGNED = ["cable.ua5v.com", "cable.auth.com"] as const;

/** What a client puts into its QR code. */
export const ASSIGNED_DOMAINS = ASSIGNED.length;

/** Codes below are assigned, or not yet; from here on a code is hashed to its domain. */
const FIRST_HASHED_CODE = 256;
const CODE_MAX = 0xffff;

const TOP_LEVEL_DOMAINS = [".com", ".org", ".net", ".info"] as const;
const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";
const HASH_PREFIX = utf8("caBLEv2 tunnel server domain");

/** Whether a code stands for a domain; a phone that names another is not understood. */
export function isTunnelCode(code: number): boolean {
  return code < ASSIGNED.length || code >= FIRST_HASHED_CODE;
}

/**
 * Host name of the tunnel service with this 16-bit code; `undefined` for codes not assigned yet.
 *
 * @throws {RangeError} when the code has more than 16 bits.
 * @see CTAP 2.2 §11.5.1 (tunnel service domains)
 */
export function tunnelHost(code: number, crypto: CryptoProvider): string | undefined {
  if (!Number.isInteger(code) || code < 0 || code > CODE_MAX) {
    throw new RangeError(`a tunnel code is an integer from 0 to ${CODE_MAX}, not ${code}`);
  }
  return code < FIRST_HASHED_CODE ? ASSIGNED[code] : hashedHost(code, crypto);
}

function hashedHost(code: number, crypto: CryptoProvider): string {
  const hash = crypto.sha256(concat(HASH_PREFIX, Uint8Array.of(code & 0xff, code >> 8, 0)));
  let left = new DataView(hash.buffer, hash.byteOffset).getBigUint64(0, true);
  const end = TOP_LEVEL_DOMAINS[Number(left & 3n)] as string;
  let label = "";
  for (left >>= 2n; left !== 0n; left >>= 5n) label += BASE32.charAt(Number(left & 31n));
  return `cable.${label}${end}`;
}
