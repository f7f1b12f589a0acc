import { decodeCbor } from "../../src/cbor/decode.js";
import { encodeCbor } from "../../src/cbor/encode.js";
import type { CborKey, CborValue } from "../../src/cbor/value.js";
import { concat } from "../../src/core/bytes.js";
import type { Chance } from "./chance.js";

/** Bytes that begin or end something in CBOR, in APDUs or in frames. */
const TELLING = [
  0x00, 0x01, 0x17, 0x18, 0x1b, 0x3b, 0x5b, 0x5f, 0x7f, 0x80, 0x9b, 0x9f, 0xa0, 0xbb, 0xbf, 0xf6, 0xfb, 0xff,
];

type Edit = (chance: Chance, bytes: Uint8Array, corpus: readonly Uint8Array[]) => Uint8Array;

const EDITS: readonly Edit[] = [
  function flipBit(chance, bytes) {
    return put(bytes, chance.below(bytes.length), (old) => old ^ (1 << chance.below(8)));
  },
  function setByte(chance, bytes) {
    return put(bytes, chance.below(bytes.length), () => chance.word() & 0xff);
  },
  function setTelling(chance, bytes) {
    return put(bytes, chance.below(bytes.length), () => chance.pick(TELLING));
  },
  function step(chance, bytes) {
    return put(bytes, chance.below(bytes.length), (old) => old + (chance.oneIn(2) ? 1 : -1));
  },
  function insert(chance, bytes) {
    const at = chance.below(bytes.length + 1);
    return concat(bytes.subarray(0, at), chance.bytes(1 + chance.below(8)), bytes.subarray(at));
  },
  function remove(chance, bytes) {
    const at = chance.below(bytes.length);
    return concat(bytes.subarray(0, at), bytes.subarray(at + 1 + chance.below(8)));
  },
  function repeat(chance, bytes) {
    const at = chance.below(bytes.length);
    const part = bytes.subarray(at, at + 1 + chance.below(32));
    return concat(bytes.subarray(0, at), part, bytes.subarray(at));
  },
  function cut(chance, bytes) {
    return bytes.slice(0, chance.below(bytes.length + 1));
  },
  function extend(chance, bytes) {
    return concat(bytes, chance.bytes(1 + chance.below(16)));
  },
  function splice(chance, bytes, corpus) {
    const other = chance.pick(corpus);
    return concat(
      bytes.subarray(0, chance.below(bytes.length)),
      other.subarray(chance.below(other.length + 1)),
    );
  },
];

/** One to four small changes of `message`; `corpus` lends parts of other messages. */
export function mutate(chance: Chance, message: Uint8Array, corpus: readonly Uint8Array[]): Uint8Array {
  let changed = message;
  for (let left = 1 + chance.below(4); left > 0; left--) {
    if (changed.length === 0) return chance.bytes(1 + chance.below(8));
    changed = chance.pick(EDITS)(chance, changed, corpus);
  }
  return changed;
}

/**
 * The same canonical CBOR with one value changed, added or gone: what random bytes hardly ever are.
 *
 * @returns `undefined` when `body` is no CBOR.
 */
export function mutateCbor(chance: Chance, body: Uint8Array): Uint8Array | undefined {
  try {
    return encodeCbor(changeValue(chance, decodeCbor(body)));
  } catch {
    // Beyond the depth the encoder allows, or no CBOR at all: bytes will do.
    return undefined;
  }
}

function changeValue(chance: Chance, value: CborValue): CborValue {
  if (value instanceof Map) {
    const entries = [...(value as ReadonlyMap<CborKey, CborValue>)];
    if (entries.length > 0 && !chance.oneIn(6)) {
      const at = chance.below(entries.length);
      const [key, old] = entries[at] as [CborKey, CborValue];
      if (chance.oneIn(6)) return new Map(entries.filter((_, index) => index !== at));
      if (chance.oneIn(12)) return new Map([...entries, [chance.below(24), old]]);
      return new Map(entries.map((entry, index) => (index === at ? [key, changeValue(chance, old)] : entry)));
    }
    if (chance.oneIn(2)) return new Map([...entries, [chance.below(20), anyValue(chance, 0)]]);
  }
  if (Array.isArray(value)) {
    const items = value as readonly CborValue[];
    if (items.length > 0 && !chance.oneIn(4)) {
      const at = chance.below(items.length);
      if (chance.oneIn(4)) return items.filter((_, index) => index !== at);
      if (chance.oneIn(4)) return [...items, ...items.slice(at)];
      return items.map((item, index) => (index === at ? changeValue(chance, item) : item));
    }
  }
  return chance.oneIn(2) ? near(chance, value) : anyValue(chance, 0);
}

/** Something of the same type. */
function near(chance: Chance, value: CborValue): CborValue {
  if (typeof value === "boolean") return !value;
  if (typeof value === "number") return value + chance.below(5) - 2;
  if (typeof value === "string") return chance.oneIn(2) ? value.slice(1) : value.repeat(1 + chance.below(40));
  if (value instanceof Uint8Array && value.length > 0) {
    if (chance.oneIn(3)) return value.slice(0, chance.below(value.length));
    if (chance.oneIn(3)) return concat(value, chance.bytes(1 + chance.below(80)));
    return put(value, chance.below(value.length), (old) => old ^ (1 + chance.below(255)));
  }
  return value;
}

const NUMBERS = [
  0,
  1,
  2,
  3,
  4,
  9,
  24,
  255,
  256,
  65_535,
  65_536,
  2 ** 32,
  2 ** 53 - 1,
  -1,
  -7,
  -8,
  -25,
  -257,
  -65_535,
];
const TEXTS = [
  "",
  "public-key",
  "example.com",
  "none",
  "packed",
  "rk",
  "uv",
  "up",
  "hmac-secret",
  "ü".repeat(40),
  "\u0000",
];

function anyValue(chance: Chance, depth: number): CborValue {
  switch (chance.below(depth < 2 ? 8 : 6)) {
    case 0:
      return chance.pick(NUMBERS);
    case 1:
      return chance.bytes(chance.pick([0, 1, 16, 32, 33, 48, 64, 80, 1024]));
    case 2:
      return chance.pick(TEXTS);
    case 3:
      return chance.oneIn(2);
    case 4:
      return chance.below(2 ** 31);
    case 5:
      return (1n << 64n) - 1n - BigInt(chance.below(3));
    case 6:
      return Array.from({ length: chance.below(4) }, () => anyValue(chance, depth + 1));
    default:
      return new Map(
        Array.from({ length: chance.below(4) }, (_, index) => [
          index + chance.below(3) * 4,
          anyValue(chance, depth + 1),
        ]),
      );
  }
}

function put(bytes: Uint8Array, at: number, change: (old: number) => number): Uint8Array {
  const changed = bytes.slice();
  changed[at] = change(changed[at] as number);
  return changed;
}
