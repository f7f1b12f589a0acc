import { Encoder } from "cbor-x";
import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeCbor } from "../../src/cbor/decode.js";
import { describeCbor } from "../../src/cbor/describe.js";
import { encodeCbor } from "../../src/cbor/encode.js";
import { decodeLenient } from "../../src/cbor/lenient.js";
import { scanCbor } from "../../src/cbor/scan.js";
import { CborError, type CborKey, type CborMap, type CborValue } from "../../src/cbor/value.js";
import { fromHex } from "../../src/core/bytes.js";
import { fullRuns } from "../helpers/full-runs.js";

const integer = fc.oneof(
  fc.integer({ min: -300, max: 300 }),
  fc.maxSafeInteger().map((n) => n || 0),
  fc
    .bigInt({ min: -(2n ** 64n), max: 2n ** 64n - 1n })
    .map((n) => (Number.isSafeInteger(Number(n)) ? Number(n) : n)),
);

const text = fc.oneof(
  fc.string({ unit: "grapheme-ascii", maxLength: 80 }),
  fc.string({ unit: "binary", maxLength: 30 }),
);

const leaf: fc.Arbitrary<CborValue> = fc.oneof(integer, text, fc.boolean(), fc.uint8Array({ maxLength: 80 }));

/** Without byte strings: a Map knows those by identity, so two that are equal would stand for one key. */
const key: fc.Arbitrary<CborKey> = fc.oneof(integer, text, fc.boolean());

function value(depth: number): fc.Arbitrary<CborValue> {
  if (depth === 0) return leaf;
  const inner = value(depth - 1);
  return fc.oneof(
    leaf,
    fc.array(inner, { maxLength: 5 }),
    fc.array(fc.tuple(key, inner), { maxLength: 8 }).map((entries) => new Map(entries)),
  );
}

/** Bytes near enough to CBOR to get past the first item: an encoding with a few bytes changed, cut or added. */
const nearlyCbor = fc
  .tuple(
    value(4),
    fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }),
    fc.nat(),
    fc.uint8Array({ maxLength: 2 }),
  )
  .map(([original, changes, cut, tail]) => {
    const encoded = encodeCbor(original);
    for (const [at, byte] of changes) encoded[at % encoded.length] = byte;
    const kept = cut % 4 === 0 ? encoded.subarray(0, cut % (encoded.length + 1)) : encoded;
    return Uint8Array.from([...kept, ...tail]);
  });

const anyBytes = fc.oneof(fc.uint8Array({ maxLength: 40 }), nearlyCbor);

/** The result or the fault. Anything else thrown is a bug and escapes. */
function orFault<T>(read: () => T): T | CborError {
  try {
    return read();
  } catch (error) {
    if (error instanceof CborError) return error;
    throw error;
  }
}

test("decoding undoes encoding", () => {
  fc.assert(
    fc.property(value(4), (original) => {
      expect(decodeCbor(encodeCbor(original))).toEqual(original);
    }),
    { numRuns: fullRuns(500) },
  );
});

test("one value has one encoding: whatever decodes, encodes back to the same bytes", () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      const outcome = orFault(() => decodeCbor(bytes));
      if (!(outcome instanceof CborError)) expect(encodeCbor(outcome)).toEqual(bytes);
    }),
    { numRuns: fullRuns(5000) },
  );
});

test("the order in which a map was built does not show", () => {
  const entries = fc.uniqueArray(fc.tuple(key, leaf), { selector: ([k]) => String(k), maxLength: 12 });
  fc.assert(
    fc.property(
      entries.chain((list) =>
        fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
      ),
      ([one, other]) => {
        expect(encodeCbor(new Map(other))).toEqual(encodeCbor(new Map(one)));
      },
    ),
  );
});

/** cbor-x, as far as it goes: it knows nothing of order, so maps are left to their number of entries. */
const cborx = new Encoder({
  mapsAsObjects: false,
  useRecords: false,
  tagUint8Array: false,
  variableMapSize: true,
});

function likeCborX(ours: CborValue): unknown {
  if (ours instanceof Uint8Array) return ours.length === 0 ? [] : [...ours];
  if (Array.isArray(ours)) return (ours as readonly CborValue[]).map(likeCborX);
  if (ours instanceof Map) return [...(ours as CborMap)].map((entry) => entry.map(likeCborX));
  return typeof ours === "number" ? BigInt(ours) : ours;
}

function fromCborX(theirs: unknown): unknown {
  if (theirs instanceof Uint8Array) return [...theirs];
  if (Array.isArray(theirs)) return theirs.map(fromCborX);
  if (theirs instanceof Map)
    return [...(theirs as ReadonlyMap<unknown, unknown>)].map((entry) => entry.map(fromCborX));
  return typeof theirs === "number" ? BigInt(theirs) : theirs;
}

test("cbor-x reads the same value from our bytes", () => {
  fc.assert(
    fc.property(value(4), (original) => {
      const encoded = encodeCbor(original);
      expect(fromCborX(cborx.decode(encoded))).toEqual(likeCborX(decodeCbor(encoded)));
    }),
    { numRuns: fullRuns(500) },
  );
});

/**
 * The one integer of CBOR that cbor-x does not write as an integer: it writes a bignum, against RFC 8949 section 3.4.3.
 * It reads it as an integer, so that the tests of reading need no exception.
 */
const SMALLEST_INTEGER = -(2n ** 64n);

const writtenByCborX = <T>(values: fc.Arbitrary<T>) => values.filter((item) => item !== SMALLEST_INTEGER);

test("lenient reading takes what cbor-x writes, floats and undefined values included, as cbor-x reads it", () => {
  const foreign = fc.oneof(leaf, fc.double({ noNaN: true }), fc.constant(null), fc.constant(undefined));
  const readable = (item: unknown) => item !== null && item !== undefined;
  const entry = fc.tuple(writtenByCborX(key), writtenByCborX(foreign));
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 8 }), (entries) => {
      const encoded = new Uint8Array(cborx.encode(new Map(entries)));
      const theirs = cborx.decode(encoded) as ReadonlyMap<unknown, unknown>;
      const kept = new Map([...theirs].filter(([, item]) => readable(item)));
      expect(comparable(decodeLenient(encoded).value)).toEqual(comparable(kept));
    }),
    { numRuns: 1000 },
  );
});

/** Integers at the limits of 64 bits and of a number, with the bytes RFC 8949 section 3.1 gives them. */
test.each([
  [2n ** 53n, "1b0020000000000000"],
  [2n ** 63n - 1n, "1b7fffffffffffffff"],
  [2n ** 63n, "1b8000000000000000"],
  [2n ** 64n - 1n, "1bffffffffffffffff"],
  [-(2n ** 53n), "3b001fffffffffffff"],
  [-(2n ** 63n), "3b7fffffffffffffff"],
  [-(2n ** 63n) - 1n, "3b8000000000000000"],
  [-(2n ** 64n) + 1n, "3bfffffffffffffffe"],
  [SMALLEST_INTEGER, "3bffffffffffffffff"],
])("%s is the same integer to us, strict or lenient, and to cbor-x", (integer, hex) => {
  const bytes = fromHex(hex);
  expect(encodeCbor(integer)).toEqual(bytes);
  expect(decodeCbor(bytes)).toBe(integer);
  expect(decodeLenient(bytes)).toEqual({ value: integer, faults: [] });
  // The same item with a fault before it, so that the value comes from the scanner's items.
  expect(decodeLenient(Uint8Array.of(0x9f, ...bytes, 0xff)).value).toEqual([integer]);
  // A copy: cbor-x leaves a property on the bytes it reads.
  expect(cborx.decode(bytes.slice())).toBe(integer);
  if (integer !== SMALLEST_INTEGER) expect(new Uint8Array(cborx.encode(integer))).toEqual(bytes);
});

test("the bignum that cbor-x writes for -2^64 reads as the bytes under its tag, and the tag as a fault", () => {
  const bignum = new Uint8Array(cborx.encode(SMALLEST_INTEGER));
  expect(bignum).toEqual(fromHex("c348ffffffffffffffff"));
  expect(decodeLenient(bignum)).toEqual({
    value: fromHex("ffffffffffffffff"),
    faults: [{ fault: "UNSUPPORTED_TYPE", offset: 0 }],
  });
});

/** Entries in order, bytes as lists, and integers as numbers where a number can say them. */
function comparable(item: unknown): unknown {
  if (item instanceof Uint8Array) return { bytes: [...item] };
  if (item instanceof Map)
    return [...(item as ReadonlyMap<unknown, unknown>)].map((pair) => pair.map(comparable));
  return typeof item === "bigint" && Number.isSafeInteger(Number(item)) ? Number(item) : item;
}

test("lenient reading agrees with strict reading wherever strict reading succeeds", () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      const strict = orFault(() => decodeCbor(bytes));
      if (strict instanceof CborError) return;
      expect(decodeLenient(bytes)).toEqual({ value: strict, faults: [] });
      expect(scanCbor(bytes)).toMatchObject({ faults: [], end: bytes.length });
    }),
    { numRuns: fullRuns(3000) },
  );
});

test("what strict reading stops at is among what the scan finds, at the same offset", () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      const strict = orFault(() => decodeCbor(bytes));
      if (!(strict instanceof CborError)) return;
      const { faults, broken } = scanCbor(bytes);
      const found = [...faults, ...(broken ? [{ fault: broken.fault, offset: broken.offset }] : [])];
      expect(found).toContainEqual({ fault: strict.fault, offset: strict.offset });
    }),
    { numRuns: fullRuns(5000) },
  );
});

test("lenient reading gives a value that strict reading could have given, or a CborError", () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      const outcome = orFault(() => decodeLenient(bytes));
      if (outcome instanceof CborError || outcome.faults.length === 0) return;
      // Floats are the one thing in a lenient value that CTAP2 cannot write, and depth the one limit.
      const again = orFault(() => encodeCbor(outcome.value, { depthMax: 64 }));
      if (again instanceof CborError)
        expect(["UNSUPPORTED_TYPE", "TOO_LARGE", "UNSUPPORTED_KEY"]).toContain(again.fault);
      else expect(decodeCbor(again, { depthMax: 64 })).toEqual(outcome.value);
    }),
    { numRuns: fullRuns(3000) },
  );
});

/** Writes a value with every head in its longest form, or with every length indefinite, or with a tag on everything. */
function sloppy(original: CborValue, style: "long" | "indefinite" | "tagged"): number[] {
  const inner = (item: CborValue) => sloppy(item, style);
  const head = (major: number, argument: number | bigint) => [
    (major << 5) | 27,
    ...new Uint8Array(new BigUint64Array([BigInt(argument)]).buffer).reverse(),
  ];
  const tag = style === "tagged" ? [0xd8, 0x40] : [];
  const whole = (major: number, length: number, content: readonly number[]) =>
    style === "indefinite" && major >= 4
      ? [(major << 5) | 31, ...content, 0xff]
      : [...tag, ...head(major, length), ...content];
  const string = (major: number, content: readonly number[]) => {
    if (style !== "indefinite") return whole(major, content.length, content);
    const chunk = (part: readonly number[]) => [...head(major, part.length), ...part];
    return [(major << 5) | 31, ...chunk(content.slice(0, 3)), ...chunk(content.slice(3)), 0xff];
  };
  if (typeof original === "boolean") return [...tag, original ? 0xf5 : 0xf4];
  if (typeof original === "number" || typeof original === "bigint") {
    return [...tag, ...(original < 0 ? head(1, -1n - BigInt(original)) : head(0, original))];
  }
  if (original instanceof Uint8Array) return string(2, [...original]);
  if (typeof original === "string") return string(3, [...new TextEncoder().encode(original)]);
  if (original instanceof Map) {
    const entries = [...(original as CborMap)];
    return whole(
      5,
      entries.length,
      entries.flatMap(([k, v]) => [...inner(k), ...inner(v)]),
    );
  }
  const items = original as readonly CborValue[];
  return whole(4, items.length, items.flatMap(inner));
}

test.each(["long", "indefinite", "tagged"] as const)(
  "%s forms and unsorted keys change what is found, not what is read",
  (style) => {
    fc.assert(
      fc.property(value(4), (original) => {
        const bytes = Uint8Array.from(sloppy(original, style));
        expect(decodeLenient(bytes).value).toEqual(original);
      }),
      { numRuns: fullRuns(500) },
    );
  },
);

test("a description is given for any bytes, one line per item and never an exception", () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      const { items, broken, end } = scanCbor(bytes);
      const extra = broken !== undefined || end < bytes.length ? 1 : 0;
      expect(describeCbor(bytes).split("\n")).toHaveLength(items.length + extra);
    }),
    { numRuns: fullRuns(2000) },
  );
});
