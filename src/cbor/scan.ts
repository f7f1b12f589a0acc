import { compareBytes, concatAll, toHex } from "../core/bytes.js";
import { CBOR_BYTES_MAX, CBOR_ITEMS_MAX, DEPTH_MAX_CEILING, depthOf, type CborOptions } from "./limits.js";
import { CborError, type CborFault } from "./value.js";

export type CborKind =
  "unsigned" | "negative" | "bytes" | "text" | "array" | "map" | "tag" | "simple" | "float" | "break";

/** One data item, as it stands in the bytes. The items of a container follow it in the list. */
export interface CborItem {
  readonly kind: CborKind;
  readonly offset: number;
  /** Where the head ends and, for a string, its content begins. */
  readonly contentStart: number;
  /** Where the content of a string ends; the same as `contentStart` for everything else. */
  readonly contentEnd: number;
  /** Arrays, maps, tags and chunked strings around it. */
  readonly level: number;
  readonly role: "item" | "key" | "value" | "chunk";
  /** Integer as written, length, count, tag or simple value; the raw bits of a float; `undefined` for an indefinite length. */
  readonly argument: bigint | undefined;
}

/** One broken rule. */
export interface CborFinding {
  readonly fault: CborFault;
  /** Where the item that broke the rule begins. */
  readonly offset: number;
}

export interface CborScan {
  readonly items: readonly CborItem[];
  /** Every rule broken, in order of offset. */
  readonly faults: readonly CborFinding[];
  /** Where the first value ends. */
  readonly end: number;
  /** What made it impossible to read on: then the items before it are all there is. */
  readonly broken?: CborError;
}

/**
 * Walks over the first value in `bytes` and notes every broken rule instead of stopping at the first. Never throws on any bytes.
 *
 * Stops where no reading is possible: truncation, reserved heads, chunks that are not strings, nesting
 * deeper than {@link DEPTH_MAX_CEILING} with tags counted, more than {@link CBOR_ITEMS_MAX} items.
 */
export function scanCbor(bytes: Uint8Array, options?: CborOptions): CborScan {
  const scanner = new Scanner(bytes, depthOf(options));
  const broken = scanner.run();
  return {
    items: scanner.items,
    faults: scanner.faults.sort((a, b) => a.offset - b.offset),
    end: scanner.at,
    ...(broken && { broken }),
  };
}

/** What decides the order of keys: major type, then the shortest head, then the content. */
interface KeyForm {
  readonly major: number;
  readonly argument: bigint;
  readonly content: Uint8Array;
}

interface Place {
  /** Arrays and maps around the item: what CTAP2 limits. */
  readonly depth: number;
  /** The same with tags and chunked strings: what the stack limits. */
  readonly level: number;
  readonly role: CborItem["role"];
}

interface Head {
  readonly offset: number;
  readonly major: number;
  /** The low five bits: how the argument is written. */
  readonly form: number;
  readonly argument: bigint | undefined;
}

const KINDS = ["unsigned", "negative", "bytes", "text", "array", "map", "tag", "simple"] as const;
const BREAK = 0xff;
const INDEFINITE = 31;
const NO_CONTENT = new Uint8Array(0);

/** The arguments that stand in the initial byte: made once, because most items have one of them. */
const SHORT_ARGUMENTS = Array.from({ length: 24 }, (_, argument) => BigInt(argument));

const utf8 = new TextDecoder("utf-8", { fatal: true });

class Scanner {
  readonly items: CborItem[] = [];
  readonly faults: CborFinding[] = [];
  at = 0;
  readonly #bytes: Uint8Array;
  readonly #depthMax: number;

  constructor(bytes: Uint8Array, depthMax: number) {
    this.#bytes = bytes;
    this.#depthMax = depthMax;
  }

  run(): CborError | undefined {
    try {
      if (this.#bytes.length > CBOR_BYTES_MAX) {
        throw new CborError("TOO_LARGE", `more than ${CBOR_BYTES_MAX} bytes`, 0);
      }
      this.#item({ depth: 0, level: 0, role: "item" });
    } catch (error) {
      if (error instanceof CborError) return error;
      throw error;
    }
    if (this.at < this.#bytes.length) this.#note("TRAILING_BYTES", this.at);
    return undefined;
  }

  /** Returns the form the item has as a key; `undefined` for what has no place in the order. */
  #item(place: Place): KeyForm | undefined {
    const majorAhead = (this.#bytes[this.at] ?? 0) >> 5;
    if (place.role === "key" && (majorAhead === 4 || majorAhead === 5))
      this.#note("UNSUPPORTED_KEY", this.at);
    const head = this.#head();
    const { offset, major, form, argument } = head;
    if (place.level > DEPTH_MAX_CEILING) {
      throw new CborError("TOO_DEEP", `more than ${DEPTH_MAX_CEILING} levels of nesting`, offset);
    }
    switch (major) {
      case 2:
      case 3:
        return this.#string(head, place);
      case 4:
      case 5:
        return this.#container(head, place);
      case 6:
        this.#push(head, place);
        this.#note("UNSUPPORTED_TYPE", offset);
        return this.#item({ ...place, level: place.level + 1 });
      case 7:
        this.#push(head, place);
        if (form !== 20 && form !== 21) this.#note("UNSUPPORTED_TYPE", offset);
        if (form > 24) return undefined;
        break;
      default:
        this.#push(head, place);
    }
    return { major, argument: argument ?? 0n, content: NO_CONTENT };
  }

  #head(): Head {
    const offset = this.at;
    if (this.items.length >= CBOR_ITEMS_MAX)
      throw new CborError("TOO_LARGE", `more than ${CBOR_ITEMS_MAX} items`, offset);
    const initial = this.#bytes[offset];
    if (initial === undefined)
      throw new CborError("TRUNCATED", "the bytes end where an item was expected", offset);
    this.at++;
    const [major, form] = [initial >> 5, initial & 0x1f];
    if (form < 24) return { offset, major, form, argument: SHORT_ARGUMENTS[form] };
    if (form > 27) {
      const indefinite = form === INDEFINITE && major >= 2 && major <= 5;
      if (!indefinite)
        throw new CborError("RESERVED_HEAD", `0x${initial.toString(16)} cannot begin an item`, offset);
      this.#note("INDEFINITE_LENGTH", offset);
      return { offset, major, form, argument: undefined };
    }
    const width = 1 << (form - 24);
    const argument = this.#uint({ width, offset });
    if (major !== 7 && argument < smallestOf(width)) {
      this.#note("NOT_SHORTEST", offset);
    }
    return { offset, major, form, argument };
  }

  #uint({ width, offset }: { width: number; offset: number }): bigint {
    this.#demand(BigInt(width), offset);
    const digits = this.#bytes.subarray(this.at, this.at + width);
    this.at += width;
    return BigInt(`0x${toHex(digits)}`);
  }

  #string(head: Head, place: Place): KeyForm {
    const { offset, major, argument } = head;
    if (argument === undefined) return this.#chunks(head, place);
    this.#demand(argument, offset);
    const contentEnd = this.at + Number(argument);
    this.#push(head, place, contentEnd);
    const content = this.#bytes.subarray(this.at, contentEnd);
    this.at = contentEnd;
    if (major === 3 && !isUtf8(content)) this.#note("BAD_UTF8", offset);
    return { major, argument, content };
  }

  #chunks(head: Head, place: Place): KeyForm {
    const { major } = head;
    this.#push(head, place);
    const inside: Place = { ...place, level: place.level + 1, role: "chunk" };
    const parts: Uint8Array[] = [];
    while (!this.#atBreak(inside)) {
      const chunk = this.#head();
      if (chunk.major !== major || chunk.argument === undefined) {
        throw new CborError("INDEFINITE_LENGTH", "a chunk that is not a string of its kind", chunk.offset);
      }
      parts.push(this.#string(chunk, inside).content);
    }
    const content = concatAll(parts);
    return { major, argument: BigInt(content.length), content };
  }

  #container(head: Head, place: Place): undefined {
    const { offset, major, argument } = head;
    const perEntry = major === 5 ? 2 : 1;
    // As in the strict decoder: every item takes a byte at least.
    if (argument !== undefined) this.#demand(argument * BigInt(perEntry), offset);
    if (place.depth >= this.#depthMax) this.#note("TOO_DEEP", offset);
    this.#push(head, place);
    const inside: Place = { depth: place.depth + 1, level: place.level + 1, role: "item" };
    const order = new KeyOrder();
    for (let i = 0n; argument === undefined ? !this.#atBreak(inside) : i < argument; i++) {
      if (major === 4) {
        this.#item(inside);
        continue;
      }
      const keyOffset = this.at;
      const key = this.#item({ ...inside, role: "key" });
      for (const fault of key ? order.add(key) : []) this.#note(fault, keyOffset);
      this.#item({ ...inside, role: "value" });
    }
  }

  #atBreak({ level }: Place): boolean {
    if (this.#bytes[this.at] !== BREAK) return false;
    const offset = this.at++;
    const end = this.at;
    this.items.push({
      kind: "break",
      offset,
      contentStart: end,
      contentEnd: end,
      level,
      role: "item",
      argument: undefined,
    });
    return true;
  }

  #push({ offset, major, form, argument }: Head, { level, role }: Place, contentEnd = this.at): void {
    const kind = major === 7 && form > 24 ? "float" : (KINDS[major] as CborKind);
    this.items.push({ kind, offset, contentStart: this.at, contentEnd, level, role, argument });
  }

  #note(fault: CborFault, offset: number): void {
    this.faults.push({ fault, offset });
  }

  #demand(count: bigint, offset: number): void {
    const left = this.#bytes.length - this.at;
    if (count > left) throw new CborError("TRUNCATED", `${count} bytes wanted, ${left} left`, offset);
  }
}

/** The smallest argument that needs a head of this many extra bytes. */
function smallestOf(width: number): bigint {
  return width === 1 ? 24n : 1n << BigInt(4 * width);
}

/** The keys of one map so far. */
class KeyOrder {
  readonly #seen = new Set<string>();
  #previous: KeyForm | undefined;

  /** The rules the next key breaks: it may well be a duplicate and out of order. */
  add(key: KeyForm): CborFault[] {
    const order = this.#previous === undefined ? -1 : compareKeys(this.#previous, key);
    const name = `${key.major}:${key.argument}:${toHex(key.content)}`;
    const faults: CborFault[] = [];
    if (this.#seen.has(name)) faults.push("DUPLICATE_KEY");
    if (order > 0) faults.push("KEYS_OUT_OF_ORDER");
    this.#seen.add(name);
    this.#previous = key;
    return faults;
  }
}

function compareKeys(a: KeyForm, b: KeyForm): number {
  if (a.major !== b.major) return a.major - b.major;
  if (a.argument !== b.argument) return a.argument < b.argument ? -1 : 1;
  return compareBytes(a.content, b.content);
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    utf8.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
