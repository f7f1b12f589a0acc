import { toHex, utf8 } from "../core/bytes.js";
import { credentialTag } from "../core/credential-tag.js";
import { sha256 } from "../core/host-crypto.js";
import type { Counted } from "./importer.js";

/** Bytes of a tag that joins sources: long enough that no two values of many files share one. */
const JOIN_BYTES = 8;

/** Names a text by the beginning of its SHA-256, as `credentialTag` names ids: equal for equal texts. */
export function tagOf(text: string): string {
  return tagOfBytes(utf8(text));
}

/** Names bytes by the beginning of their SHA-256. */
export function tagOfBytes(bytes: Uint8Array): string {
  return toHex(sha256(bytes).subarray(0, JOIN_BYTES));
}

/** The short tag of credential ids and user handles that trace records hold. */
export { credentialTag };

/**
 * Counts what was left out or became a tag, by what it was.
 *
 * @example
 * const redacted = new Counter();
 * redacted.add("credential id");
 * redacted.list; // [{ what: "credential id", count: 1 }]
 */
export class Counter {
  readonly #counts = new Map<string, number>();

  add(what: string, count = 1): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + count);
  }

  get list(): readonly Counted[] {
    return [...this.#counts].map(([what, count]) => ({ what, count }));
  }
}
