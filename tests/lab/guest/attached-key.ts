import { attachUsbip } from "../../../lab/services/usbip.js";
import {
  type Env,
  type ExposeUhidOptions,
  type ExposedUhidDevice,
  type ExposedUsbipDevice,
  type HidFirmware,
  type UhidIdentity,
  exposeUsbip,
} from "../../../src/entry/sim.js";

/** A served key in a port of the guest, with the members of a uhid device. */
class AttachedKey implements ExposedUhidDevice {
  readonly #served: ExposedUsbipDevice;

  constructor(served: ExposedUsbipDevice) {
    this.#served = served;
  }

  get identity(): UhidIdentity {
    return this.#served.identity;
  }

  get label(): string {
    return this.#served.label;
  }

  get plugged(): boolean {
    return this.#served.plugged;
  }

  get held(): boolean {
    return this.#served.attached;
  }

  unplug(): Promise<void> {
    return this.#served.unplug();
  }

  async replug(): Promise<void> {
    if (this.#served.attached) return;
    await this.#served.replug();
    await attachUsbip(this.#served.port);
  }

  async powerCycle(): Promise<void> {
    await this.#served.powerCycle();
    await attachUsbip(this.#served.port);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve(this.#served[Symbol.asyncDispose]());
  }
}

/** Serves a key by USB/IP and plugs it into the guest's own bus; takes what `exposeUhid` takes. */
export async function attachedKey(
  env: Env,
  firmware: HidFirmware,
  { identity, knobs }: Pick<ExposeUhidOptions, "identity" | "knobs">,
): Promise<ExposedUhidDevice> {
  const options = { listen: { port: 0 }, ...(identity && { identity }), ...(knobs && { knobs }) };
  const served = await exposeUsbip(env, firmware, options);
  await attachUsbip(served.port);
  return new AttachedKey(served);
}
