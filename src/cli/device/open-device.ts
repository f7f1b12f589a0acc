import { MemorySink } from "../../entry/diagnosis.js";
import {
  type HidDevice,
  type HidDeviceOptions,
  openHidDevice,
  openUsbDevice,
  udpHidPort,
  unixHidPort,
  usbDevices,
  withU2fFallback,
} from "../../entry/hid.js";
import { type Env, envFor, firmwareOf, simHidPort, systemEnv, virtualEnv } from "../../entry/sim.js";
import { TimeoutError, isHarnessError } from "../../index.js";
import { type Invocation, type OptionTable, UsageError } from "../command.js";
import { AwaitedAnswers } from "./awaited-answers.js";
import { hostAndPort, udpPlace } from "./host-and-port.js";
import { HYBRID_CEREMONY_HELP, HYBRID_CEREMONY_OPTIONS, openHybrid } from "./hybrid-device.js";
import { watchForInterruption } from "../interruption.js";
import { textOption } from "../options.js";
import { framesOption } from "../recording.js";
import type { OpenedDevice } from "./opened-device.js";
import { SIM_KEY_HELP, SIM_KEY_OPTIONS, simKeyFrom } from "./simulated-key.js";

export const DEVICE_OPTIONS = {
  device: { type: "string", short: "d", default: "sim" },
  bind: { type: "string" },
  seed: { type: "string" },
  ...SIM_KEY_OPTIONS,
  ...HYBRID_CEREMONY_OPTIONS,
} as const satisfies OptionTable;

export const DEVICE_HELP = `  -d, --device WHICH   sim (default), hid:any, hid:PATH, udp:HOST:PORT[:LOCAL], unix:PATH
                       or hybrid: a phone that scans the code shown then
  --bind HOST:PORT     local address for udp, where the device answers a fixed one (key --peer); udp:HOST:PORT:LOCAL
                       names the port alone
  --seed TEXT          what a simulated run is made of; the same seed gives the same bytes
${SIM_KEY_HELP}
${HYBRID_CEREMONY_HELP}`;

/**
 * @param method what is going to be asked for; a phone's screen says so.
 * @throws {UsageError} USAGE, ENVIRONMENT. @throws whatever opening the device throws.
 */
export async function openDevice(
  invocation: Invocation,
  method: "create" | "get" = "get",
): Promise<OpenedDevice> {
  const where = textOption(invocation, "device") ?? "sim";
  refuseOptionsOfOthers(where, invocation);
  if (where === "hybrid") return openHybrid(invocation, method);
  if (where === "sim") return openSimulated(invocation);
  return openReal(where, { frames: framesOption(invocation), bind: textOption(invocation, "bind") });
}

/** Options that say something of one kind of device, and how that kind is asked for. */
const OPTIONS_OF: readonly { readonly scheme: string; readonly names: readonly string[] }[] = [
  { scheme: "sim", names: ["seed", ...Object.keys(SIM_KEY_OPTIONS)] },
  { scheme: "udp", names: ["bind"] },
  { scheme: "hybrid", names: Object.keys(HYBRID_CEREMONY_OPTIONS) },
];

/** @throws {UsageError} USAGE for an option that would have no effect on this device. */
function refuseOptionsOfOthers(where: string, { values }: Invocation): void {
  const [scheme = ""] = where.split(":");
  if (!SCHEMES.includes(scheme)) return;
  for (const { scheme: of, names } of OPTIONS_OF) {
    const stray = of === scheme ? undefined : names.find((name) => isGiven(values[name]));
    if (stray === undefined) continue;
    throw new UsageError("USAGE", `--${stray} has no effect on --device ${where}`, {
      hint: `it is for --device ${of === "udp" ? "udp:HOST:PORT" : of}`,
    });
  }
}

function isGiven(value: Invocation["values"][string]): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
}

const SCHEMES: readonly string[] = ["sim", "hid", "udp", "unix", "hybrid"];

/**
 * Opens a device for as long as `work` takes, and closes it however that ends.
 *
 * @param work gets the signal that aborts when the program is asked to end: what is pending is then cancelled.
 * @throws whatever `work` throws, and as {@link openDevice}.
 */
export async function usingDevice<T>(
  invocation: Invocation,
  work: (opened: OpenedDevice, options: { readonly signal: AbortSignal }) => Promise<T>,
): Promise<T> {
  const opened = await openDevice(invocation);
  const { signal, stop } = watchForInterruption();
  try {
    return await work(opened, { signal });
  } finally {
    await opened.close();
    stop();
  }
}

async function openSimulated(invocation: Invocation): Promise<OpenedDevice> {
  const seed = textOption(invocation, "seed") ?? "1";
  const env = virtualEnv(seed);
  const frames = framesOption(invocation);
  const { key, kept } = await simKeyFrom(invocation, env);
  const port = simHidPort(envFor(env, "port"), firmwareOf(key));
  const settle = <T>(work: Promise<T>) => env.clock.run(work);
  const link = envFor(env, "link");
  const device = withU2fFallback(link, await settle(openHidDevice(link, port, { frames })));
  return {
    env,
    device,
    hid: device.init,
    records: env.records,
    seed,
    settle,
    duringUser: (work) => env.clock.duringHostWork(work),
    async close() {
      await using _held = kept;
      await settle(Promise.resolve(device[Symbol.asyncDispose]()));
      kept.save();
    },
  };
}

interface RealDeviceOptions {
  readonly frames: HidDeviceOptions["frames"];
  /** Local address of a UDP socket. */
  readonly bind: string | undefined;
}

/** @throws {UsageError} ENVIRONMENT when nothing is where the device should be. */
async function openReal(where: string, options: RealDeviceOptions): Promise<OpenedDevice> {
  const sink = new MemorySink();
  const env = systemEnv(sink);
  const link = envFor(env, "link");
  const opened = withU2fFallback(
    link,
    await openAt(link, where, options).catch((error: unknown) =>
      absent(where, silent(where, error, options)),
    ),
  );
  const device = new AwaitedAnswers(opened);
  return {
    env,
    device,
    hid: opened.init,
    records: sink.records,
    seed: undefined,
    settle: (work) => work,
    duringUser: (work) => work,
    async close() {
      await device.answered();
      await device[Symbol.asyncDispose]();
    },
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

async function openAt(env: Env, where: string, { frames, bind }: RealDeviceOptions): Promise<HidDevice> {
  const options = { frames };
  const [scheme = "", ...rest] = where.split(":");
  const place = rest.join(":");
  switch (scheme) {
    case "hid":
      return openUsbDevice(
        env,
        place === "any" ? await onlyUsbDevice() : demand(place, "hid:PATH or hid:any"),
        options,
      );
    case "udp":
      return openHidDevice(
        env,
        await udpHidPort({
          ...udpPlace(place),
          ...(bind !== undefined && { bind: hostAndPort(bind, { option: "bind" }) }),
          trace: env.trace,
        }),
        options,
      );
    case "unix":
      return openHidDevice(env, await unixHidPort(demand(place, "unix:PATH"), { trace: env.trace }), options);
    default:
      throw new UsageError("USAGE", `--device "${where}" names no kind of device`, {
        hint: "sim, hid:any, hid:PATH, udp:HOST:PORT, udp:HOST:PORT:LOCAL, unix:PATH or hybrid",
      });
  }
}

/** Refuses to choose between several keys: the user has to name one. */
async function onlyUsbDevice(): Promise<string> {
  const devices = await usbDevices();
  const [first, ...others] = devices;
  if (first === undefined) {
    throw new UsageError("ENVIRONMENT", "no FIDO key is plugged in", {
      hint: "passkey-harness doctor says what was looked for; --device sim needs no hardware",
    });
  }
  if (others.length > 0) {
    throw new UsageError("ENVIRONMENT", `${devices.length} FIDO keys are plugged in`, {
      hint: `name one: ${devices.map(({ path }) => `hid:${path}`).join(", ")}`,
    });
  }
  return first.path;
}

function demand(text: string, form: string): string {
  if (text === "") throw new UsageError("USAGE", `the device is written ${form}`);
  return text;
}
