import { CaptureReadError } from "./capture-error.js";
import type { ByteSource } from "./byte-source.js";
import { type CapturedPacket, type Noting, PACKET_BYTES_MAX, noteTruncation, takePacket } from "./packet.js";

/** @see IETF draft-ietf-opsawg-pcapng §4.1 to §4.4, §B (obsolete packet block) */
const Block = { SECTION: 0x0a0d_0d0a, INTERFACE: 1, OLD_PACKET: 2, SIMPLE: 3, PACKET: 6 } as const;
const BYTE_ORDER_MAGIC = 0x1a2b_3c4d;

/** Type and length before a block's body, length once more behind it. */
const HEAD_BYTES = 8;
const TAIL_BYTES = 4;
/** Room for what surrounds the data of the longest packet. */
const BLOCK_BYTES_MAX = PACKET_BYTES_MAX + 4096;
/** Interfaces of one section; more is no capture of USB. */
const INTERFACES_MAX = 1_024;
/** An interface's description; its options are a few short texts. */
const DESCRIPTION_BYTES_MAX = 64 * 1024;

const Option = { END: 0, TIME_RESOLUTION: 9, TIME_OFFSET: 14 } as const;

interface Interface {
  readonly linkType: number;
  /** Units of a time stamp in a second. */
  readonly unitsPerS: bigint;
  readonly offsetS: bigint;
}

/** @returns whether the file's first four bytes are those of a pcapng file. */
export function isPcapng(start: DataView): boolean {
  // The same in both byte orders.
  return start.getUint32(0) === Block.SECTION;
}

/**
 * Packets of a pcapng file, in its order, of all its sections and interfaces.
 *
 * @throws {CaptureReadError} `CAPTURE_LENGTH`, `CAPTURE_STRUCTURE`
 */
export async function* pcapngPackets(
  source: ByteSource,
  note: Noting,
): AsyncGenerator<CapturedPacket, void, undefined> {
  let littleEndian = true;
  let interfaces: Interface[] = [];
  while (!(await source.ended())) {
    const head = await source.peek(HEAD_BYTES);
    if (head === undefined) return noteTruncation(note, source);
    const isSection = head.getUint32(0) === Block.SECTION;
    if (isSection) {
      const start = await source.peek(HEAD_BYTES + 4);
      if (start === undefined) return noteTruncation(note, source);
      littleEndian = byteOrderOf(start, source);
      interfaces = [];
    }
    const type = head.getUint32(0, littleEndian);
    const length = checkedLength(head.getUint32(4, littleEndian), source);
    const block = new BlockReader(source, { type, length, littleEndian });
    await source.skip(HEAD_BYTES);
    const packet = isSection ? undefined : await readBlock(block, interfaces);
    if (!(await block.finish())) return noteTruncation(note, source);
    if (packet) yield packet;
  }
}

/** One block: its body in parts, and the check that it ends where it says. */
class BlockReader {
  readonly type: number;
  readonly littleEndian: boolean;
  readonly source: ByteSource;
  readonly #length: number;
  readonly #bodyAt: number;

  constructor(
    source: ByteSource,
    about: { readonly type: number; readonly length: number; readonly littleEndian: boolean },
  ) {
    this.source = source;
    this.type = about.type;
    this.littleEndian = about.littleEndian;
    this.#length = about.length;
    this.#bodyAt = source.offset + HEAD_BYTES;
  }

  /** Bytes of the body that were not taken yet. */
  get left(): number {
    return this.#bodyAt + this.#length - HEAD_BYTES - TAIL_BYTES - this.source.offset;
  }

  /** The next part of the body. @throws {CaptureReadError} where the block is shorter. */
  take(length: number): Promise<DataView | undefined> {
    if (length > this.left) throw this.fault(`is too short for what it holds`);
    return this.source.take(length);
  }

  /** Leaves out the rest. @returns whether the file has all of it. */
  async finish(): Promise<boolean> {
    if (!(await this.source.skip(this.left))) return false;
    const tail = await this.source.take(TAIL_BYTES);
    if (tail === undefined) return false;
    if (tail.getUint32(0, this.littleEndian) !== this.#length) throw this.fault("has two lengths");
    return true;
  }

  fault(what: string): CaptureReadError {
    const at = this.#bodyAt - HEAD_BYTES;
    return new CaptureReadError("CAPTURE_STRUCTURE", `the block of type ${this.type} at byte ${at} ${what}`);
  }
}

async function readBlock(block: BlockReader, interfaces: Interface[]): Promise<CapturedPacket | undefined> {
  switch (block.type) {
    case Block.INTERFACE: {
      if (interfaces.length >= INTERFACES_MAX) throw block.fault("is one interface too many");
      const described = await block.take(Math.min(block.left, DESCRIPTION_BYTES_MAX));
      if (described !== undefined) interfaces.push(interfaceOf(described, block));
      return undefined;
    }
    case Block.PACKET:
    case Block.OLD_PACKET: {
      const head = await block.take(20);
      if (head === undefined) return undefined;
      const { littleEndian, type } = block;
      const number =
        type === Block.PACKET ? head.getUint32(0, littleEndian) : head.getUint16(0, littleEndian);
      const high = head.getUint32(4, littleEndian);
      const stamp = (BigInt(high) << 32n) | BigInt(head.getUint32(8, littleEndian));
      return packetOf(block, { length: head.getUint32(12, littleEndian), from: interfaces[number], stamp });
    }
    case Block.SIMPLE: {
      const head = await block.take(4);
      if (head === undefined) return undefined;
      // Cut to the snapshot length where that is shorter: the block says how much is there.
      const length = Math.min(head.getUint32(0, block.littleEndian), block.left);
      return packetOf(block, { length, from: interfaces[0], stamp: undefined });
    }
    default:
      return undefined;
  }
}

async function packetOf(
  block: BlockReader,
  about: {
    readonly length: number;
    readonly from: Interface | undefined;
    readonly stamp: bigint | undefined;
  },
): Promise<CapturedPacket | undefined> {
  const { length, from, stamp } = about;
  if (from === undefined) throw block.fault("is of an interface that was not described");
  if (length > block.left) throw block.fault("is too short for what it holds");
  const bytes = await takePacket(block.source, length);
  if (bytes === undefined) return undefined;
  const atUs = stamp === undefined ? undefined : microseconds(stamp, from);
  return { linkType: from.linkType, atUs, littleEndian: block.littleEndian, bytes };
}

function microseconds(stamp: bigint, { unitsPerS, offsetS }: Interface): number {
  return Number((stamp * 1_000_000n) / unitsPerS + offsetS * 1_000_000n);
}

function interfaceOf(body: DataView, block: BlockReader): Interface {
  if (body.byteLength < 8) throw block.fault("is too short for what it holds");
  const { littleEndian } = block;
  let unitsPerS = 1_000_000n;
  let offsetS = 0n;
  for (let at = 8; at + 4 <= body.byteLength;) {
    const code = body.getUint16(at, littleEndian);
    const length = body.getUint16(at + 2, littleEndian);
    if (code === Option.END || at + 4 + length > body.byteLength) break;
    if (code === Option.TIME_RESOLUTION && length === 1) unitsPerS = resolution(body.getUint8(at + 4), block);
    if (code === Option.TIME_OFFSET && length === 8) offsetS = body.getBigInt64(at + 4, littleEndian);
    at += 4 + Math.ceil(length / 4) * 4;
  }
  return { linkType: body.getUint16(0, littleEndian), unitsPerS, offsetS };
}

/** A power of ten, or of two with the highest bit. */
function resolution(byte: number, block: BlockReader): bigint {
  const exponent = byte & 0x7f;
  // Finer than any clock, and 10^127 would only make numbers slow.
  if (exponent > 63) throw block.fault(`has a time resolution of ${exponent} digits`);
  return (byte & 0x80) === 0 ? 10n ** BigInt(exponent) : 2n ** BigInt(exponent);
}

function byteOrderOf(start: DataView, { offset }: ByteSource): boolean {
  if (start.getUint32(HEAD_BYTES, true) === BYTE_ORDER_MAGIC) return true;
  if (start.getUint32(HEAD_BYTES, false) === BYTE_ORDER_MAGIC) return false;
  throw new CaptureReadError("CAPTURE_STRUCTURE", `the section at byte ${offset} has no byte order`);
}

function checkedLength(length: number, { offset }: ByteSource): number {
  if (length >= HEAD_BYTES + TAIL_BYTES && length % 4 === 0 && length <= BLOCK_BYTES_MAX) return length;
  throw new CaptureReadError("CAPTURE_LENGTH", `a block of ${length} bytes at byte ${offset}`);
}
