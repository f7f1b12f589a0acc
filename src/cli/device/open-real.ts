import { MemorySink } from "../../entry/diagnosis.js";
import {
  type HidDevice,
  type HidDeviceOptions,
  openHidDevice,
  reopenUsbDevice,
  stableSelector,
  untilBack,
  withU2fFallback,
} from "../../entry/hid.js";
import { type Env, envFor, systemEnv } from "../../entry/sim.js";
import { TimeoutError, isHarnessError } from "../../index.js";
import { UsageError } from "../command.js";
import { AwaitedAnswers } from "./awaited-answers.js";
import type { OpenedDevice, Replug } from "./opened-device.js";
import { hidPortAt, type PortOptions } from "./port-at.js";
import { GuardedDevice, type RigGuard } from "./rig-guard.js";

export interface RealDeviceOptions extends PortOptions {
  readonly frames: HidDeviceOptions["frames"];
  /** What the rig says of the key; absent for a device that is of none. */
  readonly guard?: RigGuard | undefined;
}

/**
 * Opens a device that lives outside of this process, in real time.
 *
 * @throws {UsageError} ENVIRONMENT when nothing is where the device should be. @throws {DeviceSelectionError}
 */
export async function openReal(where: string, options: RealDeviceOptions): Promise<OpenedDevice> {
  const sink = new MemorySink();
  const env = systemEnv(sink);
  const link = envFor(env, "link");
  const hid = await openAt(link, where, options).catch((error: unknown) =>
    absent(where, silent(where, error, options)),
  );
  return openedAt({ where, env, link, sink, options }, hid);
}

interface Place {
  readonly where: string;
  readonly env: Env;
  readonly link: Env;
  readonly sink: MemorySink;
  readonly options: RealDeviceOptions;
}

function openedAt(place: Place, hid: HidDevice): OpenedDevice {
  const { env, link, sink } = place;
  const { guard } = place.options;
  const opened = withU2fFallback(link, hid);
  const guarded = guard && new GuardedDevice(opened, guard);
  const device = guarded ?? new AwaitedAnswers(opened);
  return {
    env,
    device,
    hid: opened.init,
    records: sink.records,
    seed: undefined,
    settle: (work) => work,
    duringUser: (work) => work,
    ...(guarded && { announce: (operation) => guarded.announce(operation) }),
    prepareReplug: () => prepareReplug(place, opened),
    async close() {
      await device.answered();
      await device[Symbol.asyncDispose]();
    },
  };
}

/** Asks what the key can be told by afterwards while it is still there. */
async function prepareReplug(place: Place, device: HidDevice): Promise<Replug> {
  const { where, link, options } = place;
  if (/^(udp|unix):/.test(where)) {
    const open = () => openAt(link, where, options);
    return { knownBy: where, reopen: async (limit) => openedAt(place, await untilBack(link, limit, open)) };
  }
  const { usb, frames } = options;
  const selector = await stableSelector(link, { path: device.label, device }, usb);
  return {
    knownBy: selector.by === "any" ? "any" : `${selector.by}:${selector.value}`,
    reopen: async (limit) =>
      openedAt(place, await reopenUsbDevice(link, selector, limit, { ...usb, ...(frames && { frames }) })),
  };
}

/** A device that says nothing may answer another peer: the hint names that. */
function silent(where: string, error: unknown, { bind }: RealDeviceOptions): unknown {
  const isSilent = error instanceof TimeoutError && error.timer === "hid.init";
  if (!isSilent || !where.startsWith("udp:") || bind !== undefined) return error;
  return Object.assign(error, {
    hint: "a key with --peer answers that address alone: name it with --bind",
  });
}

/** A device that is not there is no finding about a device. */
function absent(where: string, error: unknown): never {
  if (!isHarnessError(error) || !ABSENT_CODES.includes(error.code)) throw error;
  throw new UsageError("ENVIRONMENT", `there is no device: ${error.message}`, {
    cause: error,
    hint:
      error.hint ??
      (where.startsWith("hid:")
        ? "passkey-harness list names the keys that are plugged in"
        : "passkey-harness key offers one there"),
  });
}

const ABSENT_CODES: readonly string[] = ["DEVICE_GONE", "DEVICE_OPEN_FAILED"];

async function openAt(env: Env, where: string, { frames, ...place }: RealDeviceOptions): Promise<HidDevice> {
  return openHidDevice(env, await hidPortAt(env, where, place), { ...(frames && { frames }) });
}
