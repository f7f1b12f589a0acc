import { openHidDevice, withU2fFallback } from "../../entry/hid.js";
import { envFor, firmwareOf, simHidPort, virtualEnv } from "../../entry/sim.js";
import { type Invocation, type OptionTable, UsageError } from "../command.js";
import { HYBRID_CEREMONY_HELP, HYBRID_CEREMONY_OPTIONS, openHybrid } from "./hybrid-device.js";
import { watchForInterruption } from "../interruption.js";
import { flag, textOption } from "../options.js";
import { framesOption } from "../recording.js";
import { withoutLabel } from "./device-label.js";
import { openReal } from "./open-real.js";
import type { OpenedDevice } from "./opened-device.js";
import { SIM_KEY_HELP, SIM_KEY_OPTIONS, simKeyFrom } from "./simulated-key.js";

export const DEVICE_OPTIONS = {
  device: { type: "string", short: "d", default: "sim" },
  bind: { type: "string" },
  seed: { type: "string" },
  ...SIM_KEY_OPTIONS,
  ...HYBRID_CEREMONY_OPTIONS,
} as const satisfies OptionTable;

export const DEVICE_HELP = `  -d, --device WHICH   sim (default), any (the one key that is plugged in), hid:PATH, serial:XYZ, port:1-1.2 (Linux),
                       aaguid:UUID, label:NAME, udp:HOST:PORT[:LOCAL], unix:PATH
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
  const { machine, operation } = invocation;
  const named = textOption(invocation, "device") ?? "sim";
  const where = await withoutLabel(named, machine);
  refuseOptionsOfOthers(where, invocation);
  if (where === "hybrid") return openHybrid(invocation, method);
  if (where === "sim") return openSimulated(invocation);
  const opened = await openReal(where, {
    frames: framesOption(invocation),
    bind: textOption(invocation, "bind"),
    usb: machine.usb,
    guard: machine.rigOf?.(named),
  });
  const announced = method === "create" ? "createCredentials" : operation;
  try {
    // Before a PIN or a touch is asked for.
    if (announced !== undefined && !flag(invocation, "dry-run")) await opened.announce?.(announced);
    return opened;
  } catch (error) {
    await opened.close();
    throw error;
  }
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

const SCHEMES: readonly string[] = ["sim", "any", "hid", "serial", "port", "aaguid", "udp", "unix", "hybrid"];

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
