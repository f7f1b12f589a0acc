import type { ByteSource } from "./byte-source.js";
import { type CapturedPacket, type Noting, noteTruncation, takePacket } from "./packet.js";

const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
const US_PER_S = 1_000_000;

/** How many parts of a second the second time field counts, by the file's first four bytes. */
const PARTS_PER_US: ReadonlyMap<number, number> = new Map([
  [0xa1b2_c3d4, 1],
  [0xa1b2_3c4d, 1_000],
]);

/** Byte order and fineness of a pcap file, read off its first four bytes. */
export interface PcapKind {
  readonly littleEndian: boolean;
  readonly partsPerUs: number;
}

/** @returns undefined for what is no pcap file. */
export function pcapKind(start: DataView): PcapKind | undefined {
  for (const littleEndian of [true, false]) {
    const partsPerUs = PARTS_PER_US.get(start.getUint32(0, littleEndian));
    if (partsPerUs !== undefined) return { littleEndian, partsPerUs };
  }
  return undefined;
}

/**
 * Packets of a pcap file, in its order.
 *
 * @throws {CaptureReadError} `CAPTURE_LENGTH`
 * @see IETF draft-ietf-opsawg-pcap §4 (file header), §5 (packet record)
 */
export async function* pcapPackets(
  source: ByteSource,
  { littleEndian, partsPerUs }: PcapKind,
  note: Noting,
): AsyncGenerator<CapturedPacket, void, undefined> {
  const head = await source.take(FILE_HEADER_BYTES);
  if (head === undefined) return noteTruncation(note, source);
  // The upper half says whether frame check sequences are there.
  const linkType = head.getUint32(20, littleEndian) & 0xffff;
  while (!(await source.ended())) {
    const record = await source.take(RECORD_HEADER_BYTES);
    if (record === undefined) return noteTruncation(note, source);
    const parts = record.getUint32(4, littleEndian);
    const atUs = record.getUint32(0, littleEndian) * US_PER_S + Math.floor(parts / partsPerUs);
    const bytes = await takePacket(source, record.getUint32(8, littleEndian));
    if (bytes === undefined) return noteTruncation(note, source);
    yield { linkType, atUs, littleEndian, bytes };
  }
}
