import { toHex } from "../core/bytes.js";

/** Adverts that are remembered: phones repeat theirs ten times a second, and a crowd has hundreds of them. */
const REMEMBERED_MAX = 4_096;

/**
 * Remembers which adverts were tried, so that each is tried once. Of more than {@link REMEMBERED_MAX} the oldest are
 * forgotten, and tried again when they come again: a flood costs time and no memory.
 */
export class TriedAdverts {
  readonly #known = new Set<string>();
  #size = 0;

  /** How many different ones were added, as far as they are remembered. */
  get size(): number {
    return this.#size;
  }

  /** @returns whether it is new. */
  add(serviceData: Uint8Array): boolean {
    const key = toHex(serviceData);
    if (this.#known.has(key)) return false;
    this.#known.add(key);
    this.#size += 1;
    for (const oldest of this.#known) {
      if (this.#known.size <= REMEMBERED_MAX) break;
      this.#known.delete(oldest);
    }
    return true;
  }
}
