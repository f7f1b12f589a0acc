import { Unzip, UnzipInflate } from "fflate";
import type { Counter } from "../tags.js";

/** A file in an archive, as its bytes come. */
export interface ZipEntryTaker {
  take(bytes: Uint8Array): void;
  end(): void;
}

const ENTRIES_MAX = 20_000;
/** Bytes that are unpacked at most, of all files together: an archive of a few kilobytes may hold gigabytes. */
const UNPACKED_BYTES_MAX = 512 * 1024 * 1024;
const LOCAL_HEADER = [0x50, 0x4b, 0x03, 0x04];

/** Whether a file begins as a zip archive does. */
export function isZip(head: Uint8Array): boolean {
  return LOCAL_HEADER.every((byte, at) => head[at] === byte);
}

/**
 * Unpacks the wanted files of a zip archive as it comes in, from its first byte on: one whose end is missing is read as far as
 * it goes. What is damaged, cut off or too large is counted.
 *
 * @param taking returns what takes the bytes of a file of that name; `undefined` leaves it out.
 */
export async function unzipTexts(
  chunks: AsyncIterable<Uint8Array>,
  taking: (name: string) => ZipEntryTaker | undefined,
  dropped: Counter,
): Promise<void> {
  const state = { entries: 0, unpacked: 0, open: 0, isOver: false };
  const unzip = new Unzip((file) => {
    state.entries += 1;
    const taker = state.entries > ENTRIES_MAX ? undefined : taking(file.name);
    if (taker === undefined) return;
    state.open += 1;
    file.ondata = (error, data, isLast) => {
      if (error !== null) {
        dropped.add("file of the archive that cannot be unpacked");
        state.open -= 1;
        return;
      }
      state.unpacked += data.length;
      if (state.unpacked <= UNPACKED_BYTES_MAX) taker.take(data);
      else state.isOver = true;
      if (!isLast) return;
      state.open -= 1;
      taker.end();
    };
    file.start();
  });
  unzip.register(UnzipInflate);
  try {
    for await (const chunk of chunks) {
      unzip.push(chunk);
      if (state.isOver) break;
    }
    if (!state.isOver) unzip.push(new Uint8Array(), true);
  } catch {
    // Its errors are plain objects of all kinds; what was unpacked before stays.
    dropped.add("rest of the archive, which cannot be unpacked");
    return;
  }
  if (state.isOver) dropped.add("rest of the archive, which unpacks to more than 512 MiB");
  else if (state.open > 0) dropped.add("file of the archive that is cut off");
}

/** Splits unpacked bytes into lines; a line that is too long is left out. */
export class LineTaker implements ZipEntryTaker {
  readonly #decoder = new TextDecoder();
  readonly #onLine: (line: string) => void;
  readonly #lineMax: number;
  readonly #dropped: Counter;
  /** The line that has begun; it is joined only when it ends. */
  #pieces: string[] = [];
  #length = 0;

  constructor(onLine: (line: string) => void, lineMax: number, dropped: Counter) {
    this.#onLine = onLine;
    this.#lineMax = lineMax;
    this.#dropped = dropped;
  }

  take(bytes: Uint8Array): void {
    const [first = "", ...others] = this.#decoder.decode(bytes, { stream: true }).split("\n");
    this.#add(first);
    for (const part of others) {
      this.end();
      this.#add(part);
    }
  }

  /** Gives the line that ends here. */
  end(): void {
    if (this.#length > this.#lineMax) this.#dropped.add("line that is too long");
    else if (this.#length > 0) this.#onLine(this.#pieces.join(""));
    this.#pieces = [];
    this.#length = 0;
  }

  #add(part: string): void {
    this.#length += part.length;
    if (this.#length <= this.#lineMax) this.#pieces.push(part);
    else this.#pieces = [];
  }
}
