import type { CtapDevice, TransactOptions } from "../../src/ctap/device.js";

/** What the device does with one request; bytes are its response. */
export type Reply =
  Uint8Array | ((request: Uint8Array, options: TransactOptions) => Uint8Array | Promise<Uint8Array>);

export interface ScriptedDevice extends CtapDevice {
  /** Everything it was asked, in order. */
  readonly requests: readonly Uint8Array[];
  /** Replies nobody asked for yet. */
  readonly repliesLeft: number;
}

/** A device that gives these replies in this order, whatever it is asked; one request too many is an error. */
export function scriptedDevice(
  replies: readonly Reply[],
  traits: Partial<Pick<CtapDevice, "transport" | "infoInAdvance" | "oneShot">> = {},
): ScriptedDevice {
  const left = [...replies];
  const requests: Uint8Array[] = [];
  return {
    transport: "usb",
    label: "scripted",
    oneShot: false,
    ...traits,
    requests,
    get repliesLeft() {
      return left.length;
    },
    async transact(request, options = {}) {
      requests.push(request);
      const reply = left.shift();
      if (reply === undefined) throw new Error("the script has no reply left");
      return typeof reply === "function" ? reply(request, options) : reply;
    },
    [Symbol.asyncDispose]: async () => {},
  };
}
