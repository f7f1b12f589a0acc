import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import type { Env } from "../../core/env.js";
import { within } from "../../core/within.js";
import { ADVERT_BYTES, ServiceUuid } from "../protocol/constants.js";
import type { AddressType, AdvertScanner, ReceivedAdvert } from "../ports.js";
import { AdvertInbox } from "./advert-inbox.js";
import {
  adapterPath,
  BluezBus,
  BLUEZ_ANSWER_MS,
  type BusMessage,
  longUuid,
  type MessageBus,
  properties,
  unwrap,
} from "./bluez-bus.js";
import { RadioError } from "./radio-error.js";

export interface BluezScannerOptions {
  /** The N of hciN; 0 by default. */
  readonly adapter?: number;
  /** Stand-in for tests; the system bus by default. */
  readonly connectBus?: (() => Promise<MessageBus>) | undefined;
}

const OPTIONS = parameters<BluezScannerOptions>({
  adapter: maybe(arg.count),
  connectBus: maybe(arg.callable),
});

const ADAPTER = "org.bluez.Adapter1";
const DEVICE = "org.bluez.Device1";
const PROPERTIES = "org.freedesktop.DBus.Properties";
const OBJECTS = "org.freedesktop.DBus.ObjectManager";
const DBUS = "org.freedesktop.DBus";

const UUIDS: ReadonlyMap<string, number> = new Map(
  Object.values(ServiceUuid).map((uuid) => [longUuid(uuid), uuid]),
);

/**
 * Listens for phones through BlueZ, beside every other program that uses Bluetooth: needs neither root nor a package
 * with native code. Hears what the adapter hears; adverts of more than 31 bytes need one with LE extended advertising.
 *
 * Asks for everything and picks here: a filter by service would pass over phones, which list none.
 *
 * @throws {RadioError} from the loop: `NATIVE_MISSING`, `RADIO_NO_ADAPTER`, `PERMISSION_DENIED`, `RADIO_OFF`,
 *   `RADIO_BUSY`, `RADIO_FAILED`. @throws {TimeoutError} of `radio.bluez`.
 * @see BlueZ, org.bluez.Adapter(5), org.bluez.Device(5)
 *
 * @example
 * const ports = { scanner: bluezScanner(env), dialer: wsDialer() };
 */
export function bluezScanner(env: Env, options: BluezScannerOptions = {}): AdvertScanner {
  checkArguments("bluezScanner", { env: [arg.env, env], options: [OPTIONS, options] });
  const { adapter = 0, connectBus } = options;
  return {
    async *listen(signal) {
      signal.throwIfAborted();
      const bus = await BluezBus.open(connectBus);
      const heard = new AdvertInbox();
      try {
        const devices = new HeardDevices(adapterPath(`hci${adapter}`), heard);
        const budget = { timer: "radio.bluez", budgetMs: BLUEZ_ANSWER_MS, aftermath: "none" } as const;
        await within(env, budget, () => startDiscovery(bus, devices), { signal });
        yield* heard.until(signal);
      } finally {
        // Ends the discovery as well, unless another program wants it.
        bus.close();
      }
    },
  };
}

async function startDiscovery(bus: BluezBus, devices: HeardDevices): Promise<void> {
  const { adapter } = devices;
  await bus.demandPower(adapter);
  bus.onBroken((error) => devices.fail(error));
  bus.onSignal((signal) => devices.receive(signal));
  const from = "type='signal',sender='org.bluez'";
  await bus.match(`${from},interface='${OBJECTS}',member='InterfacesAdded'`);
  await bus.match(`${from},interface='${PROPERTIES}',member='PropertiesChanged'`);
  await bus.match(`type='signal',sender='${DBUS}',member='NameOwnerChanged',arg0='org.bluez'`);
  const known = await bus.call({ path: "/", interface: OBJECTS, member: "GetManagedObjects" });
  for (const [path, interfaces] of pairs(known)) devices.remember(path, interfaces);
  const filter = [
    ["Transport", ["s", "le"]],
    // Otherwise an advert that does not change is told of once, and not again to those who come later.
    ["DuplicateData", ["b", true]],
  ];
  await bus.call({
    path: adapter,
    interface: ADAPTER,
    member: "SetDiscoveryFilter",
    signature: "a{sv}",
    body: [filter],
  });
  await bus.call({ path: adapter, interface: ADAPTER, member: "StartDiscovery" });
}

/** What BlueZ tells of devices around one adapter, as adverts. */
class HeardDevices {
  readonly adapter: string;
  readonly #inbox: AdvertInbox;
  /** Kind of each device's address; BlueZ says it once a device. */
  readonly #types = new Map<string, AddressType>();

  constructor(adapter: string, inbox: AdvertInbox) {
    this.adapter = adapter;
    this.#inbox = inbox;
  }

  fail(error: RadioError): void {
    this.#inbox.close(error);
  }

  /** Takes a device that BlueZ knew before: what it said then is no advert of now. */
  remember(path: string, interfaces: unknown): void {
    const device = pairs(interfaces).find(([name]) => name === DEVICE)?.[1];
    if (device === undefined || !path.startsWith(`${this.adapter}/`)) return;
    const type = properties(device).get("AddressType");
    if (type === "public" || type === "random") this.#types.set(path, type);
  }

  receive({ interface: owner, member, path = "", body = [] }: BusMessage): void {
    if (owner === DBUS && member === "NameOwnerChanged") return this.#ownerChanged(body);
    if (owner === OBJECTS && member === "InterfacesAdded") {
      const [added, interfaces] = body;
      this.remember(String(added), interfaces);
      const device = pairs(interfaces).find(([name]) => name === DEVICE)?.[1];
      if (device !== undefined) this.#changed(String(added), properties(device));
    }
    if (owner !== PROPERTIES || member !== "PropertiesChanged") return;
    const [changed, values] = body;
    if (changed === DEVICE) this.#changed(path, properties(values));
    if (changed === ADAPTER && path === this.adapter) this.#adapterChanged(properties(values));
  }

  #ownerChanged([name, , owner]: readonly unknown[]): void {
    if (name !== "org.bluez" || owner !== "") return;
    this.fail(new RadioError("RADIO_NO_ADAPTER", "bluetoothd ended, which ended the scan"));
  }

  #adapterChanged(values: ReadonlyMap<string, unknown>): void {
    if (values.get("Powered") !== false && values.get("Discovering") !== false) return;
    this.fail(new RadioError("RADIO_OFF", `${this.adapter} was switched off, which ended the scan`));
  }

  #changed(path: string, values: ReadonlyMap<string, unknown>): void {
    const address = addressOf(path, this.adapter);
    if (address === undefined) return;
    const addressType = this.#types.get(path);
    const rssi = values.get("RSSI");
    for (const [uuid, variant] of pairs(values.get("ServiceData"))) {
      const serviceUuid = UUIDS.get(uuid.toLowerCase());
      const data = unwrap(variant);
      if (serviceUuid === undefined || !isBytes(data) || data.length < ADVERT_BYTES) continue;
      const advert: ReceivedAdvert = {
        serviceData: Uint8Array.from(data),
        serviceUuid,
        address,
        ...(addressType && { addressType }),
        ...(typeof rssi === "number" && { rssiDbm: rssi }),
      };
      this.#inbox.put(advert);
    }
  }
}

/** BlueZ names devices by their addresses: `/org/bluez/hci0/dev_00_AA_01_01_00_01`. */
function addressOf(path: string, adapter: string): string | undefined {
  if (!path.startsWith(`${adapter}/`)) return undefined;
  return /^\/dev((?:_[0-9A-F]{2}){6})$/.exec(path.slice(adapter.length))?.[1]?.slice(1).replaceAll("_", ":");
}

function pairs(dictionary: unknown): readonly (readonly [string, unknown])[] {
  if (!Array.isArray(dictionary)) return [];
  const both = dictionary.filter((pair): pair is unknown[] => Array.isArray(pair));
  return both.map(([name, value]) => [String(name), value]);
}

/** The package gives a Buffer, or a list of numbers where it was told to. */
function isBytes(value: unknown): value is ArrayLike<number> {
  return value instanceof Uint8Array || Array.isArray(value);
}
