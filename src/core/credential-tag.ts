import { toHex } from "./bytes.js";
import { sha256 } from "./host-crypto.js";

const TAG_BYTES = 4;

/**
 * Short name of a credential id or user handle, for traces and reports.
 *
 * Credential ids may wrap key material, so a trace carries the first 4 bytes of their SHA-256 instead: enough to
 * distinguish the few credentials of one run, and useless to any other party.
 */
export function credentialTag(id: Uint8Array): string {
  return toHex(sha256(id).subarray(0, TAG_BYTES));
}
