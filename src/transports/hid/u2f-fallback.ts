import type { Env } from "../../core/env.js";
import { CtapCommand } from "../../ctap/command.js";
import { ctap2OverU2f } from "../../ctap/u2f/ctap2-over-u2f.js";
import type { CtapDevice, TransactOptions } from "../../ctap/device.js";
import { CtapStatus } from "../../ctap/status.js";
import type { HidDevice } from "./channel.js";
import { HidError, HidErrorCode } from "./hid-error.js";
import type { HidInit } from "./initialise.js";

/**
 * The same device, except that a key from before CTAP2 answers CTAP2 commands too, translated to U2F.
 *
 * Which kind it is shows in its capabilities, or at the latest when it does not know getInfo, which is every
 * client's first question: it is then put to the key again as U2F. Costs no message on a CTAP2 key.
 *
 * @see CTAP 2.3 §11.2.9.1.3 (CTAPHID_INIT, capabilities), §10.2 (U2F)
 */
export function withU2fFallback(env: Env, device: HidDevice): HidDevice {
  return new FallbackDevice(env, device);
}

/** The device as nothing but a U2F key, whatever else it is. */
export function u2fDevice(env: Env, device: HidDevice): CtapDevice {
  return ctap2OverU2f(env, {
    transport: device.transport,
    label: device.label,
    sendApdu: (apdu, options) => device.sendMsg(apdu, options),
    [Symbol.asyncDispose]: () => Promise.resolve(device[Symbol.asyncDispose]()),
  });
}

class FallbackDevice implements HidDevice {
  readonly transport = "usb";
  readonly oneShot = false;
  readonly #device: HidDevice;
  readonly #u2f: CtapDevice;
  #speaksOnlyU2f: boolean;

  constructor(env: Env, device: HidDevice) {
    const { cbor, msg } = device.init.capabilities;
    this.#device = device;
    this.#u2f = u2fDevice(env, device);
    this.#speaksOnlyU2f = !cbor && msg;
  }

  get label(): string {
    return this.#device.label;
  }

  get init(): HidInit {
    return this.#device.init;
  }

  async transact(request: Uint8Array, options?: TransactOptions): Promise<Uint8Array> {
    if (!this.#speaksOnlyU2f) {
      const answer = await this.#askInCtap2(request, options);
      if (answer !== "unknown") return answer;
      this.#speaksOnlyU2f = true;
    }
    return this.#u2f.transact(request, options);
  }

  command(command: number, payload: Uint8Array, options?: TransactOptions): Promise<Uint8Array> {
    return this.#device.command(command, payload, options);
  }

  ping(bytes: Uint8Array, options?: TransactOptions): Promise<Uint8Array> {
    return this.#device.ping(bytes, options);
  }

  wink(options?: TransactOptions): Promise<void> {
    return this.#device.wink(options);
  }

  lock(seconds: number, options?: TransactOptions): Promise<void> {
    return this.#device.lock(seconds, options);
  }

  sendMsg(apdu: Uint8Array, options?: TransactOptions): Promise<Uint8Array> {
    return this.#device.sendMsg(apdu, options);
  }

  resynchronise(options?: TransactOptions): Promise<void> {
    return this.#device.resynchronise(options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#device[Symbol.asyncDispose]();
  }

  async #askInCtap2(
    request: Uint8Array,
    options: TransactOptions | undefined,
  ): Promise<Uint8Array | "unknown"> {
    const reportsUnsupported = request[0] === CtapCommand.getInfo && this.init.capabilities.msg;
    try {
      const answer = await this.#device.transact(request, options);
      return reportsUnsupported && answer[0] === CtapStatus.INVALID_COMMAND ? "unknown" : answer;
    } catch (error) {
      if (reportsUnsupported && error instanceof HidError && error.error === HidErrorCode.INVALID_CMD)
        return "unknown";
      throw error;
    }
  }
}
