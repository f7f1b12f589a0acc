import type { Allowance, TargetFinger, Target } from "../../entry/conformance.js";
import { type HidPort, openHidDevice, withU2fFallback } from "../../entry/hid.js";
import type { Operation } from "../../entry/rig.js";
import {
  type AuthenticatorProfile,
  type Env,
  parseProfile,
  PROFILES,
  systemEnv,
  virtualEnv,
} from "../../entry/sim.js";
import { namesHint } from "../../core/place.js";
import { type Invocation, type OptionTable, UsageError } from "../command.js";
import { withoutLabel } from "../device/device-label.js";
import { hidPortAt } from "../device/port-at.js";
import { GuardedDevice, type RigGuard } from "../device/rig-guard.js";
import { namingFile } from "../files/file-error.js";
import { readJsonFile } from "../files/read-file.js";
import { choiceOption, numberOption, textOption } from "../options.js";
import { pinSource } from "../pin-source.js";
import type { Terminal } from "../terminal.js";
import { simulatedTarget } from "./simulated-target.js";

const FINGERS = ["auto", "user", "none"] as const;
const ALLOWANCES = ["store", "pin", "config", "reset"] as const satisfies readonly Allowance[];

export const TARGET_OPTIONS = {
  device: { type: "string", short: "d", default: "sim" },
  bind: { type: "string" },
  profile: { type: "string" },
  seed: { type: "string" },
  "touch-ms": { type: "string" },
  finger: { type: "string" },
  allow: { type: "string" },
  "pin-file": { type: "string" },
} as const satisfies OptionTable;

export const TARGET_HELP = `  -d, --device WHICH   sim (default), any, hid:PATH, serial:XYZ, port:1-1.2 (Linux), aaguid:UUID, label:NAME,
                       udp:HOST:PORT[:LOCAL] or unix:PATH
  --bind HOST:PORT     local address for udp
  --profile NAME|FILE  which authenticator is simulated (generic); it runs in this process, on virtual time
  --seed TEXT          what a simulated run is made of
  --touch-ms N         how long the simulated user takes before touching (500)
  --finger WHICH       who touches: auto, a machine or the simulated user; user, who is told when; none (user for real
                       devices, auto for sim)
  --allow LIST         what may be done to the device, with commas: ${ALLOWANCES.join(", ")}, all or none
                       (none for real devices, all for sim)
  --pin-file FILE      the PIN of the device, or the one to set where there is none, on the only line of this file`;

/** A device as a target, and the time it lives in. */
export interface OpenedTarget {
  readonly env: Env;
  readonly target: Target;
  readonly isSimulated: boolean;
  /** Lets time pass until `work` settles: virtual time for a simulated device, real time otherwise. */
  readonly settle: <T>(work: Promise<T>) => Promise<T>;
  /** Gives a key of a rig back; absent for a device that is of none. */
  readonly release?: () => Promise<void>;
}

/** @throws {UsageError} USAGE, ENVIRONMENT. @throws what reading files throws. */
export async function targetFrom(invocation: Invocation): Promise<OpenedTarget> {
  const { machine } = invocation;
  const named = textOption(invocation, "device") ?? "sim";
  const where = await withoutLabel(named, machine);
  const isSimulated = where === "sim";
  const stray = (isSimulated ? ["bind"] : ["profile", "seed", "touch-ms"]).find(
    (name) => invocation.values[name] !== undefined,
  );
  if (stray !== undefined) throw new UsageError("USAGE", `--${stray} has no effect on --device ${where}`);
  const pin = await pinOf(invocation);
  const choice = choiceOption(invocation, "finger", FINGERS) ?? (isSimulated ? "auto" : "user");
  const allowed = allowanceOf(invocation, isSimulated);
  const given = { allowed, ...(pin !== undefined && { pin }) };
  if (isSimulated) return simulated(invocation, given, choice);
  const env = systemEnv();
  const finger = fingerOf(choice, invocation.terminal);
  const place = { bind: textOption(invocation, "bind"), usb: machine.usb };
  const port = () => hidPortAt(env, where, place);
  const guard = machine.rigOf?.(named);
  if (guard) await askRig(guard, { env, port, allowed });
  return {
    env,
    isSimulated,
    target: {
      label: where,
      port,
      ...(finger && { finger }),
      ...given,
      ...(guard && { onAnswer: (request, answer) => guard.note(request, answer) }),
    },
    settle: (work) => work,
    ...(guard && { release: () => guard.release() }),
  };
}

/** What a rig file has to allow for each use. */
const OPERATIONS: Readonly<Record<Allowance, readonly Operation[]>> = {
  store: ["createCredentials", "updateCredentials", "deleteCredentials", "writeLargeBlobs"],
  pin: ["setPin", "changePin"],
  config: ["config"],
  reset: ["reset"],
};

interface AskedForChecks {
  readonly env: Env;
  readonly port: () => Promise<HidPort>;
  readonly allowed: readonly Allowance[];
}

/** @throws {RigError} for a use that the rig does not allow with its key, before any check. */
async function askRig(guard: RigGuard, { env, port, allowed }: AskedForChecks): Promise<void> {
  const operations = allowed.flatMap((use) => OPERATIONS[use]);
  if (operations.length === 0) return;
  const hid = withU2fFallback(env, await openHidDevice(env, await port()));
  const device = new GuardedDevice(hid, guard);
  try {
    for (const operation of operations) await device.announce(operation);
  } catch (error) {
    await guard.release();
    throw error;
  } finally {
    await hid[Symbol.asyncDispose]();
  }
}

type Given = Pick<Target, "allowed" | "pin">;

function simulated(invocation: Invocation, given: Given, choice: (typeof FINGERS)[number]): OpenedTarget {
  if (choice === "user") throw new UsageError("USAGE", "--finger user has no effect on --device sim");
  // Nobody reads the trace of a run of hundreds of checks.
  const env = virtualEnv(textOption(invocation, "seed") ?? "1", { write: () => {} });
  const touchMs = numberOption(invocation, "touch-ms", { min: 0, max: 600_000 });
  const { finger, ...target } = simulatedTarget(env, {
    profile: profileOf(textOption(invocation, "profile") ?? "generic"),
    user: touchMs === undefined ? {} : { touchMs, verifyMs: touchMs },
  });
  return {
    env,
    isSimulated: true,
    target: { ...target, ...(choice === "auto" && { finger }), ...given },
    settle: (work) => env.clock.run(work),
  };
}

/** A built-in profile, or the one in a file. @throws {UsageError} */
export function profileOf(choice: string): AuthenticatorProfile {
  if (choice.includes("/") || choice.includes("\\") || choice.endsWith(".json")) {
    const kind = { what: "profile", limit: "PROFILE_BYTES_MAX" } as const;
    return namingFile(choice, () => parseProfile(readJsonFile(choice, kind)));
  }
  const profile = PROFILES.get(choice);
  if (profile !== undefined) return profile;
  throw new UsageError("USAGE", `there is no profile "${choice}"`, {
    hint: `${namesHint(choice, [...PROFILES.keys()])}; a path to a profile file will do, too`,
  });
}

async function pinOf(invocation: Invocation): Promise<string | undefined> {
  if (textOption(invocation, "pin-file") === undefined) return undefined;
  return pinSource(invocation)?.({ attempt: 1 });
}

function allowanceOf(invocation: Invocation, isSimulated: boolean): readonly Allowance[] {
  const text = textOption(invocation, "allow") ?? (isSimulated ? "all" : "none");
  if (text === "all") return ALLOWANCES;
  if (text === "none") return [];
  return text.split(",").map((word) => {
    const known = ALLOWANCES.find((one) => one === word.trim());
    if (known !== undefined) return known;
    throw new UsageError("USAGE", `--allow takes ${ALLOWANCES.join(", ")}, all or none, not "${word}"`);
  });
}

function fingerOf(choice: (typeof FINGERS)[number], terminal: Terminal): TargetFinger | undefined {
  if (choice === "none") return undefined;
  const silent = { prepare: () => {}, needed: () => {} };
  if (choice === "auto") return silent;
  const words = { touch: "touch the device now", leave: "do not touch the device" };
  return { ...silent, needed: (gesture) => terminal.warn(words[gesture]) };
}
