import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha1 } from "@noble/hashes/legacy.js";
import { sha256, sha384, sha512 } from "@noble/hashes/sha2.js";
import type { CryptoProvider } from "../../core/crypto-provider.js";
import { nobleAes } from "./aes.js";
import { nobleP256 } from "./p256.js";
import { nobleSigning } from "./signing.js";
import { nobleVerify } from "./verify.js";

const HASHES = { sha1, sha256, sha384, sha512 } as const;

/** The hashing half of `nobleCrypto`. */
export const nobleHash: Pick<CryptoProvider, "hash" | "sha256" | "hmacSha256" | "hkdfSha256"> = {
  hash: (name, message) => HASHES[name](message),
  sha256: (message) => sha256(message),
  hmacSha256: (key, message) => hmac(sha256, key, message),
  hkdfSha256: ({ secret, salt, info, length }) => {
    checkHkdfLength(length);
    return hkdf(sha256, secret, salt, info, length);
  },
};

/** 255 blocks of the hash. @see RFC 5869 §2.3 */
const HKDF_BYTES_MAX = 255 * 32;

/** @throws {RangeError} beyond what HKDF-SHA-256 can give. */
export function checkHkdfLength(length: number): void {
  if (!Number.isInteger(length) || length < 0 || length > HKDF_BYTES_MAX) {
    throw new RangeError(`HKDF-SHA-256 gives 0 to ${HKDF_BYTES_MAX} bytes`);
  }
}

/** Everything in JavaScript: the same code wherever it runs. */
export const nobleCrypto: CryptoProvider = {
  name: "noble",
  ...nobleHash,
  ...nobleP256,
  ...nobleSigning,
  ...nobleVerify,
  ...nobleAes,
};
