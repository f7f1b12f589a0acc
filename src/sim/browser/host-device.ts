import { sleep } from "../../core/clock.js";
import type { Env } from "../../core/env.js";
import { CtapCommand } from "../../ctap/command.js";
import type { CtapDevice } from "../../ctap/device.js";
import { openSession } from "../../ctap/client/session.js";
import type { ClientContext } from "../../webauthn/client/client-context.js";
import type { Knobs } from "../knobs/knobs.js";

/**
 * Simulates a slow host in front of a device: delays between token and command, and between two assertions.
 *
 * Adds time only; what goes over the link is the client's own.
 */
export function delayedHost(env: Env, device: CtapDevice, knobs: () => Knobs): CtapDevice {
  let last: number | undefined;
  const pauseMs = (command: number | undefined): number => {
    const { host, client } = knobs();
    if (command === CtapCommand.getNextAssertion) return client.chooserMs;
    const isMain = command === CtapCommand.makeCredential || command === CtapCommand.getAssertion;
    return isMain && last === CtapCommand.clientPin ? host.stallAfterTokenMs : 0;
  };
  return withTransact(device, async (request, options = {}) => {
    const waitMs = pauseMs(request[0]);
    last = request[0];
    if (waitMs > 0) await sleep(env.clock, waitMs, "host.stall", { signal: options.signal });
    return device.transact(request, options);
  });
}

export interface PinSetupDeps {
  readonly knobs: () => Knobs;
  /** Supplies what the user types. */
  readonly pin: ClientContext["pin"];
}

/**
 * A device as a system hands it out that insists on a PIN: a key without one gets one before its first use.
 *
 * Shows the system's dialog independently of the browser's timer: the dialog stays open until the user closes it.
 */
export function pinSetupHost(env: Env, device: CtapDevice, { knobs, pin }: PinSetupDeps): CtapDevice {
  let isSetUp = false;
  const setUp = async (): Promise<void> => {
    const session = await openSession(env, device);
    if (session.info.options?.["clientPin"] !== false) return;
    env.trace.emit({ kind: "user.saw", where: "os", text: "Choose a PIN for this security key" });
    await sleep(env.clock, knobs().user.pinSetupMs, "user.pin-setup");
    const chosen = await pin?.({ attempt: 1 });
    if (chosen !== undefined) await session.setPin(chosen);
  };
  return withTransact(device, async (request, options) => {
    if (isSetUp || request[0] !== CtapCommand.getInfo) return device.transact(request, options);
    isSetUp = true;
    await setUp();
    // The dialog goes on when the browser has given up, and so does the question it was opened for.
    return device.transact(request);
  });
}

/** The same device with another `transact`. What a phone sends along is known only once it is there. */
function withTransact(device: CtapDevice, transact: CtapDevice["transact"]): CtapDevice {
  return {
    transact,
    transport: device.transport,
    label: device.label,
    oneShot: device.oneShot,
    reachableBy: device.reachableBy,
    get infoInAdvance() {
      return device.infoInAdvance;
    },
    ...(device.ready !== undefined && { ready: (options) => device.ready?.(options) ?? Promise.resolve() }),
    [Symbol.asyncDispose]: () => device[Symbol.asyncDispose](),
  };
}
