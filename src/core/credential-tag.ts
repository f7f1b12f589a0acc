import { createHash } from "node:crypto";

const TAG_BYTES = 4;

/**
 * Short name of a credential id or user handle, for traces and reports.
 *
 * Credential ids may wrap key material, so a trace carries the first 4 bytes of their SHA-256 instead:
 * enough to tell the handful in one run apart, useless to anybody else.
 */
export function credentialTag(id: Uint8Array): string {
  return createHash("sha256")
    .update(id)
    .digest("hex")
    .slice(0, 2 * TAG_BYTES);
}
