import { ByteReader } from "../../core/bytes.js";
import type { Entropy } from "../../core/entropy.js";
import { BROADCAST_CHANNEL, RESERVED_CHANNEL } from "../../transports/hid/constants.js";

/** The channels a device handed out; forgets the one used least recently when there are too many. */
export class ChannelTable {
  readonly #entropy: Entropy;
  readonly #max: number;
  /** In order of use. */
  readonly #channels = new Set<number>();

  constructor(entropy: Entropy, max: number) {
    this.#entropy = entropy;
    this.#max = max;
  }

  allocate(): number {
    let channel = RESERVED_CHANNEL;
    while (channel === RESERVED_CHANNEL || channel === BROADCAST_CHANNEL || this.#channels.has(channel)) {
      channel = new ByteReader(this.#entropy.bytes(4)).uint(4);
    }
    if (this.#channels.size >= this.#max) {
      for (const oldest of this.#channels) {
        this.#channels.delete(oldest);
        break;
      }
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
