import { concatAll } from "../core/bytes.js";
import { decodeCbor } from "./decode.js";
import type { CborOptions } from "./limits.js";
import { scanCbor, type CborFinding, type CborItem } from "./scan.js";
import { CborError, type CborKey, type CborValue } from "./value.js";

export interface LenientDecoding {
  readonly value: CborValue;
  /** Every rule broken, in order of offset; empty for canonical input. */
  readonly faults: readonly CborFinding[];
}

/**
 * Decodes what the strict decoder refuses, and says why it would have.
 *
 * So that a run on a key that breaks the rules can go on, with each broken rule a conformance finding.
 * Of duplicate keys the last wins. Tags are read past: the value is what they are tags of. Null, undefined
 * and other simple values, which CTAP2 cannot say, read as absent: gone from an array, gone with their key
 * from a map. So do map entries whose key is an array or a map. Bytes after the value are left alone.
 * Floats read as numbers, wrong UTF-8 with replacement characters.
 *
 * @throws {CborError} for bytes that no decoder can read: `CBOR_TRUNCATED`, `CBOR_RESERVED_HEAD`, chunks that are not
 *   strings (`CBOR_INDEFINITE_LENGTH`), nesting beyond 64 levels, more than 1 MiB or 131,072
 *   items, and a lone value of no CTAP2 type.
 */
export function decodeLenient(bytes: Uint8Array, options?: CborOptions): LenientDecoding {
  try {
    return { value: decodeCbor(bytes, options), faults: [] };
  } catch (error) {
    if (!(error instanceof CborError)) throw error;
  }
  const scan = scanCbor(bytes, options);
  if (scan.broken) throw scan.broken;
  const value = new ItemReader(bytes, scan.items).read();
  if (value === undefined) throw new CborError("UNSUPPORTED_TYPE", "a value CTAP2 cannot say", 0);
  return { value, faults: scan.faults };
}

const lossyUtf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** Builds a value from the items of a scan, which are complete and in the order of the bytes. */
class ItemReader {
  readonly #bytes: Uint8Array;
  readonly #items: readonly CborItem[];
  #at = 0;

  constructor(bytes: Uint8Array, items: readonly CborItem[]) {
    this.#bytes = bytes;
    this.#items = items;
  }

  /** Reads the next item with all it contains; `undefined` for what CTAP2 cannot say. */
  read(): CborValue | undefined {
    const item = this.#next();
    switch (item.kind) {
      case "unsigned":
        return exact(item.argument ?? 0n);
      case "negative":
        return exact(-1n - (item.argument ?? 0n));
      case "bytes":
        return this.#content(item);
      case "text":
        return lossyUtf8.decode(this.#content(item));
      case "array":
        return [...this.#entries(item, () => this.read())].filter((entry) => entry !== undefined);
      case "map":
        return this.#map(item);
      case "tag":
        return this.read();
      case "float":
        return this.#float(item);
      default:
        return item.argument === 20n || item.argument === 21n ? item.argument === 21n : undefined;
    }
  }

  #next(): CborItem {
    const item = this.#items[this.#at++];
    if (item === undefined) throw new Error("a scan without a fault that stops it holds every item");
    return item;
  }

  /** As many entries as the container counts, or up to its break. */
  *#entries<T>({ argument }: CborItem, read: () => T): Generator<T> {
    for (let count = 0n; argument === undefined ? !this.#atBreak() : count < argument; count++) yield read();
  }

  #atBreak(): boolean {
    if (this.#items[this.#at]?.kind !== "break") return false;
    this.#at++;
    return true;
  }

  /** The bytes of a string, those of its chunks one after the other. */
  #content(item: CborItem): Uint8Array {
    if (item.argument !== undefined) return this.#bytes.slice(item.contentStart, item.contentEnd);
    return concatAll([...this.#entries(item, () => this.#content(this.#next()))]);
  }

  #map(item: CborItem): CborValue {
    const map = new Map<CborKey, CborValue>();
    const byteKeys = new Map<string, Uint8Array>();
    for (const [key, value] of this.#entries(item, () => [this.read(), this.read()] as const)) {
      if (key === undefined || !isKey(key)) continue;
      const known = key instanceof Uint8Array ? sameBytes(byteKeys, key) : key;
      if (value === undefined) map.delete(known);
      else map.set(known, value);
    }
    return map;
  }

  /** @see RFC 8949 appendix D (half-precision) */
  #float({ offset, contentStart }: CborItem): number {
    const bits = new DataView(
      this.#bytes.buffer,
      this.#bytes.byteOffset + offset + 1,
      contentStart - offset - 1,
    );
    if (bits.byteLength === 8) return bits.getFloat64(0);
    if (bits.byteLength === 4) return bits.getFloat32(0);
    const half = bits.getUint16(0);
    const [exponent, fraction] = [(half >> 10) & 0x1f, half & 0x3ff];
    const sign = half >> 15 === 1 ? -1 : 1;
    if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
    return sign * (exponent === 0 ? fraction * 2 ** -24 : (0x400 + fraction) * 2 ** (exponent - 25));
  }
}

/** A number while that is exact, a bigint beyond. */
function exact(integer: bigint): number | bigint {
  return Number.isSafeInteger(Number(integer)) ? Number(integer) : integer;
}

function isKey(value: CborValue): value is CborKey {
  return typeof value !== "object" || value instanceof Uint8Array;
}

/** The key object already standing for these bytes, so that of duplicates the last wins here too. */
function sameBytes(known: Map<string, Uint8Array>, key: Uint8Array): Uint8Array {
  const name = key.join();
  const first = known.get(name) ?? key;
  known.set(name, first);
  return first;
}
