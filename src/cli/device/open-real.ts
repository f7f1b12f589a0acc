import { MemorySink } from "../../entry/diagnosis.js";
import {
  type HidDevice,
  type HidDeviceOptions,
  openHidDevice,
  openUsbDevice,
  parseUsbSelector,
  reopenUsbDevice,
  selectUsbDevice,
  stableSelector,
  udpHidPort,
  unixHidPort,
  untilBack,
  type UsbOptions,
  withU2fFallback,
} from "../../entry/hid.js";
import { type Env, envFor, systemEnv } from "../../entry/sim.js";
import { TimeoutError, isHarnessError } from "../../index.js";
import { UsageError } from "../command.js";
import { AwaitedAnswers } from "./awaited-answers.js";
import { hostAndPort, udpPlace } from "./host-and-port.js";
import type { OpenedDevice, Replug } from "./opened-device.js";

export interface RealDeviceOptions {
  readonly frames: HidDeviceOptions["frames"];
  /** Local address of a UDP socket. */
  readonly bind: string | undefined;
  readonly usb: UsbOptions;
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
  const opened = withU2fFallback(link, hid);
  const device = new AwaitedAnswers(opened);
  return {
    env,
    device,
    hid: opened.init,
    records: sink.records,
    seed: undefined,
    settle: (work) => work,
    duringUser: (work) => work,
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

async function openAt(env: Env, where: string, { frames, bind, usb }: RealDeviceOptions): Promise<HidDevice> {
  const options = { ...(frames && { frames }) };
  const [scheme = "", ...rest] = where.split(":");
  const place = rest.join(":");
  switch (scheme) {
    case "any":
    case "hid":
    case "serial":
    case "port":
    case "aaguid": {
      if (scheme !== "any") demand(place, `${scheme}:${scheme === "hid" ? "PATH" : "VALUE"}, or any`);
      const selector = parseUsbSelector(where);
      const path = selector.by === "path" ? selector.value : (await selectUsbDevice(env, selector, usb)).path;
      return openUsbDevice(env, path, { ...options, ...(usb.host && { host: usb.host }) });
    }
    case "udp": {
      const local = bind === undefined ? {} : { bind: hostAndPort(bind, { option: "bind" }) };
      return openHidDevice(
        env,
        await udpHidPort({ ...udpPlace(place), ...local, trace: env.trace }),
        options,
      );
    }
    case "unix":
      return openHidDevice(env, await unixHidPort(demand(place, "unix:PATH"), { trace: env.trace }), options);
    default:
      throw new UsageError("USAGE", `--device "${where}" names no kind of device`, {
        hint:
          "sim, any, hid:PATH, serial:XYZ, port:1-1.2, aaguid:UUID, label:NAME, udp:HOST:PORT, " +
          "udp:HOST:PORT:LOCAL, unix:PATH or hybrid",
      });
  }
}

function demand(text: string, form: string): string {
  if (text === "") throw new UsageError("USAGE", `the device is written ${form}`);
  return text;
}
