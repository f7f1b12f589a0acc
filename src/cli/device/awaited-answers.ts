import type { CtapDevice, TransactOptions } from "../../entry/ctap.js";

/**
 * Wraps a device so that a caller who gave up can still wait for the answer: a caller who closes the device first does not
 * learn whether the authenticator acted.
 */
export class AwaitedAnswers implements CtapDevice {
  readonly #device: CtapDevice;
  readonly #pending = new Set<Promise<unknown>>();

  constructor(device: CtapDevice) {
    this.#device = device;
  }

  get transport(): CtapDevice["transport"] {
    return this.#device.transport;
  }

  get reachableBy(): CtapDevice["reachableBy"] {
    return this.#device.reachableBy;
  }

  get label(): string {
    return this.#device.label;
  }

  get infoInAdvance(): Uint8Array | undefined {
    return this.#device.infoInAdvance;
  }

  get oneShot(): boolean {
    return this.#device.oneShot;
  }

  async ready(options?: TransactOptions): Promise<void> {
    await this.#device.ready?.(options);
  }

  async transact(request: Uint8Array, options?: TransactOptions): Promise<Uint8Array> {
    const answer = this.#device.transact(request, options);
    this.#pending.add(answer);
    try {
      return await answer;
    } finally {
      this.#pending.delete(answer);
    }
  }

  /** Waits for the requests that are on their way; a cancelled one takes as long as the transport waits for its answer. */
  async answered(): Promise<void> {
    await Promise.allSettled(this.#pending);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#device[Symbol.asyncDispose]();
  }
}
