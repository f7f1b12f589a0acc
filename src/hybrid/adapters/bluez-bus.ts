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

/** A message that came over the bus, as far as it is looked at. */
export interface BusMessage {
  readonly type?: number;
  readonly path?: string;
  readonly interface?: string;
  readonly member?: string;
  readonly body?: readonly unknown[];
}

/** What of a connection to the system bus is used here: the package's, or a test's stand-in. */
export interface MessageBus {
  invoke(call: BusCall, done: (error: BusError | null, value?: unknown) => void): void;
  exportInterface(object: object, path: string, description: object): void;
  readonly connection: {
    on(event: "error", listener: (error: Error) => void): unknown;
    on(event: "message", listener: (message: BusMessage) => void): unknown;
    end(): unknown;
  };
}

export interface BusError {
  readonly name?: string;
  readonly message?: unknown;
}

/** An optional peer dependency; a name in a variable lets a bundler leave the import to run time. */
const PACKAGE: string = "@homebridge/dbus-native";

const BLUEZ = "org.bluez";
const DBUS = "org.freedesktop.DBus";
const SIGNAL = 4;

/** A bluetoothd that hangs is as good as none. */
export const BLUEZ_ANSWER_MS = 10_000;

/** 16-bit UUIDs are short for these. @see Bluetooth Core Vol 3 Part B §2.5.1 */
export function longUuid(uuid: number): string {
  return `0000${uuid.toString(16).padStart(4, "0")}-0000-1000-8000-00805f9b34fb`;
}

/** Path of an adapter, such as `hci0`. */
export function adapterPath(adapter: string): string {
  return `/org/bluez/${adapter}`;
}

/** The value inside a variant, which the package writes as its type, parsed, and a list of one value. */
export function unwrap(variant: unknown): unknown {
  const values: unknown = Array.isArray(variant) ? variant[1] : undefined;
  return Array.isArray(values) ? values[0] : undefined;
}

/** A dictionary of variants, which the package writes as a list of pairs. */
export function properties(dictionary: unknown): ReadonlyMap<string, unknown> {
  if (!Array.isArray(dictionary)) return new Map();
  const pairs = dictionary.filter((pair): pair is [unknown, unknown] => Array.isArray(pair));
  return new Map(pairs.map(([name, variant]) => [String(name), unwrap(variant)]));
}

/** A connection to the system bus, for calls to BlueZ. */
export class BluezBus {
  readonly #bus: MessageBus;
  readonly #broken: Promise<never>;

  /** Call {@link BluezBus.open} instead. */
  private constructor(bus: MessageBus) {
    this.#bus = bus;
    this.#broken = new Promise((_, reject) => {
      bus.connection.on("error", (error) => reject(busFailure(error)));
    });
    // The running call handles the rejection; between calls the rejection is ignored.
    this.#broken.catch(() => {});
  }

  /** @throws {RadioError} `NATIVE_MISSING`, `RADIO_NO_ADAPTER`, `PERMISSION_DENIED`, `RADIO_FAILED` */
  static async open(connect: () => Promise<MessageBus> = systemBus): Promise<BluezBus> {
    try {
      return new BluezBus(await connect());
    } catch (cause) {
      throw busFailure(cause);
    }
  }

  /** @throws {RadioError} what BlueZ answers, by its name. */
  call(call: Omit<BusCall, "destination"> & { readonly destination?: string }): Promise<unknown> {
    const answered = new Promise<unknown>((resolve, reject) => {
      this.#bus.invoke({ destination: BLUEZ, ...call }, (error, value) =>
        error === null ? resolve(value) : reject(bluezRefusal(error)),
      );
    });
    return Promise.race([answered, this.#broken]);
  }

  /** One property of an object. */
  async property(path: string, owner: string, name: string): Promise<unknown> {
    const signature = "ss";
    const asked = { path, interface: `${DBUS}.Properties`, member: "Get", signature, body: [owner, name] };
    return unwrap(await this.call(asked));
  }

  /** All properties that an object has under one interface. */
  async allProperties(path: string, owner: string): Promise<ReadonlyMap<string, unknown>> {
    const asked = { path, interface: `${DBUS}.Properties`, member: "GetAll", signature: "s", body: [owner] };
    return properties(await this.call(asked));
  }

  /**
   * Checks that the adapter is powered: BlueZ would accept an advert or a scan and begin it only once a user switches
   * Bluetooth on.
   *
   * @throws {RadioError} `RADIO_OFF`
   */
  async demandPower(path: string): Promise<void> {
    if ((await this.property(path, "org.bluez.Adapter1", "Powered")) === true) return;
    throw new RadioError("RADIO_OFF", `${path} is switched off`);
  }

  /** Asks for the signals that a rule matches, see {@link onSignal}. @see D-Bus Specification, Match Rules */
  async match(rule: string): Promise<void> {
    const daemon = { destination: DBUS, path: "/org/freedesktop/DBus", interface: DBUS };
    await this.call({ ...daemon, member: "AddMatch", signature: "s", body: [rule] });
  }

  /** Hears every signal that comes, until the bus is closed. */
  onSignal(listener: (signal: BusMessage) => void): void {
    this.#bus.connection.on("message", (message) => {
      if (message.type === SIGNAL) listener(message);
    });
  }

  /** Hears that the bus broke. */
  onBroken(listener: (error: RadioError) => void): void {
    this.#broken.catch((error: unknown) => listener(error as RadioError));
  }

  /** Puts an object where BlueZ reads it. */
  offer(object: object, path: string, description: object): void {
    this.#bus.exportInterface(object, path, description);
  }

  /** Hangs up; BlueZ ends whatever this connection began. */
  close(): void {
    this.#bus.connection.end();
  }
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
  "org.freedesktop.DBus.Error.UnknownInterface": ["RADIO_NO_ADAPTER", "BlueZ knows no such adapter"],
  "org.bluez.Error.NotReady": ["RADIO_OFF", "the adapter is switched off"],
  "org.bluez.Error.NotPermitted": ["RADIO_BUSY", "the adapter sends as many adverts as it can"],
  "org.bluez.Error.InProgress": ["RADIO_BUSY", "BlueZ is busy with the adapter"],
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

async function systemBus(): Promise<MessageBus> {
  const { default: dbus } = (await import(PACKAGE)) as { readonly default: { systemBus(): MessageBus } };
  return dbus.systemBus();
}
