import type { Env } from "../../core/env.js";
import { within } from "../../core/within.js";
import { LEGACY_ADVERTISING_BYTES_MAX } from "../protocol/constants.js";
import type { AdvertisingPdus, ServiceData } from "./advertising-data.js";
import { adapterPath, BluezBus, BLUEZ_ANSWER_MS, longUuid, type MessageBus } from "./bluez-bus.js";
import type { OnAir } from "./hci.js";
import { RadioError } from "./radio-error.js";

export interface BluezOptions {
  /** Name of the adapter; `hci0` by default. */
  readonly adapter?: string;
  /** Where the bus comes from; the system bus by default. */
  readonly connect?: (() => Promise<MessageBus>) | undefined;
  /** Which packets carry the advert; `auto` by default. */
  readonly pdus?: AdvertisingPdus | undefined;
  /** Lets devices connect to the sender; not by default. */
  readonly connectable?: boolean | undefined;
}

const MANAGER = "org.bluez.LEAdvertisingManager1";
const ADVERTISEMENT = "org.bluez.LEAdvertisement1";
const PATH = "/com/passkeyharness/advert0";

/** Source: the reference phone of webauthn-rs. BlueZ's own default is 1.28 s. */
const INTERVAL_MS = { min: 100, max: 500 } as const;

/** What a structure of service data takes beside the data; BlueZ adds Flags to what accepts connections. */
const STRUCTURE_BYTES = 4;
const FLAGS_BYTES = 3;
/** Named to BlueZ, a secondary channel makes it use extended packets. */
const SECONDARY_CHANNEL = "1M";

/**
 * Advertises through BlueZ, for machines on which bluetoothd runs.
 *
 * @throws {RadioError} `NATIVE_MISSING`, `RADIO_NO_ADAPTER`, `PERMISSION_DENIED`, `RADIO_OFF`, `RADIO_BUSY`,
 *   `RADIO_ADVERT_TOO_LONG`, `RADIO_NO_EXTENDED`, `RADIO_FAILED`. @throws {TimeoutError} of `radio.bluez`.
 * @see BlueZ, org.bluez.LEAdvertisingManager(5)
 */
export async function advertiseOverBluez(
  env: Env,
  service: ServiceData,
  { adapter = "hci0", connect, pdus = "auto", connectable = false }: BluezOptions = {},
): Promise<OnAir> {
  const bus = await BluezBus.open(connect);
  const path = adapterPath(adapter);
  try {
    const budget = { timer: "radio.bluez", budgetMs: BLUEZ_ANSWER_MS, aftermath: "unknown" } as const;
    await within(env, budget, async () => {
      await bus.demandPower(path);
      const isExtended = pdus === "extended" || (pdus === "auto" && !fitsLegacy(service, connectable));
      if (isExtended) await demandExtended(bus, path);
      offer(bus, service, {
        isExtended,
        connectable,
        onRelease: (reason) => env.trace.emit({ kind: "link.lost", link: `bluez:${adapter}`, reason }),
      });
      await bus.call({
        path,
        interface: MANAGER,
        member: "RegisterAdvertisement",
        signature: "oa{sv}",
        body: [PATH, []],
      });
    });
  } catch (error) {
    bus.close();
    throw error;
  }
  return {
    label: `bluez:${adapter}`,
    async [Symbol.asyncDispose]() {
      try {
        await bus.call({
          path,
          interface: MANAGER,
          member: "UnregisterAdvertisement",
          signature: "o",
          body: [PATH],
        });
      } finally {
        // BlueZ takes an advert down with its owner, too.
        bus.close();
      }
    },
  };
}

function fitsLegacy({ data }: ServiceData, connectable: boolean): boolean {
  const bytes = STRUCTURE_BYTES + data.length + (connectable ? FLAGS_BYTES : 0);
  return bytes <= LEGACY_ADVERTISING_BYTES_MAX;
}

/** @throws {RadioError} `RADIO_NO_EXTENDED` where the controller, its driver or BlueZ has no extended advertising. */
async function demandExtended(bus: BluezBus, path: string): Promise<void> {
  const known = await bus.allProperties(path, MANAGER);
  const channels = known.get("SupportedSecondaryChannels");
  if (Array.isArray(channels) && channels.includes(SECONDARY_CHANNEL)) return;
  throw new RadioError("RADIO_NO_EXTENDED", `${path} has no LE extended advertising`);
}

interface Offer {
  readonly isExtended: boolean;
  readonly connectable: boolean;
  readonly onRelease: (reason: string) => void;
}

function offer(bus: BluezBus, { uuid, data }: ServiceData, terms: Offer): void {
  const { isExtended, connectable, onRelease } = terms;
  const advert = {
    Type: connectable ? "peripheral" : "broadcast",
    ServiceData: [[longUuid(uuid), ["ay", Buffer.from(data)]]],
    MinInterval: INTERVAL_MS.min,
    MaxInterval: INTERVAL_MS.max,
    ...(isExtended && { SecondaryChannel: SECONDARY_CHANNEL }),
    Release: () => onRelease("released by BlueZ"),
  };
  bus.offer(advert, PATH, {
    name: ADVERTISEMENT,
    methods: { Release: ["", "", [], []] },
    properties: {
      Type: "s",
      ServiceData: "a{sv}",
      MinInterval: "u",
      MaxInterval: "u",
      ...(isExtended && { SecondaryChannel: "s" }),
    },
  });
}
