import {
  type AdvertScanner,
  type Advertiser,
  type ChannelDialer,
  type ChannelListener,
  type TunnelDialer,
  bluezScanner,
  linuxAdvertiser,
  linuxChannels,
  nobleScanner,
  openNoble,
  probeBluez,
  retryingScanner,
  udpAdvertiser,
  udpScanner,
  wsDialer,
} from "../../entry/hybrid.js";
import type { Env } from "../../entry/sim.js";
import { isHarnessError } from "../../index.js";
import { type Invocation, type OptionTable, UsageError } from "../command.js";
import { readTextFile } from "../files/read-file.js";
import { hostAndPort } from "./host-and-port.js";
import { choiceOption, flag, textOption } from "../options.js";
import { proxyFrom } from "./proxy.js";

/** Options of both ends of hybrid. */
export const HYBRID_OPTIONS = {
  radio: { type: "string" },
  tunnel: { type: "string" },
  "tunnel-ca": { type: "string" },
  l2cap: { type: "boolean", default: false },
} as const satisfies OptionTable;

export const TUNNEL_HELP = `  --tunnel ORIGIN      relay to use in place of the one the phone names: ws://HOST:PORT or wss://HOST:PORT
  --tunnel-ca FILE     certificate to trust at the relay, in PEM`;

/** Half a minute in all, each try after twice the pause: time enough to switch Bluetooth on. */
const SCAN_RETRIES = 7;

/** A radio that is switched off and on again in the middle goes on. @throws {UsageError} USAGE */
export function scannerFrom(invocation: Invocation, env: Env): AdvertScanner {
  return retryingScanner(env, radioFrom(invocation, env), { retries: SCAN_RETRIES, resumes: true });
}

/** How long a radio may take to say in which state it is, in milliseconds. */
const RADIO_STATE_MS = 3_000;

const FORKS = { noble: "abandonware", "noble:stoprocent": "stoprocent" } as const;

/**
 * Looks for the radio before a code is shown that nobody could answer. One that is off may still be switched on.
 *
 * @throws {RadioError} NATIVE_MISSING, RADIO_NO_ADAPTER, PERMISSION_DENIED, RADIO_FAILED.
 */
export async function checkRadio(invocation: Invocation, env: Env): Promise<void> {
  const radio = textOption(invocation, "radio") ?? "noble";
  const patience = AbortSignal.timeout(RADIO_STATE_MS);
  try {
    if (radio === "noble" || radio === "noble:stoprocent") await openNoble({ fork: FORKS[radio] }, patience);
    const adapter = bluezAdapterOf(radio);
    if (adapter !== undefined) await probeBluez(env, { adapter });
  } catch (error) {
    if (patience.aborted || (isHarnessError(error) && error.code === "RADIO_OFF")) return;
    throw error;
  }
}

function radioFrom(invocation: Invocation, env: Env): AdvertScanner {
  const radio = textOption(invocation, "radio") ?? "noble";
  if (radio === "noble") return nobleScanner();
  if (radio === "noble:stoprocent") return nobleScanner({ fork: "stoprocent" });
  const adapter = bluezAdapterOf(radio);
  if (adapter !== undefined) return bluezScanner(env, { adapter });
  if (radio.startsWith("udp:")) return udpScanner(hostAndPort(radio.slice("udp:".length)));
  throw new UsageError("USAGE", `--radio "${radio}" names no radio that listens`, {
    hint: "noble, noble:stoprocent, bluez, bluez:hciN or udp:HOST:PORT",
  });
}

/** The N of `bluez:hciN`, 0 for `bluez`; `undefined` for another radio. */
function bluezAdapterOf(radio: string): number | undefined {
  const adapter = /^bluez(?::hci(\d+))?$/.exec(radio);
  return adapter ? Number(adapter[1] ?? 0) : undefined;
}

/** The N of the adapter that a radio names, 0 where it names none. */
function adapterOf(invocation: Invocation): number {
  return Number(/hci(\d+)$/.exec(textOption(invocation, "radio") ?? "")?.[1] ?? 0);
}

/** How a phone's advert is sent. */
export const ADVERT_OPTIONS = { pdus: { type: "string" } } as const satisfies OptionTable;

const PDUS = ["auto", "legacy", "extended"] as const;

/** @throws {UsageError} USAGE */
export function advertiserFrom(invocation: Invocation, env: Env): Advertiser {
  const radio = textOption(invocation, "radio");
  const pdus = choiceOption(invocation, "pdus", PDUS) ?? "auto";
  if (radio === undefined) return linuxAdvertiser(env, { pdus });
  if (radio.startsWith("udp:")) return udpAdvertiser(env, hostAndPort(radio.slice("udp:".length)));
  const bluez = bluezAdapterOf(radio);
  if (bluez !== undefined) return linuxAdvertiser(env, { via: "bluez", adapter: bluez, pdus });
  if (/^hci\d+$/.test(radio)) {
    return linuxAdvertiser(env, { via: "hci", adapter: adapterOf(invocation), pdus });
  }
  throw new UsageError("USAGE", `--radio "${radio}" names no radio that speaks`, {
    hint: "hciN, bluez, bluez:hciN or udp:HOST:PORT",
  });
}

/** The Bluetooth channels that `--l2cap` asks for. */
export function channelsFrom(
  invocation: Invocation,
  env: Env,
): (ChannelDialer & ChannelListener) | undefined {
  return flag(invocation, "l2cap") ? linuxChannels(env, { adapter: adapterOf(invocation) }) : undefined;
}

/** @throws {UsageError} USAGE for a relay that is none; ENVIRONMENT for a certificate that cannot be read. */
export function dialerFrom(invocation: Invocation): TunnelDialer {
  const service = textOption(invocation, "tunnel");
  const caFile = textOption(invocation, "tunnel-ca");
  if (service !== undefined && !/^wss?:\/\/[^/]+\/?$/i.test(service)) {
    throw new UsageError("USAGE", `--tunnel "${service}" is not ws://HOST:PORT or wss://HOST:PORT`);
  }
  return wsDialer({
    service,
    tls:
      caFile === undefined
        ? undefined
        : { ca: readTextFile(caFile, { what: "certificate", limit: "CERTIFICATE_BYTES_MAX" }) },
    proxy: proxyFrom(process.env),
  });
}
