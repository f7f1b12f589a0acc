import type { Env } from "../../core/env.js";
import { within } from "../../core/within.js";
import type { ServiceData } from "./advertising-data.js";
import type { OnAir } from "./hci.js";
import { radioFailure, RadioError, type RadioFault } from "./radio-error.js";

/** A call over D-Bus, in the shape the package takes. */
export interface BusCall {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature?: string;
  readonly body?: readonly unknown[];
}

/** What of a connection to the system bus is used here: the package's, or a test's stand-in. */
export interface MessageBus {
  invoke(call: BusCall, done: (error: BusError | null, value?: unknown) => void): void;
  exportInterface(object: object, path: string, description: object): void;
  readonly connection: {
    on(event: "error", listener: (error: Error) => void): unknown;
    end(): unknown;
  };
}

export interface BusError {
  readonly name?: string;
  readonly message?: unknown;
}

export interface BluezOptions {
  /** Name of the adapter; `hci0` by default. */
  readonly adapter?: string;
  /** Where the bus comes from; the system bus by default. */
  readonly connect?: () => Promise<MessageBus>;
}

/** An optional peer dependency; a name in a variable lets a bundler leave the import to run time. */
const PACKAGE: string = "@homebridge/dbus-native";

const BLUEZ = "org.bluez";
const MANAGER = "org.bluez.LEAdvertisingManager1";
const ADVERTISEMENT = "org.bluez.LEAdvertisement1";
const PATH = "/com/passkeyharness/advert0";

/** Source: the reference phone of webauthn-rs. BlueZ's own default is 1.28 s. */
const INTERVAL_MS = { min: 100, max: 500 } as const;

/** A bluetoothd that hangs is as good as none. */
const ANSWER_MS = 10_000;

/** 16-bit UUIDs are short for these. @see Bluetooth Core Vol 3 Part B §2.5.1 */
const longUuid = (uuid: number) => `0000${uuid.toString(16).padStart(4, "0")}-0000-1000-8000-00805f9b34fb`;

/**
 * Advertises through BlueZ, for machines on which bluetoothd runs.
 *
 * @throws {RadioError} `NATIVE_MISSING`, `RADIO_NO_ADAPTER`, `PERMISSION_DENIED`, `RADIO_OFF`, `RADIO_BUSY`,
 *   `RADIO_FAILED`. @throws {TimeoutError} of `radio.bluez`.
 * @see BlueZ, org.bluez.LEAdvertisingManager(5)
 */
export async function advertiseOverBluez(
  env: Env,
  service: ServiceData,
  { adapter = "hci0", connect = systemBus }: BluezOptions = {},
): Promise<OnAir> {
  const bus = new Bus(await open(connect));
  const path = `/org/bluez/${adapter}`;
  try {
    const budget = { timer: "radio.bluez", budgetMs: ANSWER_MS, aftermath: "unknown" } as const;
    await within(env, budget, async () => {
      await demandPower(bus, path);
      bus.offer(service, (reason) => env.trace.emit({ kind: "link.lost", link: `bluez:${adapter}`, reason }));
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

class Bus {
  readonly #bus: MessageBus;
  readonly #broken: Promise<never>;

  constructor(bus: MessageBus) {
    this.#bus = bus;
    this.#broken = new Promise((_, reject) => {
      bus.connection.on("error", (error) => reject(busFailure(error)));
    });
    // The running call handles the rejection; between calls the rejection is ignored.
    this.#broken.catch(() => {});
  }

  call(call: Omit<BusCall, "destination">): Promise<unknown> {
    const answered = new Promise<unknown>((resolve, reject) => {
      this.#bus.invoke({ destination: BLUEZ, ...call }, (error, value) =>
        error === null ? resolve(value) : reject(bluezRefusal(error)),
      );
    });
    return Promise.race([answered, this.#broken]);
  }

  /** Puts the advert where BlueZ reads it. */
  offer({ uuid, data }: ServiceData, onRelease: (reason: string) => void): void {
    const advert = {
      Type: "broadcast",
      ServiceData: [[longUuid(uuid), ["ay", Buffer.from(data)]]],
      MinInterval: INTERVAL_MS.min,
      MaxInterval: INTERVAL_MS.max,
      Release: () => onRelease("released by BlueZ"),
    };
    this.#bus.exportInterface(advert, PATH, {
      name: ADVERTISEMENT,
      methods: { Release: ["", "", [], []] },
      properties: { Type: "s", ServiceData: "a{sv}", MinInterval: "u", MaxInterval: "u" },
    });
  }

  close(): void {
    this.#bus.connection.end();
  }
}

/**
 * Checks that the adapter is powered: BlueZ would accept the advert and send it only once a user switches Bluetooth on.
 */
async function demandPower(bus: Bus, path: string): Promise<void> {
  const body = ["org.bluez.Adapter1", "Powered"];
  const answer = await bus.call({
    path,
    interface: "org.freedesktop.DBus.Properties",
    member: "Get",
    signature: "ss",
    body,
  });
  // A variant: its type, parsed, and a list of one value.
  const [, values] = answer as readonly unknown[];
  if (!Array.isArray(values) || values[0] !== true)
    throw new RadioError("RADIO_OFF", `${path} is switched off`);
}

const BY_ERROR_NAME: Readonly<Record<string, readonly [RadioFault, string, string?]>> = {
  "org.freedesktop.DBus.Error.ServiceUnknown": [
    "RADIO_NO_ADAPTER",
    "bluetoothd does not run",
    "start it: systemctl start bluetooth; or use the adapter without it: --radio hci0",
  ],
  "org.freedesktop.DBus.Error.UnknownObject": ["RADIO_NO_ADAPTER", "BlueZ knows no such adapter"],
  "org.freedesktop.DBus.Error.UnknownMethod": ["RADIO_NO_ADAPTER", "BlueZ knows no such adapter"],
  "org.freedesktop.DBus.Error.AccessDenied": [
    "PERMISSION_DENIED",
    "the bus keeps BlueZ to others",
    "run as root, or join the group that D-Bus lets at BlueZ: usermod -aG bluetooth USER",
  ],
  "org.bluez.Error.NotReady": ["RADIO_OFF", "the adapter is switched off"],
  "org.bluez.Error.NotPermitted": ["RADIO_BUSY", "the adapter sends as many adverts as it can"],
  "org.bluez.Error.AlreadyExists": ["RADIO_BUSY", "this advert is registered already"],
  "org.bluez.Error.InvalidLength": ["RADIO_ADVERT_TOO_LONG", "the advert does not fit"],
};

function bluezRefusal(cause: BusError): RadioError {
  const { name = "no name" } = cause;
  const [fault, text, hint] = BY_ERROR_NAME[name] ?? ["RADIO_FAILED", `BlueZ answered ${name}`];
  return new RadioError(fault, text, { cause, ...(hint !== undefined && { hint }) });
}

/** The bus itself is not there, or hung up. */
function busFailure(cause: unknown): RadioError {
  const { code } = (cause ?? {}) as { readonly code?: unknown };
  if (code === "ENOENT" || code === "ECONNREFUSED") {
    return new RadioError("RADIO_NO_ADAPTER", "no system bus runs here", {
      cause,
      hint: "start D-Bus and bluetoothd, or use the adapter without them: --radio hci0",
    });
  }
  return radioFailure(PACKAGE, cause);
}

async function open(connect: () => Promise<MessageBus>): Promise<MessageBus> {
  try {
    return await connect();
  } catch (cause) {
    throw busFailure(cause);
  }
}

async function systemBus(): Promise<MessageBus> {
  const { default: dbus } = (await import(PACKAGE)) as { readonly default: { systemBus(): MessageBus } };
  return dbus.systemBus();
}
