import { ByteReader } from "../../core/bytes.js";
import type { Entropy } from "../../core/entropy.js";
import { BROADCAST_CHANNEL, RESERVED_CHANNEL } from "../../transports/hid/constants.js";

/**
 * Keeps the channels that a device handed out; forgets the one used least recently when there are too many, but none
 * that is in the middle of something.
 */
export class ChannelTable {
  readonly #entropy: Entropy;
  readonly #max: number;
  /** In order of use. */
  readonly #channels = new Set<number>();

  constructor(entropy: Entropy, max: number) {
    this.#entropy = entropy;
    this.#max = max;
  }

  /**
   * Hands out a channel.
   *
   * @param isBusy returns whether a channel must not be forgotten.
   * @returns `undefined` when there is no room for another one.
   */
  allocate(isBusy: (channel: number) => boolean): number | undefined {
    if (this.#channels.size >= this.#max) {
      const oldest = [...this.#channels].find((channel) => !isBusy(channel));
      if (oldest === undefined) return undefined;
      this.#channels.delete(oldest);
    }
    let channel = RESERVED_CHANNEL;
    while (channel === RESERVED_CHANNEL || channel === BROADCAST_CHANNEL || this.#channels.has(channel)) {
      channel = new ByteReader(this.#entropy.bytes(4)).uint(4);
    }
    this.#channels.add(channel);
    return channel;
  }

  /** @returns false for a channel never handed out, or forgotten. */
  use(channel: number): boolean {
    if (!this.#channels.delete(channel)) return false;
    this.#channels.add(channel);
    return true;
  }

  clear(): void {
    this.#channels.clear();
  }
}
