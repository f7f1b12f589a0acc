import { arg, checkArguments, maybe, parameters } from "../../../core/argument.js";
import { ByteSource } from "./byte-source.js";
import { type CaptureNote, CaptureReadError } from "./capture-error.js";
import { type CapturedMessage, FidoDevices } from "./fido-devices.js";
import type { CapturedPacket, Noting } from "./packet.js";
import { pcapKind, pcapPackets } from "./pcap.js";
import { isPcapng, pcapngPackets } from "./pcapng.js";
import { isUsb, usbTransfer } from "./usb-transfer.js";

export interface UsbCaptureOptions {
  /** Hears what does not keep the rest from being read: a file that ends too early, reports that break the framing. */
  readonly onNote?: (note: CaptureNote) => void;
}

const OPTIONS = parameters<UsbCaptureOptions>({ onNote: maybe(arg.callable) });

/**
 * Reads the CTAPHID messages of a USB capture: pcap or pcapng, of usbmon (link types 189 and 220) or USBPcap (249).
 *
 * Messages come in the order in which they ended, those of all keys in the capture. Payloads are what went over the wire,
 * PINs' hashes and names of users among it: nothing is taken out. Memory does not grow with the file.
 *
 * @param chunks bytes of the file, in pieces of any size.
 * @returns messages with times in microseconds since the epoch.
 * @throws {CaptureReadError} `CAPTURE_FORMAT`, `CAPTURE_LINK_TYPE`, `CAPTURE_LENGTH`, `CAPTURE_STRUCTURE`
 *
 * @example
 * for await (const { atUs, direction, name, payload } of readUsbCapture(createReadStream("key.pcapng"))) {
 *   console.log(atUs, direction, name, payload.length);
 * }
 */
export function readUsbCapture(
  chunks: AsyncIterable<Uint8Array>,
  options: UsbCaptureOptions = {},
): AsyncGenerator<CapturedMessage, void, undefined> {
  checkArguments("readUsbCapture", { chunks: [arg.object, chunks], options: [OPTIONS, options] });
  return messagesOf(chunks, (told) => options.onNote?.(told));
}

async function* messagesOf(
  chunks: AsyncIterable<Uint8Array>,
  note: Noting,
): AsyncGenerator<CapturedMessage, void, undefined> {
  const source = new ByteSource(chunks);
  const devices = new FidoDevices(note);
  const foreign = new Set<number>();
  let usb = false;
  try {
    for await (const packet of await packetsOf(source, note)) {
      if (!isUsb(packet.linkType)) {
        foreign.add(packet.linkType);
        continue;
      }
      usb = true;
      const transfer = usbTransfer(packet);
      if (transfer) yield* devices.push(transfer);
    }
  } finally {
    await source.close();
  }
  if (!usb && foreign.size > 0) {
    const types = [...foreign].join(", ");
    throw new CaptureReadError("CAPTURE_LINK_TYPE", `packets of link type ${types} are no USB traffic`, {
      hint: "capture on usbmonN (Linux) or with USBPcap (Windows): link types 189, 220 and 249",
    });
  }
  devices.end();
}

async function packetsOf(source: ByteSource, note: Noting): Promise<AsyncIterable<CapturedPacket>> {
  const start = await source.peek(4);
  if (start !== undefined) {
    if (isPcapng(start)) return pcapngPackets(source, note);
    const kind = pcapKind(start);
    if (kind) return pcapPackets(source, kind, note);
  }
  throw new CaptureReadError("CAPTURE_FORMAT", "the file is neither pcap nor pcapng", {
    hint: "wireshark, tshark and dumpcap write both; decompress it first if it is compressed",
  });
}
