/** USB captures for tests: packets by the structures of their documents, and files that hold them, all by hand. */

/** A moment on a USB bus, as a test tells it. */
export interface BusEvent {
  readonly atUs: number;
  readonly direction: "in" | "out";
  /** Hexadecimal. */
  readonly data: string;
  readonly device?: number;
  readonly endpoint?: number;
  readonly transfer?: "interrupt" | "control" | "bulk";
  /** The other of the two events that a transfer has; the one with its data by default. */
  readonly event?: "S" | "C";
  readonly status?: number;
  /** Bytes of the transfer, where not all were captured. */
  readonly length?: number;
}

export const BUS = 3;
export const DEVICE = 7;

const TYPES = { interrupt: 1, control: 2, bulk: 3 } as const;

/** `struct usbmon_packet` of Linux Documentation/usb/usbmon.rst: 48 bytes, or 64 of the mmapped form. */
export function usbmonPacket(event: BusEvent, headerBytes: 48 | 64, littleEndian = true): Buffer {
  const { atUs, direction, device = DEVICE, endpoint = 1, transfer = "interrupt", status = 0 } = event;
  const data = Buffer.from(event.data, "hex");
  const head = new DataView(new ArrayBuffer(headerBytes));
  head.setBigUint64(0, 0xffff_8880_1234_5678n, littleEndian);
  head.setUint8(8, (event.event ?? (direction === "in" ? "C" : "S")).charCodeAt(0));
  head.setUint8(9, TYPES[transfer]);
  head.setUint8(10, endpoint | (direction === "in" ? 0x80 : 0));
  head.setUint8(11, device);
  head.setUint16(12, BUS, littleEndian);
  head.setUint8(14, 0x2d);
  head.setUint8(15, data.length > 0 ? 0 : 0x3c);
  head.setBigInt64(16, BigInt(Math.floor(atUs / 1e6)), littleEndian);
  head.setInt32(24, atUs % 1e6, littleEndian);
  head.setInt32(28, status, littleEndian);
  head.setUint32(32, event.length ?? data.length, littleEndian);
  head.setUint32(36, data.length, littleEndian);
  return Buffer.concat([Buffer.from(head.buffer), data]);
}

/** USBPCAP_BUFFER_PACKET_HEADER of the USBPcap capture format: 27 bytes, little-endian. */
export function usbpcapPacket(event: BusEvent): Buffer {
  const { direction, device = DEVICE, endpoint = 1, transfer = "interrupt", status = 0 } = event;
  const data = Buffer.from(event.data, "hex");
  const head = Buffer.alloc(27);
  head.writeUInt16LE(27, 0);
  head.writeBigUInt64LE(0xffff_8880_1234_5678n, 2);
  head.writeInt32LE(status, 10);
  head.writeUInt16LE(9, 14); // URB_FUNCTION_BULK_OR_INTERRUPT_TRANSFER
  head.writeUInt8((event.event ?? (direction === "in" ? "C" : "S")) === "C" ? 1 : 0, 16);
  head.writeUInt16LE(BUS, 17);
  head.writeUInt16LE(device, 19);
  head.writeUInt8(endpoint | (direction === "in" ? 0x80 : 0), 21);
  head.writeUInt8(TYPES[transfer], 22);
  head.writeUInt32LE(event.length ?? data.length, 23);
  return Buffer.concat([head, data]);
}

/** Packets with the moments that a file gives them. */
export interface TimedPacket {
  readonly atUs: number;
  readonly bytes: Buffer;
}

/** A pcap file in either byte order, with microseconds. */
export function pcapFile(linkType: number, packets: readonly TimedPacket[], littleEndian = true): Buffer {
  const head = new DataView(new ArrayBuffer(24));
  head.setUint32(0, 0xa1b2c3d4, littleEndian);
  head.setUint16(4, 2, littleEndian);
  head.setUint16(6, 4, littleEndian);
  head.setUint32(16, 262_144, littleEndian);
  head.setUint32(20, linkType, littleEndian);
  const records = packets.map(({ atUs, bytes }) => {
    const record = new DataView(new ArrayBuffer(16));
    record.setUint32(0, Math.floor(atUs / 1e6), littleEndian);
    record.setUint32(4, atUs % 1e6, littleEndian);
    record.setUint32(8, bytes.length, littleEndian);
    record.setUint32(12, bytes.length, littleEndian);
    return Buffer.concat([Buffer.from(record.buffer), bytes]);
  });
  return Buffer.concat([Buffer.from(head.buffer), ...records]);
}

/** What `text2pcap -r` reads: a moment in seconds and the bytes, one packet a line. */
export function text2pcapLines(packets: readonly TimedPacket[]): string {
  const seconds = (atUs: number) => `${Math.floor(atUs / 1e6)}.${String(atUs % 1e6).padStart(6, "0")}`;
  return packets.map(({ atUs, bytes }) => `${seconds(atUs)} ${bytes.toString("hex")}\n`).join("");
}

/** One line a message, `out` or `in` and then header and payload, put together from reports in the simplest way. */
export function ctaphidLines(
  reports: readonly { readonly direction: string; readonly hex: string }[],
): readonly string[] {
  const lines: string[] = [];
  const begun = new Map<string, string>();
  for (const { direction, hex } of reports) {
    const begins = (parseInt(hex.slice(8, 10), 16) & 0x80) !== 0;
    const line = begins ? hex : (begun.get(direction) ?? "") + hex.slice(10);
    begun.set(direction, line);
    const length = 14 + 2 * parseInt(line.slice(10, 14), 16);
    if (line.length >= length) lines.push(`${direction} ${line.slice(0, length)}`);
  }
  return lines;
}

/** The same line of a message that the reader gave. */
export function ctaphidLine(message: {
  readonly direction: string;
  readonly channel: number;
  readonly command: number;
  readonly payload: Uint8Array;
}): string {
  const head = Buffer.alloc(7);
  head.writeUInt32BE(message.channel, 0);
  head.writeUInt8(message.command | 0x80, 4);
  head.writeUInt16BE(message.payload.length, 5);
  return `${message.direction} ${head.toString("hex")}${Buffer.from(message.payload).toString("hex")}`;
}
