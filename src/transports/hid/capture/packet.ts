import { CaptureReadError, type CaptureNote } from "./capture-error.js";
import type { ByteSource } from "./byte-source.js";

/** A packet of a capture file, before anything of its content is known. */
export interface CapturedPacket {
  /** @see https://www.tcpdump.org/linktypes.html */
  readonly linkType: number;
  /** Microseconds since the epoch; absent where the file gives none. */
  readonly atUs: number | undefined;
  /** Byte order of the machine that captured, which Linux' USB headers have. */
  readonly littleEndian: boolean;
  /** The packet's beginning: as much as a report and its header take. */
  readonly bytes: DataView;
}

export type Noting = (note: CaptureNote) => void;

/** Longer packets are no USB traffic: the limit of capture programs for USB. */
export const PACKET_BYTES_MAX = 128 * 1024 * 1024;
/** What is kept of a packet; the rest is left out, as a report with its header takes 128 bytes. */
const KEPT_BYTES = 4096;

/**
 * Takes the data of a packet, as much of it as is of use.
 *
 * @returns undefined where the file ends before.
 * @throws {CaptureReadError} `CAPTURE_LENGTH`
 */
export async function takePacket(source: ByteSource, length: number): Promise<DataView | undefined> {
  if (length > PACKET_BYTES_MAX) {
    throw new CaptureReadError("CAPTURE_LENGTH", `a packet of ${length} bytes at byte ${source.offset}`);
  }
  const kept = Math.min(length, KEPT_BYTES);
  const bytes = await source.take(kept);
  return bytes !== undefined && (await source.skip(length - kept)) ? bytes : undefined;
}

export function noteTruncation(note: Noting, { offset }: ByteSource): void {
  note({ code: "CAPTURE_TRUNCATED", text: `the file ends inside a packet, at byte ${offset}` });
}
