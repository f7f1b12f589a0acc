import { createHash, randomBytes as nodeRandomBytes } from "node:crypto";

/** SHA-256 of bytes or of a text's UTF-8. Below `crypto/`, because seeds and tags are made of hashes. */
export function sha256(data: Uint8Array | string): Uint8Array {
  return new Uint8Array(createHash("sha256").update(data).digest());
}

/** Returns random bytes from a cryptographically secure generator. */
export function randomBytes(length: number): Uint8Array {
  return new Uint8Array(nodeRandomBytes(length));
}
