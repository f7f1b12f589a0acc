import { concat } from "../../core/bytes.js";

/**
 * Kinds of records: `l` it listens, with its port; `o` a channel is open, with the longest unit its peer takes; `d` a unit;
 * `c` a channel is over, with the system's name of an error where one ended it; `e` it cannot go on, likewise; `x` it is to
 * listen no more.
 */
export type RecordKind = "l" | "o" | "d" | "c" | "e" | "x";

/** One piece of what goes through the pipe to and from the program that holds the sockets. */
export interface PipeRecord {
  readonly kind: RecordKind;
  /** Number of a channel; 0 where it is about none. */
  readonly channel: number;
  readonly payload: Uint8Array;
}

/** Kind, channel in two bytes and length in four, big endian. */
const HEADER_BYTES = 7;

export function encodeRecord({ kind, channel, payload }: PipeRecord): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES);
  const view = new DataView(header.buffer);
  view.setUint8(0, kind.charCodeAt(0));
  view.setUint16(1, channel);
  view.setUint32(3, payload.length);
  return concat(header, payload);
}

/** Puts records back together from the pieces a pipe delivers. */
export class RecordReader {
  #rest: Uint8Array = new Uint8Array(0);

  /** @returns the records that are whole now. */
  push(bytes: Uint8Array): readonly PipeRecord[] {
    this.#rest = this.#rest.length === 0 ? bytes : concat(this.#rest, bytes);
    const found: PipeRecord[] = [];
    for (;;) {
      const view = new DataView(this.#rest.buffer, this.#rest.byteOffset, this.#rest.length);
      if (view.byteLength < HEADER_BYTES) return found;
      const end = HEADER_BYTES + view.getUint32(3);
      if (view.byteLength < end) return found;
      found.push({
        kind: String.fromCharCode(view.getUint8(0)) as RecordKind,
        channel: view.getUint16(1),
        payload: Uint8Array.from(this.#rest.subarray(HEADER_BYTES, end)),
      });
      this.#rest = this.#rest.subarray(end);
    }
  }
}

/** The 16-bit number that `l` and `o` carry. */
export function numberIn({ payload }: PipeRecord): number {
  return ((payload[0] ?? 0) << 8) | (payload[1] ?? 0);
}
