import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { utf8 } from "./bytes.js";

/** Takes the place of host-crypto.ts where there is no node:crypto; the same bytes for the same input. */

/** SHA-256 of bytes or of a text's UTF-8. */
export function sha256(data: Uint8Array | string): Uint8Array {
  return nobleSha256(typeof data === "string" ? utf8(data) : data);
}

/** What one call of getRandomValues gives at most. @see Web Cryptography API §10.1.1 */
const RANDOM_BYTES_MAX = 65_536;

/** Returns random bytes from a cryptographically secure generator. */
export function randomBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += RANDOM_BYTES_MAX) {
    globalThis.crypto.getRandomValues(bytes.subarray(at, at + RANDOM_BYTES_MAX));
  }
  return bytes;
}
