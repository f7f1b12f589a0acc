import { shape } from "../../core/shape.js";
import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { fromHex } from "../../core/bytes.js";
import { HarnessError } from "../../core/errors.js";
import { printableLines } from "../../core/printable.js";
import type { TraceRecord } from "../../core/trace.js";

/** A trace holds nothing a capture could be made of. */
export class CaptureError extends HarnessError<
  /** Thrown when a trace has no CTAPHID report: the run used another transport than USB. */
  | "PCAP_NO_FRAMES"
  /** Report headers only: the trace was not made with full frames. */
  | "PCAP_HEADERS_ONLY"
  /** A report that is not hexadecimal. */
  | "PCAP_BAD_HEX"
> {}

/** @see https://www.tcpdump.org/linktypes.html, LINKTYPE_USB_LINUX_MMAPPED */
const LINKTYPE_USB_LINUX_MMAPPED = 220;

/** @see IETF draft-ietf-opsawg-pcapng, sections 4.1 (SHB), 4.2 (IDB), 4.3 (EPB) */
const BlockType = { section: 0x0a0d_0d0a, interface: 0x0000_0001, packet: 0x0000_0006 } as const;
const BYTE_ORDER_MAGIC = 0x1a2b_3c4d;

/** What the trace shows of a report when only headers were asked for: 7 bytes of a first packet, 5 of others. */
const HEADER_BYTES_MAX = 7;

/** Bytes of the pseudo header before each packet's data. @see Linux Documentation/usb/usbmon.rst, mmapped form */
const USB_HEADER_BYTES = 64;
const SUBMIT = 0x53;
const COMPLETE = 0x43;
const TRANSFER_INTERRUPT = 1;
const ENDPOINT_IN = 0x81;
const ENDPOINT_OUT = 0x01;
const DEVICE = 1;
const BUS = 1;
const SETUP_ABSENT = 0x2d;
const DATA_PRESENT = 0;
/** `-EINPROGRESS`: what a transfer that was only just submitted has for a status. */
const STATUS_IN_PROGRESS = -115;

const US_PER_MS = 1_000;
const US_PER_S = 1_000_000;

export interface PcapngOptions {
  /** What moment of the epoch the trace began at, in milliseconds; 0 by default, so that times count from the beginning. */
  readonly startEpochMs?: number;
  /** Text that analysers show for the whole capture and beside its first packet, such as the verdict. */
  readonly comment?: string;
}

const OPTIONS = parameters<PcapngOptions>({
  startEpochMs: maybe(arg.number),
  comment: maybe(shape.text),
});

/** @see draft-ietf-opsawg-pcapng, section 3.5: options of every block */
const OPTION_COMMENT = 1;
const OPTION_END = 0;
/** An option's length has 16 bits; no comment needs more than this. */
const COMMENT_BYTES_MAX = 0x7fff;

/**
 * The CTAPHID reports of a trace as a capture that Wireshark and tshark open (USB packets with a Linux header).
 *
 * Reports to the key are interrupt transfers as they were submitted, reports from it as they were completed.
 * Bus, device and endpoint numbers are made up: a trace does not know them.
 *
 * @throws {CaptureError} `PCAP_NO_FRAMES`, `PCAP_HEADERS_ONLY`, `PCAP_BAD_HEX`
 */
export function toPcapng(
  records: readonly TraceRecord[],
  options: PcapngOptions = {},
): Uint8Array<ArrayBuffer> {
  checkArguments("toPcapng", { records: [shape.list(arg.object), records], options: [OPTIONS, options] });
  const { startEpochMs = 0, comment } = options;
  const reports = records.filter((record) => record.kind === "link.hid");
  if (reports.length === 0) {
    throw new CaptureError("PCAP_NO_FRAMES", "no CTAPHID report is in the trace", {
      hint: "only keys on USB, real or simulated, speak CTAPHID",
    });
  }
  const packets = reports.map((record, index) => {
    const bytes = bytesOf(record.hex);
    if (bytes.length <= HEADER_BYTES_MAX) {
      throw new CaptureError("PCAP_HEADERS_ONLY", "the trace holds the headers of CTAPHID reports only", {
        hint: "record it with full frames (--frames full); headers are the default because reports carry names and ids",
      });
    }
    const atUs = Math.round((startEpochMs + record.atMs) * US_PER_MS);
    const packet = usbPacket({ id: index + 1, atUs, incoming: record.direction === "in", bytes });
    return packetBlock(packet, atUs, index === 0 ? commentOption(comment) : NO_OPTIONS);
  });
  return concat([sectionBlock(commentOption(comment)), interfaceBlock(), ...packets]);
}

function bytesOf(hex: string): Uint8Array {
  try {
    return fromHex(hex);
  } catch (cause) {
    throw new CaptureError("PCAP_BAD_HEX", "a CTAPHID report of the trace is not hexadecimal", { cause });
  }
}

interface UsbPacket {
  readonly id: number;
  readonly atUs: number;
  readonly incoming: boolean;
  readonly bytes: Uint8Array;
}

function usbPacket({ id, atUs, incoming, bytes }: UsbPacket): Uint8Array {
  const packet = new Uint8Array(USB_HEADER_BYTES + bytes.length);
  const view = new DataView(packet.buffer);
  view.setBigUint64(0, BigInt(id), true);
  view.setUint8(8, incoming ? COMPLETE : SUBMIT);
  view.setUint8(9, TRANSFER_INTERRUPT);
  view.setUint8(10, incoming ? ENDPOINT_IN : ENDPOINT_OUT);
  view.setUint8(11, DEVICE);
  view.setUint16(12, BUS, true);
  view.setUint8(14, SETUP_ABSENT);
  view.setUint8(15, DATA_PRESENT);
  view.setBigInt64(16, BigInt(Math.floor(atUs / US_PER_S)), true);
  view.setInt32(24, atUs % US_PER_S, true);
  view.setInt32(28, incoming ? 0 : STATUS_IN_PROGRESS, true);
  view.setUint32(32, bytes.length, true);
  view.setUint32(36, bytes.length, true);
  packet.set(bytes, USB_HEADER_BYTES);
  return packet;
}

const NO_OPTIONS = new Uint8Array();

/** A comment and the end of the options; nothing where there is no comment. */
function commentOption(comment = ""): Uint8Array {
  const bytes = utf8Within(printableLines(comment), COMMENT_BYTES_MAX);
  if (bytes.length === 0) return NO_OPTIONS;
  const option = new Uint8Array(4 + Math.ceil(bytes.length / 4) * 4 + 4);
  const view = new DataView(option.buffer);
  view.setUint16(0, OPTION_COMMENT, true);
  view.setUint16(2, bytes.length, true);
  option.set(bytes, 4);
  view.setUint16(option.length - 4, OPTION_END, true);
  return option;
}

/** Encodes the beginning of a text in at most so many bytes, without half a character at its end. */
function utf8Within(text: string, bytesMax: number): Uint8Array {
  const bytes = new Uint8Array(bytesMax);
  const { written } = new TextEncoder().encodeInto(text, bytes);
  return bytes.subarray(0, written);
}

function sectionBlock(options: Uint8Array): Uint8Array {
  const body = new DataView(new ArrayBuffer(16));
  body.setUint32(0, BYTE_ORDER_MAGIC, true);
  body.setUint16(4, 1, true);
  // The length of the section is not given: -1 in 64 bits.
  body.setBigInt64(8, -1n, true);
  return block(BlockType.section, concat([bodyOf(body), options]));
}

function interfaceBlock(): Uint8Array {
  const body = new DataView(new ArrayBuffer(8));
  body.setUint16(0, LINKTYPE_USB_LINUX_MMAPPED, true);
  return block(BlockType.interface, bodyOf(body));
}

/** Times are in microseconds, which is what an interface without options has. */
function packetBlock(packet: Uint8Array, atUs: number, options: Uint8Array): Uint8Array {
  const head = new DataView(new ArrayBuffer(20));
  head.setUint32(4, Math.floor(atUs / 2 ** 32), true);
  head.setUint32(8, atUs % 2 ** 32, true);
  head.setUint32(12, packet.length, true);
  head.setUint32(16, packet.length, true);
  const padding = new Uint8Array((4 - (packet.length % 4)) % 4);
  return block(BlockType.packet, concat([bodyOf(head), packet, padding, options]));
}

/** Type, length, body padded to 32 bits, length again. */
function block(type: number, body: Uint8Array): Uint8Array {
  const padded = Math.ceil(body.length / 4) * 4;
  const bytes = new Uint8Array(padded + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, bytes.length, true);
  bytes.set(body, 8);
  view.setUint32(bytes.length - 4, bytes.length, true);
  return bytes;
}

function bodyOf(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer);
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
