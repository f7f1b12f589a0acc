import { concat } from "../../core/bytes.js";
import type { Env } from "../../core/env.js";
import { AsyncQueue } from "../../core/queue.js";
import { within } from "../../core/within.js";
import { type AdvertisingPdus, encodeAdvertisingData, type ServiceData } from "./advertising-data.js";
import {
  type AdvertisingCommands,
  extendedCommands,
  EXTENDED_BYTES_MAX,
  hasExtendedAdvertising,
  type HciCommand,
} from "./hci-extended.js";
import { LEGACY_ADVERTISING_BYTES_MAX } from "../protocol/constants.js";
import { hciEventFilter } from "./hci-filter.js";
import { radioFailure, RadioError } from "./radio-error.js";

/** What of a raw HCI socket is used here: the package's, or a test's stand-in. */
export interface HciSocket {
  bindRaw(adapter: number): unknown;
  isDevUp(): boolean;
  setFilter(filter: Buffer): void;
  start(): void;
  stop(): void;
  write(packet: Buffer): void;
  on(event: "data", listener: (packet: Uint8Array) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
}

export interface HciOptions {
  /** The N of hciN; 0 by default. */
  readonly adapter?: number;
  /** Where sockets come from; the package bluetooth-hci-socket by default. */
  readonly open?: (() => Promise<HciSocket>) | undefined;
  /** Which packets carry the advert; `auto` by default. */
  readonly pdus?: AdvertisingPdus | undefined;
  /** Lets devices connect to the sender; not by default. */
  readonly connectable?: boolean | undefined;
}

/** An optional peer dependency; a name in a variable lets a bundler leave the import to run time. */
const PACKAGE: string = "@abandonware/bluetooth-hci-socket";

/** @see Bluetooth Core Vol 4 Part A §2, Vol 4 Part E §7.7.14 and §7.8 */
const PacketType = { COMMAND: 0x01, EVENT: 0x04 } as const;
const EVENT_COMMAND_COMPLETE = 0x0e;
const LeCommand = {
  READ_FEATURES: 0x2003,
  SET_PARAMETERS: 0x2006,
  SET_DATA: 0x2008,
  SET_ENABLE: 0x200a,
} as const;

const ADVERTISING_CONNECTABLE = 0x00;
const ADVERTISING_NONCONNECTABLE = 0x03;
const ALL_CHANNELS = 0x07;
/** General discoverable, no classic Bluetooth: what every phone says. */
const FLAGS = 0x06;

/** Units of 0.625 ms: 100 ms and 500 ms. Source: the reference phone of webauthn-rs */
const INTERVAL_MIN = 160;
const INTERVAL_MAX = 800;

/** Where the values of a Command Complete event begin, behind its status. */
const VALUES_AT = 7;

/** A controller answers within a few milliseconds, or is not there any more; a busy machine hands its answer on seconds later. */
const ANSWER_MS = 10_000;

/** An advert on the air; stops when disposed of. */
export interface OnAir extends AsyncDisposable {
  readonly label: string;
}

/**
 * Advertises through raw HCI commands, for machines on which no bluetoothd runs.
 *
 * A controller with extended advertising is told by its commands throughout: once it got one of them, it refuses the older
 * ones.
 *
 * @throws {RadioError} `NATIVE_MISSING`, `RADIO_NO_ADAPTER`, `PERMISSION_DENIED`, `RADIO_OFF`, `RADIO_BUSY`,
 *   `RADIO_ADVERT_TOO_LONG`, `RADIO_NO_EXTENDED`, `RADIO_FAILED`
 * @see Bluetooth Core Vol 4 Part E §3.1.1 (legacy and extended advertising)
 */
export async function advertiseOverHci(
  env: Env,
  service: ServiceData,
  { adapter = 0, open = openSocket, pdus = "auto", connectable = false }: HciOptions = {},
): Promise<OnAir> {
  const { data, isLong } = fitted(service, pdus);
  const controller = new Controller(env, await load(open));
  let stop: HciCommand;
  try {
    controller.start(adapter);
    const features = await controller.send({ opcode: LeCommand.READ_FEATURES, operands: new Uint8Array(0) });
    const isCapable = hasExtendedAdvertising(features);
    const isExtended = isLong || pdus === "extended";
    if (isExtended && !isCapable) {
      throw new RadioError("RADIO_NO_EXTENDED", `hci${adapter} has no LE extended advertising`);
    }
    const range = { min: INTERVAL_MIN, max: INTERVAL_MAX };
    const commands = isCapable
      ? extendedCommands(data, { isExtended, connectable, range })
      : legacyCommands(data, connectable);
    stop = commands.stop;
    // Left on by a program that died: parameters cannot be changed while it is.
    await controller.send(stop).catch(() => {});
    for (const command of commands.start) await controller.send(command);
  } catch (error) {
    controller.stop();
    throw error;
  }
  return {
    label: `hci${adapter}`,
    async [Symbol.asyncDispose]() {
      try {
        await controller.send(stop);
      } finally {
        controller.stop();
      }
    },
  };
}

interface HciAnswer {
  readonly opcode: number;
  readonly status: number;
  readonly values: Uint8Array;
}

/** Commands to a controller, one at a time, each with its answer. */
class Controller {
  readonly #env: Env;
  readonly #socket: HciSocket;
  readonly #answers = new AsyncQueue<HciAnswer>();

  constructor(env: Env, socket: HciSocket) {
    this.#env = env;
    this.#socket = socket;
    socket.on("data", (packet) => this.#receive(packet));
    socket.on("error", (error) => this.#answers.close(radioFailure(PACKAGE, error)));
  }

  start(adapter: number): void {
    let isUp: boolean;
    try {
      this.#socket.bindRaw(adapter);
      this.#socket.setFilter(Buffer.from(hciEventFilter(PacketType.EVENT, EVENT_COMMAND_COMPLETE)));
      this.#socket.start();
      isUp = this.#socket.isDevUp();
    } catch (cause) {
      throw radioFailure(PACKAGE, cause);
    }
    if (!isUp) throw new RadioError("RADIO_OFF", `hci${adapter} is switched off`);
  }

  stop(): void {
    this.#answers.close();
    this.#socket.stop();
  }

  /** @returns what the answer holds behind its status. */
  async send({ opcode, operands }: HciCommand): Promise<Uint8Array> {
    const header = Uint8Array.of(PacketType.COMMAND, opcode & 0xff, opcode >> 8, operands.length);
    const budget = { timer: "radio.hci", budgetMs: ANSWER_MS, aftermath: "unknown" } as const;
    const { status, values } = await within(this.#env, budget, async (signal) => {
      this.#socket.write(Buffer.from(concat(header, operands)));
      for (;;) {
        const answer = await this.#answers.next(signal);
        if (answer === undefined) throw new RadioError("RADIO_FAILED", "the HCI socket was closed");
        if (answer.opcode === opcode) return answer;
      }
    });
    if (status !== 0) throw refused(opcode, status);
    return values;
  }

  #receive(packet: Uint8Array): void {
    const [type, event, , , low = 0, high = 0, status = 0] = packet;
    if (type !== PacketType.EVENT || event !== EVENT_COMMAND_COMPLETE) return;
    this.#answers.put({
      opcode: low | (high << 8),
      status,
      values: Uint8Array.from(packet.subarray(VALUES_AT)),
    });
  }
}

/** @see Bluetooth Core Vol 1 Part F §1.3 (error codes) */
function refused(opcode: number, status: number): RadioError {
  const text = `HCI command 0x${opcode.toString(16)} answered 0x${status.toString(16).padStart(2, "0")}`;
  // Command disallowed, and limit reached: another program advertises.
  return new RadioError(status === 0x0c || status === 0x43 ? "RADIO_BUSY" : "RADIO_FAILED", text);
}

/**
 * Advertising data, with Flags where they fit a legacy packet: a suffix of CTAP 2.3 needs their room.
 *
 * @throws {RadioError} `RADIO_ADVERT_TOO_LONG`
 */
function fitted(service: ServiceData, pdus: AdvertisingPdus): { data: Uint8Array; isLong: boolean } {
  const withFlags = encodeAdvertisingData(service, { flags: FLAGS });
  if (withFlags.length <= LEGACY_ADVERTISING_BYTES_MAX) return { data: withFlags, isLong: false };
  const bare = encodeAdvertisingData(service);
  const max = pdus === "legacy" ? LEGACY_ADVERTISING_BYTES_MAX : EXTENDED_BYTES_MAX;
  if (bare.length <= LEGACY_ADVERTISING_BYTES_MAX && pdus !== "extended")
    return { data: bare, isLong: false };
  const data = pdus !== "legacy" && withFlags.length <= max ? withFlags : bare;
  if (data.length <= max) return { data, isLong: true };
  throw new RadioError(
    "RADIO_ADVERT_TOO_LONG",
    `${data.length} bytes, and ${pdus} advertising carries ${max}`,
  );
}

function legacyCommands(packet: Uint8Array, connectable: boolean): AdvertisingCommands {
  const parameters = new Uint8Array(15);
  const view = new DataView(parameters.buffer);
  view.setUint16(0, INTERVAL_MIN, true);
  view.setUint16(2, INTERVAL_MAX, true);
  parameters[4] = connectable ? ADVERTISING_CONNECTABLE : ADVERTISING_NONCONNECTABLE;
  parameters[13] = ALL_CHANNELS;
  const data = new Uint8Array(1 + LEGACY_ADVERTISING_BYTES_MAX);
  data.set(concat(Uint8Array.of(packet.length), packet));
  return {
    start: [
      { opcode: LeCommand.SET_PARAMETERS, operands: parameters },
      { opcode: LeCommand.SET_DATA, operands: data },
      { opcode: LeCommand.SET_ENABLE, operands: Uint8Array.of(1) },
    ],
    stop: { opcode: LeCommand.SET_ENABLE, operands: Uint8Array.of(0) },
  };
}

async function load(open: () => Promise<HciSocket>): Promise<HciSocket> {
  try {
    return await open();
  } catch (cause) {
    throw radioFailure(PACKAGE, cause);
  }
}

async function openSocket(): Promise<HciSocket> {
  const { default: Socket } = (await import(PACKAGE)) as { readonly default: new () => HciSocket };
  return new Socket();
}
