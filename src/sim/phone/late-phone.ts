import { abortedBy } from "../../core/abort.js";
import { AbortedError } from "../../core/errors.js";
import type { CtapDevice, TransactOptions } from "../../ctap/device.js";
import type { AwaitedPhone } from "./linked-or-code.js";

export interface LatePhoneDeps {
  /** Settles when there can be a code; rejects with the signal's reason. */
  readonly whenPossible: (signal: AbortSignal) => Promise<void>;
  /** Shows the code. */
  readonly start: () => AwaitedPhone;
}

/** A phone there can be no code for yet, because the computer's Bluetooth is off: what it is asked waits. */
export class LatePhone implements CtapDevice {
  readonly transport = "hybrid";
  readonly oneShot = true;
  readonly label = "phone";
  readonly #over = new AbortController();
  readonly #coming: Promise<AwaitedPhone>;
  #phone: AwaitedPhone | undefined;

  constructor({ whenPossible, start: invite }: LatePhoneDeps) {
    this.#coming = whenPossible(this.#over.signal).then(() => (this.#phone = invite()));
    // Whoever asks hears of it.
    this.#coming.catch(() => undefined);
  }

  /** Aborts when nobody waits for the code any more. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  get infoInAdvance(): Uint8Array | undefined {
    return this.#phone?.infoInAdvance;
  }

  async ready(options: TransactOptions = {}): Promise<void> {
    const phone = await this.#reach(options.signal);
    await phone.ready(options);
  }

  async transact(request: Uint8Array, options: TransactOptions = {}): Promise<Uint8Array> {
    const phone = await this.#reach(options.signal);
    return phone.transact(request, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort(new AbortedError("the device was disposed of"));
    await this.#phone?.[Symbol.asyncDispose]();
  }

  async #reach(signal: AbortSignal | undefined): Promise<AwaitedPhone> {
    const giveUp = () => this.#over.abort(abortedBy(signal as AbortSignal, "none"));
    if (signal?.aborted) giveUp();
    else signal?.addEventListener("abort", giveUp, { once: true });
    try {
      return await this.#coming;
    } finally {
      signal?.removeEventListener("abort", giveUp);
    }
  }
}
