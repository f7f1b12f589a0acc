import { isHarnessError } from "../../core/errors.js";
import type { CtapDevice, TransactOptions } from "../../ctap/device.js";

/** A phone that can be waited for. */
export type AwaitedPhone = CtapDevice & Required<Pick<CtapDevice, "ready">>;

/**
 * A linked phone, and in its place whoever scans a code once the tunnel service says that it is gone for good.
 *
 * Nothing was asked of the phone by then, so that the request that waits can go to the other one.
 */
export class LinkedPhoneWithQrFallback implements CtapDevice {
  readonly transport = "hybrid";
  readonly oneShot = true;
  readonly label: string;
  readonly #onGone: () => AwaitedPhone | undefined;
  #phone: AwaitedPhone;
  #gone = false;

  /** @param onGone forgets the phone; returns the one to wait for instead, if there is to be one. */
  constructor(linked: AwaitedPhone, onGone: () => AwaitedPhone | undefined) {
    this.#phone = linked;
    this.#onGone = onGone;
    this.label = linked.label;
  }

  get infoInAdvance(): Uint8Array | undefined {
    return this.#phone.infoInAdvance;
  }

  async ready(options?: TransactOptions): Promise<void> {
    const asked = this.#phone;
    try {
      await asked.ready(options);
    } catch (error) {
      if (!isHarnessError(error) || error.code !== "LINK_GONE") throw error;
      this.#replace();
      if (this.#phone === asked) throw error;
      await this.#phone.ready(options);
    }
  }

  async transact(request: Uint8Array, options?: TransactOptions): Promise<Uint8Array> {
    await this.ready(options);
    return this.#phone.transact(request, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#phone[Symbol.asyncDispose]();
  }

  /** Once, however many wait. */
  #replace(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#phone = this.#onGone() ?? this.#phone;
  }
}
