import { systemEnv } from "../../src/env/system-env.js";
import type { ExposedDevice } from "../../src/sim/expose/exposed-device.js";
import { type HidDevice, openHidDevice } from "../../src/transports/hid/channel.js";
import type { HidPort } from "../../src/transports/hid/port.js";
import { describeCancellation, describeCtapDevice } from "./ctap-device.js";
import { describeHidPort } from "./hid-port.js";

/** A device on offer, and the way in which its clients reach it. */
export interface ExposedUnderTest {
  readonly exposed: ExposedDevice;
  readonly open: () => Promise<HidPort>;
  /** Takes the device away, where that is more than its own `unplug`. */
  readonly unplug?: (port: HidPort) => Promise<void>;
}

const settle = <T>(work: Promise<T>) => work;

/**
 * Holds a device that is offered to other programs to the contracts of a HidPort and of a CtapDevice, in real time.
 *
 * @param name such as `over UDP`.
 */
export function describeExposed(name: string, offer: () => Promise<ExposedUnderTest>): void {
  const opened = async () => {
    const { exposed, open } = await offer();
    return { device: endingBoth(await openHidDevice(systemEnv(), await open()), exposed), settle };
  };
  describeCtapDevice(`a device exposed ${name}`, opened);
  describeCancellation(`a device exposed ${name}`, opened);
  describeHidPort(`a device exposed ${name}`, async () => {
    const { exposed, open, unplug } = await offer();
    const port = await open();
    const close = port.close.bind(port);
    const closing = async () => {
      await close();
      await exposed[Symbol.asyncDispose]();
    };
    return {
      port: Object.assign(port, { close: closing }),
      settle,
      unplug: () => (unplug === undefined ? exposed.unplug() : unplug(port)),
    };
  });
}

/** The device of the client, whose end is the end of what offers it. */
function endingBoth(device: HidDevice, exposed: ExposedDevice): HidDevice {
  const dispose = device[Symbol.asyncDispose].bind(device);
  return Object.assign(device, {
    [Symbol.asyncDispose]: async () => {
      await dispose();
      await exposed[Symbol.asyncDispose]();
    },
  });
}
