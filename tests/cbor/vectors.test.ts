import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "../../src/core/bytes.js";
import { decodeCbor } from "../../src/cbor/decode.js";
import { encodeCbor } from "../../src/cbor/encode.js";
import { decodeLenient } from "../../src/cbor/lenient.js";
import type { CborFault, CborKey, CborValue } from "../../src/cbor/value.js";

interface VectorCase {
  readonly id: string;
  readonly hex: string;
  readonly ctap2: "accept" | "reject" | "implementation-defined";
  readonly reason?: string;
  readonly value?: unknown;
}

interface InfoCase {
  readonly id: string;
  readonly device: string;
  readonly kind: string;
  readonly cbor: string;
  readonly canonical: boolean;
  readonly issues: readonly string[];
}

const casesOf = (name: string): readonly unknown[] => {
  const path = new URL(`../vectors/${name}`, import.meta.url);
  return (JSON.parse(readFileSync(path, "utf8")) as { cases: readonly unknown[] }).cases;
};

const CBOR = casesOf("cbor.json") as readonly VectorCase[];
const INFO = casesOf("getinfo.json") as readonly InfoCase[];

/** The reason a case gives, as the strict decoder says it. */
const FAULT_OF_REASON: Readonly<Record<string, CborFault>> = {
  "malformed:eof": "TRUNCATED",
  "malformed:ai": "RESERVED_HEAD",
  "malformed:chunk": "INDEFINITE_LENGTH",
  "malformed:utf8": "BAD_UTF8",
  "non-minimal-int": "NOT_SHORTEST",
  "unsorted-keys": "KEYS_OUT_OF_ORDER",
  "duplicate-key": "DUPLICATE_KEY",
  "trailing-data": "TRAILING_BYTES",
  "nesting>4": "TOO_DEEP",
  "unsupported-simple": "UNSUPPORTED_TYPE",
  indefinite: "INDEFINITE_LENGTH",
  tag: "UNSUPPORTED_TYPE",
  float: "UNSUPPORTED_TYPE",
};

/** Cases that break two rules, the other of them first. */
const OTHER_FAULT_FIRST: Readonly<Record<string, CborFault>> = {
  // A simple value CTAP2 has no use for, and two bytes after it.
  "cbor-109": "UNSUPPORTED_TYPE",
};

/** The file's way of writing what JSON cannot. `undefined` for what has no CborValue. */
function toValue(json: unknown): CborValue | undefined {
  if (typeof json !== "object") return json as CborValue;
  if (json === null) return undefined;
  if (Array.isArray(json)) return json.map((item) => toValue(item) as CborValue);
  const form = json as Readonly<Record<string, unknown>>;
  if (typeof form["$hex"] === "string") return fromHex(form["$hex"]);
  if (typeof form["$int"] === "string") return BigInt(form["$int"]);
  if (typeof form["$float"] === "string") return FLOATS[form["$float"]] ?? Number(form["$float"]);
  if ("$tag" in form) return toValue(form["$value"]);
  if (!Array.isArray(form["$map"])) return undefined;
  const entries = form["$map"] as readonly (readonly [unknown, unknown])[];
  return new Map(entries.map(([key, value]) => [toValue(key) as CborKey, toValue(value) as CborValue]));
}

const FLOATS: Readonly<Record<string, number>> = { inf: Infinity, "-inf": -Infinity, nan: NaN };

const acceptable = CBOR.filter(({ ctap2 }) => ctap2 === "accept");
const refused = CBOR.filter(({ ctap2 }) => ctap2 === "reject");
const undecided = CBOR.filter(({ ctap2 }) => ctap2 === "implementation-defined");

test("every vector is of a kind that is tested below", () => {
  expect(CBOR).toHaveLength(158);
  expect(acceptable.length + refused.length + undecided.length).toBe(CBOR.length);
});

describe("vectors to accept", () => {
  test.each(acceptable)("$id $hex has this value and this encoding only", ({ hex, value }) => {
    const expected = toValue(value) as CborValue;
    expect(decodeCbor(fromHex(hex))).toStrictEqual(expected);
    expect(toHex(encodeCbor(expected))).toBe(hex);
  });

  test.each(acceptable)("$id reads the same leniently, and no rule is found broken", ({ hex, value }) => {
    expect(decodeLenient(fromHex(hex))).toStrictEqual({ value: toValue(value), faults: [] });
  });
});

describe("vectors to refuse", () => {
  test.each(refused)("$id $hex is refused for $reason", ({ id, hex, reason = "" }) => {
    const fault = OTHER_FAULT_FIRST[id] ?? FAULT_OF_REASON[reason];
    expect(fault, `the reason "${reason}" has a name`).toBeDefined();
    expect(() => decodeCbor(fromHex(hex))).toThrow(expect.objectContaining({ fault }));
  });

  const readable = refused.filter(({ value }) => value !== undefined && toValue(value) !== undefined);
  const unreadable = refused.filter((row) => !readable.includes(row));

  test.each(readable)(
    "$id reads leniently, with $reason among what was found",
    ({ hex, reason = "", value }) => {
      const decoding = decodeLenient(fromHex(hex));
      expect(decoding.value).toStrictEqual(toValue(value));
      expect(decoding.faults.map(({ fault }) => fault)).toContain(FAULT_OF_REASON[reason]);
    },
  );

  test.each(unreadable.filter(({ reason }) => reason !== "malformed:utf8"))(
    "$id cannot be read leniently either",
    ({ hex }) => {
      expect(() => decodeLenient(fromHex(hex))).toThrow(expect.objectContaining({ name: "CborError" }));
    },
  );

  test.each(unreadable.filter(({ reason }) => reason === "malformed:utf8"))(
    "$id reads leniently, with a replacement character",
    ({ hex }) => {
      const { value, faults } = decodeLenient(fromHex(hex));
      expect(value).toContain("\ufffd");
      expect(faults).toEqual([{ fault: "BAD_UTF8", offset: 0 }]);
    },
  );
});

/** Decided for this project: no CTAP2 message uses floats or null, so they are refused like other foreign types. */
describe("vectors left to the implementation", () => {
  test.each(undecided)("$id $hex is refused as a type CTAP2 has no use for", ({ hex }) => {
    expect(() => decodeCbor(fromHex(hex))).toThrow(
      expect.objectContaining({ fault: "UNSUPPORTED_TYPE", offset: 0 }),
    );
  });

  test.each(undecided.filter(({ reason }) => reason === "float"))(
    "$id $hex reads leniently as a number",
    ({ hex, value }) => {
      expect(decodeLenient(fromHex(hex))).toStrictEqual({
        value: toValue(value),
        faults: [{ fault: "UNSUPPORTED_TYPE", offset: 0 }],
      });
    },
  );
});

describe("getInfo responses of real devices", () => {
  test("there are 93 of them", () => expect(INFO).toHaveLength(93));

  test.each(INFO.filter(({ canonical }) => canonical))("$id $device: one value, these bytes", ({ cbor }) => {
    expect(toHex(encodeCbor(decodeCbor(fromHex(cbor))))).toBe(cbor);
  });

  test.each(INFO.filter(({ canonical }) => !canonical))(
    "$id $device: refused strictly, read leniently, issues found",
    ({ cbor, issues }) => {
      const bytes = fromHex(cbor);
      expect(() => decodeCbor(bytes)).toThrow(expect.objectContaining({ name: "CborError" }));
      const { value, faults } = decodeLenient(bytes);
      expect(new Set(faults.map(({ fault }) => fault))).toEqual(
        new Set(issues.map((issue) => FAULT_OF_REASON[issue])),
      );
      // Put in order and written again, it is as long as it was: nothing was lost on the way.
      expect(encodeCbor(value)).toHaveLength(bytes.length);
    },
  );
});
