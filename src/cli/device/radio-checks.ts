import { platform } from "node:os";
import { type BluezAdapter, openNoble, probeBluez, probeChannels } from "../../entry/hybrid.js";
import { systemEnv, within } from "../../entry/sim.js";
import { isHarnessError } from "../../index.js";
import { type Check, missingExtra } from "./check.js";

/** How this machine is looked at; a test's stand-ins, or the machine itself. */
export interface RadioProbes {
  /** As `process.platform`. */
  readonly platform: string;
  /** Rejects where noble cannot listen. */
  readonly noble: (fork: "abandonware" | "stoprocent") => Promise<unknown>;
  readonly bluez: () => Promise<BluezAdapter>;
  readonly channels: () => Promise<void>;
}

/** How long a radio may take to say whether it is on. */
const RADIO_MS = 3000;

const UDP_INSTEAD = "--radio udp:HOST:PORT carries adverts between processes without Bluetooth";

/** The probes of the machine this runs on. */
export function machineProbes(): RadioProbes {
  const env = systemEnv();
  const budget = { timer: "doctor.radio", budgetMs: RADIO_MS, aftermath: "none" } as const;
  return {
    platform: platform(),
    noble: (fork) => within(env, budget, (signal) => openNoble({ fork }, signal)),
    bluez: () => within(env, budget, () => probeBluez(env)),
    channels: () => within(env, budget, () => probeChannels()),
  };
}

/**
 * Looks at what of hybrid transports the radios here can do: hear phones, be a phone, be one with a long advert, and talk
 * over L2CAP. None of it is needed for anything else, so that what is absent is an extra that is missing.
 */
export async function radioChecks(probes: RadioProbes): Promise<readonly Check[]> {
  const bluez = await bluezOf(probes);
  return [await hearing(probes), ...(await sending(probes, bluez)), await talking(probes)];
}

interface BluezFound {
  readonly adapter?: BluezAdapter;
  /** Says why there is none. */
  readonly check?: Check;
}

async function bluezOf({ platform: system, bluez }: RadioProbes): Promise<BluezFound> {
  if (system !== "linux") return {};
  try {
    return { adapter: await bluez() };
  } catch (error) {
    return { check: missingExtra("bluez", error) };
  }
}

/** Either package will do; the first that is installed is asked. */
async function hearing({ platform: system, noble }: RadioProbes): Promise<Check> {
  const name = "bluetooth";
  if (system === "win32") {
    const finding =
      "on Windows no package hands on what phones advertise: a phone that scans a code is not heard";
    return { name, state: "missing", finding, hint: `listen on Linux or macOS; ${UDP_INSTEAD}` };
  }
  try {
    await noble("abandonware");
    return { name, state: "good", finding: "@abandonware/noble works and the radio is on" };
  } catch (first) {
    if (!isHarnessError(first) || first.code !== "NATIVE_MISSING") return missingExtra(name, first);
    try {
      await noble("stoprocent");
      return { name, state: "good", finding: "@stoprocent/noble works and the radio is on" };
    } catch (second) {
      const told = isHarnessError(second) && second.code !== "NATIVE_MISSING" ? second : first;
      return missingExtra(name, told);
    }
  }
}

async function sending(
  { platform: system }: RadioProbes,
  { adapter, check }: BluezFound,
): Promise<readonly Check[]> {
  if (system !== "linux") {
    const finding = `${system} lets no program choose what it advertises: the command phone is not heard`;
    const hint = `run the phone on Linux; ${UDP_INSTEAD}`;
    return [{ name: "adverts", state: "missing", finding, hint }];
  }
  if (adapter === undefined) return check ? [check] : [];
  const { freeAdverts, extended } = adapter;
  return [
    {
      name: "bluez",
      state: "good",
      finding: "hci0 is on: --radio bluez hears phones without root and native code",
    },
    freeAdverts > 0
      ? {
          name: "adverts",
          state: "good",
          finding: `BlueZ has room for ${freeAdverts} more: phone --radio bluez is heard`,
        }
      : {
          name: "adverts",
          state: "missing",
          finding: "hci0 sends no advert, or as many as it can",
          hint: "end the other program that advertises, or use another adapter: --radio bluez:hciN",
        },
    extended
      ? {
          name: "long adverts",
          state: "good",
          finding: "LE extended advertising: adverts of more than 31 bytes",
        }
      : {
          name: "long adverts",
          state: "missing",
          finding:
            "hci0 has no LE extended advertising: 27 bytes of service data at most, and longer ones are not heard",
          hint: "use an adapter with Bluetooth 5; the 24 bytes of a phone with --l2cap fit legacy packets, too (--pdus legacy)",
        },
  ];
}

async function talking({ platform: system, channels }: RadioProbes): Promise<Check> {
  const name = "l2cap";
  if (system !== "linux") {
    const finding = `no L2CAP channel to phones on ${system}`;
    return {
      name,
      state: "missing",
      finding,
      hint: "leave --l2cap out: the tunnel service carries the messages",
    };
  }
  try {
    await channels();
    return { name, state: "good", finding: "channels to and from phones: --l2cap" };
  } catch (error) {
    return missingExtra(name, error);
  }
}
