import {
  type AdvertScanner,
  type Advertiser,
  type TunnelDialer,
  linuxAdvertiser,
  nobleScanner,
  openNoble,
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
import { textOption } from "../options.js";
import { proxyFrom } from "./proxy.js";

/** Options of both ends of hybrid. */
export const HYBRID_OPTIONS = {
  radio: { type: "string" },
  tunnel: { type: "string" },
  "tunnel-ca": { type: "string" },
} as const satisfies OptionTable;

export const TUNNEL_HELP = `  --tunnel ORIGIN      relay to use in place of the one the phone names: ws://HOST:PORT or wss://HOST:PORT
  --tunnel-ca FILE     certificate to trust at the relay, in PEM`;

/** Half a minute in all, each try after twice the pause: time enough to switch Bluetooth on. */
const SCAN_RETRIES = 7;

/** A radio that is switched off and on again in the middle goes on. @throws {UsageError} USAGE */
export function scannerFrom(invocation: Invocation, env: Env): AdvertScanner {
  return retryingScanner(env, radioFrom(invocation), { retries: SCAN_RETRIES, resumes: true });
}

/** How long a radio may take to say in which state it is, in milliseconds. */
const RADIO_STATE_MS = 3_000;

/**
 * Looks for the radio before a code is shown that nobody could answer. One that is off may still be switched on.
 *
 * @throws {RadioError} NATIVE_MISSING, RADIO_NO_ADAPTER, PERMISSION_DENIED, RADIO_FAILED.
 */
export async function checkRadio(invocation: Invocation): Promise<void> {
  const radio = textOption(invocation, "radio") ?? "noble";
  if (!radio.startsWith("noble")) return;
  const fork = radio === "noble:stoprocent" ? "stoprocent" : "abandonware";
  const patience = AbortSignal.timeout(RADIO_STATE_MS);
  try {
    await openNoble({ fork }, patience);
  } catch (error) {
    if (patience.aborted || (isHarnessError(error) && error.code === "RADIO_OFF")) return;
    throw error;
  }
}

function radioFrom(invocation: Invocation): AdvertScanner {
  const radio = textOption(invocation, "radio") ?? "noble";
  if (radio === "noble") return nobleScanner();
  if (radio === "noble:stoprocent") return nobleScanner({ fork: "stoprocent" });
  if (radio.startsWith("udp:")) return udpScanner(hostAndPort(radio.slice("udp:".length)));
  throw new UsageError("USAGE", `--radio "${radio}" names no radio that listens`, {
    hint: "noble, noble:stoprocent or udp:HOST:PORT",
  });
}

/** @throws {UsageError} USAGE */
export function advertiserFrom(invocation: Invocation, env: Env): Advertiser {
  const radio = textOption(invocation, "radio");
  if (radio === undefined) return linuxAdvertiser(env);
  if (radio.startsWith("udp:")) return udpAdvertiser(env, hostAndPort(radio.slice("udp:".length)));
  const [, bluez, bluezAdapter, hciAdapter] = /^(?:(bluez)(?::hci(\d+))?|hci(\d+))$/.exec(radio) ?? [];
  if (bluez !== undefined) return linuxAdvertiser(env, { via: "bluez", adapter: Number(bluezAdapter ?? 0) });
  if (hciAdapter !== undefined) return linuxAdvertiser(env, { via: "hci", adapter: Number(hciAdapter) });
  throw new UsageError("USAGE", `--radio "${radio}" names no radio that speaks`, {
    hint: "hciN, bluez, bluez:hciN or udp:HOST:PORT",
  });
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
