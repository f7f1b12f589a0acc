import type { CapturedPacket } from "./packet.js";

/** @see https://www.tcpdump.org/linktypes.html */
export const LinkType = { USB_LINUX: 189, USB_LINUX_MMAPPED: 220, USBPCAP: 249 } as const;

export type TransferType = "isochronous" | "interrupt" | "control" | "bulk";

/** One event of a transfer on the bus: a host that asked for it, or the controller that ended it. */
export interface UsbTransfer {
  /** Microseconds since the epoch; absent where neither file nor header give any. */
  readonly atUs: number | undefined;
  readonly bus: number;
  readonly device: number;
  /** Without the direction's bit. */
  readonly endpoint: number;
  readonly incoming: boolean;
  readonly type: TransferType;
  readonly event: "submitted" | "completed";
  /** 0 where it went well; otherwise the number of the system that captured. */
  readonly status: number;
  /** What was captured of the data. */
  readonly data: Uint8Array;
  /** Bytes the transfer had. */
  readonly dataLength: number;
}

const LINUX_TYPES: readonly TransferType[] = ["isochronous", "interrupt", "control", "bulk"];
const LINUX_HEADER_BYTES = 48;
const LINUX_MMAPPED_HEADER_BYTES = 64;
const SUBMITTED = 0x53;
const COMPLETED = 0x43;
const IN = 0x80;

const USBPCAP_HEADER_BYTES = 27;

/** Whether packets of that type are USB traffic that is understood here. */
export function isUsb(linkType: number): boolean {
  return Object.values(LinkType).some((known) => known === linkType);
}

/** Reads a packet as an event on a USB bus. @returns undefined for what is none, or is cut inside its header. */
export function usbTransfer(packet: CapturedPacket): UsbTransfer | undefined {
  switch (packet.linkType) {
    case LinkType.USB_LINUX:
      return ofLinux(packet, LINUX_HEADER_BYTES);
    case LinkType.USB_LINUX_MMAPPED:
      return ofLinux(packet, LINUX_MMAPPED_HEADER_BYTES);
    case LinkType.USBPCAP:
      return ofUsbPcap(packet);
    default:
      return undefined;
  }
}

/** @see Linux Documentation/usb/usbmon.rst, struct usbmon_packet; in the byte order of the machine that captured. */
function ofLinux(
  { bytes, littleEndian, atUs }: CapturedPacket,
  headerBytes: number,
): UsbTransfer | undefined {
  if (bytes.byteLength < headerBytes) return undefined;
  const kind = bytes.getUint8(8);
  const type = LINUX_TYPES[bytes.getUint8(9)];
  if (type === undefined || (kind !== SUBMITTED && kind !== COMPLETED)) return undefined;
  const endpoint = bytes.getUint8(10);
  const seconds = Number(bytes.getBigInt64(16, littleEndian));
  const present = bytes.getUint32(36, littleEndian);
  return {
    atUs: atUs ?? seconds * 1_000_000 + bytes.getInt32(24, littleEndian),
    bus: bytes.getUint16(12, littleEndian),
    device: bytes.getUint8(11),
    endpoint: endpoint & ~IN,
    incoming: (endpoint & IN) !== 0,
    type,
    event: kind === SUBMITTED ? "submitted" : "completed",
    status: bytes.getInt32(28, littleEndian),
    data: dataOf(bytes, headerBytes, present),
    dataLength: bytes.getUint32(32, littleEndian),
  };
}

/** @see USBPcap capture format specification, USBPCAP_BUFFER_PACKET_HEADER; little-endian on every machine. */
function ofUsbPcap({ bytes, atUs }: CapturedPacket): UsbTransfer | undefined {
  if (bytes.byteLength < USBPCAP_HEADER_BYTES) return undefined;
  const headerBytes = bytes.getUint16(0, true);
  const type = LINUX_TYPES[bytes.getUint8(22)];
  if (type === undefined || headerBytes < USBPCAP_HEADER_BYTES) return undefined;
  const endpoint = bytes.getUint8(21);
  const dataLength = bytes.getUint32(23, true);
  return {
    atUs,
    bus: bytes.getUint16(17, true),
    device: bytes.getUint16(19, true),
    endpoint: endpoint & ~IN,
    incoming: (endpoint & IN) !== 0,
    type,
    event: (bytes.getUint8(16) & 1) === 0 ? "submitted" : "completed",
    status: bytes.getInt32(10, true),
    data: dataOf(bytes, headerBytes, dataLength),
    dataLength,
  };
}

/** A copy: the packet's memory is the file's. */
function dataOf(bytes: DataView, from: number, length: number): Uint8Array {
  const start = Math.min(from, bytes.byteLength);
  const end = Math.min(start + length, bytes.byteLength);
  return new Uint8Array(bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + end));
}
