import { isHarnessError } from "../../../core/errors.js";
import {
  BROADCAST_CHANNEL,
  HidCommand,
  INIT_PACKET_BIT,
  REPORT_BYTES,
  RESERVED_CHANNEL,
} from "../constants.js";
import { type HidMessage, MessageAssembler, channelOf, isInitPacket, lengthOf } from "../framing.js";
import type { Noting } from "./packet.js";
import type { UsbTransfer } from "./usb-transfer.js";

/** One CTAPHID message of a capture, whole. */
export interface CapturedMessage extends HidMessage {
  /** When its first report was on the bus, in microseconds since the epoch. */
  readonly atUs: number;
  /** When its last report was. */
  readonly endUs: number;
  /** `in`: from the key. */
  readonly direction: "in" | "out";
  readonly bus: number;
  readonly device: number;
  readonly endpoint: number;
  /** `INIT`, `CBOR`, `KEEPALIVE` and so on; `0x42` for a command that has no name. */
  readonly name: string;
  /** How many reports it took. */
  readonly reports: number;
}

/** Reports kept of a device that has not shown yet whether it is a FIDO device: two of the longest messages. */
const HELD_MAX = 258;
/** Channels of one device and direction whose messages are put together at once. */
const CHANNELS_MAX = 64;
/** Devices looked at in one capture; a bus has 127. */
const DEVICES_MAX = 1_024;

/** The beginning of a FIDO key's report descriptor: usage page 0xF1D0. @see CTAP 2.2 §11.2.8.2 */
const FIDO_USAGE_PAGE: readonly number[] = [0x06, 0xd0, 0xf1];

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(HidCommand).map(([name, command]) => [command, name]),
);

interface Report {
  readonly transfer: UsbTransfer;
  readonly atUs: number;
}

interface Assembly {
  readonly assembler: MessageAssembler;
  startUs: number;
  reports: number;
}

/**
 * Tells FIDO keys from the other devices of a capture, and puts their messages together.
 *
 * A device is one when its report descriptor says so, when a channel is asked for (CTAPHID_INIT), or when a capture that
 * began later has a request and an answer on one channel. What came before that moment is not lost.
 */
export class FidoDevices {
  readonly #note: Noting;
  readonly #devices = new Map<string, FidoDevice>();

  constructor(note: Noting) {
    this.#note = note;
  }

  /** Takes the next event of the bus; gives the messages that it completes. */
  push(transfer: UsbTransfer): readonly CapturedMessage[] {
    const id = `${transfer.bus}.${transfer.device}`;
    let device = this.#devices.get(id);
    if (device === undefined) {
      if (this.#devices.size >= DEVICES_MAX) return [];
      device = new FidoDevice(this.#note);
      this.#devices.set(id, device);
    }
    return device.push(transfer);
  }

  /** Says what had not ended when the capture did. */
  end(): void {
    for (const device of this.#devices.values()) device.end();
  }
}

class FidoDevice {
  readonly #note: Noting;
  readonly #assemblies = new Map<string, Assembly>();
  #isFido = false;
  #held: Report[] = [];
  #lost = 0;

  constructor(note: Noting) {
    this.#note = note;
  }

  push(transfer: UsbTransfer): readonly CapturedMessage[] {
    const { type, incoming, event, status, atUs, data } = transfer;
    if (type === "control") return this.#control(transfer);
    if (type !== "interrupt" || transfer.dataLength === 0) return [];
    // What is sent is in the event that submits it, what is received in the one that completes it.
    if ((event === "completed") !== incoming) {
      if (!incoming && status !== 0 && this.#isFido) {
        this.#tell("CAPTURE_TRANSFER_FAILED", `a report did not reach the key: status ${status}`, atUs);
      }
      return [];
    }
    if (transfer.dataLength !== REPORT_BYTES) return [];
    if (data.length < REPORT_BYTES) {
      if (this.#isFido) this.#tell("CAPTURE_CUT_REPORT", `${data.length} of ${REPORT_BYTES} bytes`, atUs);
      return [];
    }
    if (atUs === undefined) {
      this.#tell("CAPTURE_NO_TIME", "a report without a time was left out", undefined);
      return [];
    }
    return this.#isFido ? this.#assemble({ transfer, atUs }) : this.#hold({ transfer, atUs });
  }

  end(): void {
    for (const { assembler, startUs } of this.#assemblies.values()) {
      if (assembler.pending)
        this.#tell("CAPTURE_UNFINISHED", "a message was not captured to its end", startUs);
    }
    if (this.#isFido && this.#lost > 0) {
      const text = `${this.#lost} reports before the first that shows a FIDO device were left out`;
      this.#tell("CAPTURE_REPORTS_LOST", text, undefined);
    }
  }

  #control({ incoming, event, data }: UsbTransfer): readonly CapturedMessage[] {
    const isDescriptor = incoming && event === "completed";
    if (!isDescriptor || !FIDO_USAGE_PAGE.every((byte, at) => data[at] === byte)) return [];
    return this.#recognise();
  }

  #hold(report: Report): readonly CapturedMessage[] {
    if (this.#held.length >= HELD_MAX) {
      this.#held.shift();
      this.#lost += 1;
    }
    this.#held.push(report);
    return showsFido(this.#held, report) ? this.#recognise() : [];
  }

  #recognise(): readonly CapturedMessage[] {
    this.#isFido = true;
    const held = this.#held;
    this.#held = [];
    return held.flatMap((report) => this.#assemble(report));
  }

  #assemble({ transfer, atUs }: Report): readonly CapturedMessage[] {
    const { data } = transfer;
    const assembly = this.#assemblyOf(transfer);
    if (isInitPacket(data)) {
      if (assembly.assembler.pending) {
        this.#tell("HID_UNEXPECTED_START", "a message was given up for another one", atUs);
        assembly.assembler.reset();
      }
      assembly.startUs = atUs;
      assembly.reports = 0;
    }
    assembly.reports += 1;
    let message: HidMessage | undefined;
    try {
      message = assembly.assembler.push(data);
    } catch (error) {
      if (!isHarnessError(error)) throw error;
      this.#tell(error.code, error.message, atUs);
    }
    if (message === undefined) return [];
    const { bus, device, endpoint, incoming } = transfer;
    const direction = incoming ? "in" : "out";
    const { startUs, reports } = assembly;
    const name = NAMES.get(message.command) ?? `0x${message.command.toString(16).padStart(2, "0")}`;
    return [{ ...message, name, atUs: startUs, endUs: atUs, direction, bus, device, endpoint, reports }];
  }

  /** One for each direction and channel: what one program sends must not disturb another's message. */
  #assemblyOf({ data, incoming }: UsbTransfer): Assembly {
    const id = `${incoming ? "in" : "out"}.${channelOf(data)}`;
    const known = this.#assemblies.get(id);
    const assembly = known ?? { assembler: new MessageAssembler(), startUs: 0, reports: 0 };
    // Re-inserted: the one used least recently is the first.
    this.#assemblies.delete(id);
    this.#assemblies.set(id, assembly);
    const [oldest] = this.#assemblies.keys();
    if (this.#assemblies.size > 2 * CHANNELS_MAX && oldest !== undefined) this.#assemblies.delete(oldest);
    return assembly;
  }

  #tell(code: string, text: string, atUs: number | undefined): void {
    this.#note({ code, text, ...(atUs !== undefined && { atUs }) });
  }
}

/** Whether the latest of these reports shows that a FIDO key sends or receives them. */
function showsFido(reports: readonly Report[], { transfer }: Report): boolean {
  const { data, incoming } = transfer;
  if (!looksLikeCtapHid(data)) return false;
  const channel = channelOf(data);
  if (channel === BROADCAST_CHANNEL) return commandOf(data) === HidCommand.INIT;
  if (!incoming) return false;
  // A capture that began in the middle: an answer on the channel of a request.
  const asked = (report: Report) =>
    !report.transfer.incoming &&
    channelOf(report.transfer.data) === channel &&
    looksLikeCtapHid(report.transfer.data);
  return reports.some(asked);
}

/** Whether a report could begin a message of CTAPHID: a channel, a known command, a length that it can have. */
function looksLikeCtapHid(data: Uint8Array): boolean {
  if (!isInitPacket(data) || channelOf(data) === RESERVED_CHANNEL) return false;
  const length = lengthOf(data);
  switch (commandOf(data)) {
    case HidCommand.INIT:
      return length === 8 || length >= 17;
    case HidCommand.KEEPALIVE:
    case HidCommand.ERROR:
      return length === 1;
    case HidCommand.CANCEL:
      return length === 0;
    case HidCommand.CBOR:
    case HidCommand.MSG:
      return length >= 1;
    default:
      return NAMES.has(commandOf(data));
  }
}

function commandOf(data: Uint8Array): number {
  return (data[4] ?? 0) & ~INIT_PACKET_BIT;
}
