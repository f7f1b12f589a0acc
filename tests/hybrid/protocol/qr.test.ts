import { describe, expect, test } from "vitest";
import { encodeCbor } from "../../../src/cbor/encode.js";
import type { CborKey, CborValue } from "../../../src/cbor/value.js";
import { fromHex, toHex } from "../../../src/core/bytes.js";
import { seededEntropy } from "../../../src/core/entropy.js";
import { fromDigits, toDigits } from "../../../src/hybrid/protocol/digits.js";
import { HybridError } from "../../../src/hybrid/protocol/hybrid-error.js";
import { deriveKey, KeyPurpose } from "../../../src/hybrid/protocol/keys.js";
import { drawGrease, encodeQr, parseQr, type QrContents } from "../../../src/hybrid/protocol/qr.js";
import { casesOf, PROVIDERS, thrownBy } from "../vectors.js";

interface QrCase {
  readonly name: string;
  readonly url: string;
  readonly cbor: string;
  readonly map: Readonly<Record<string, unknown>>;
  readonly publicKeyUncompressed: string;
  readonly tunnelId: string;
}

interface ParseCase {
  readonly name: string;
  readonly cbor: string;
  readonly url: string;
  readonly expected: {
    readonly valid: boolean;
    readonly numKnownDomains?: number;
    readonly supportsLinking?: boolean | null;
    readonly requestType?: string;
  };
}

const CODES = casesOf<QrCase>("qr");
const POINT = fromHex(CODES[0]?.publicKeyUncompressed ?? "");

describe.each(PROVIDERS)("published codes, $name", (crypto) => {
  test.each(CODES)("$nr: $name", ({ url, cbor, map, publicKeyUncompressed, tunnelId }) => {
    expect(toHex(fromDigits(url.slice(6)))).toBe(cbor);
    const contents = parseQr(url, { crypto });
    expect(contents).toEqual({
      publicKey: fromHex(publicKeyUncompressed),
      secret: fromHex(map["1"] as string),
      knownDomains: map["2"],
      madeAtSeconds: map["3"],
      ...("4" in map && { supportsLinking: map["4"] }),
      hint: map["5"],
      ...("6" in map && { channels: map["6"] }),
    });
    const unknown = new Map(
      Object.entries(map)
        .filter(([key]) => Number(key) > 6)
        .map(([key, value]) => [Number(key), value as number]),
    );
    expect(encodeQr(contents, { crypto, unknown })).toBe(url);
    expect(toHex(deriveKey(contents.secret, { purpose: KeyPurpose.TUNNEL_ID }, crypto))).toBe(tunnelId);
  });

  test.each(casesOf<ParseCase>("qrParse"))("$nr: $name", ({ url, cbor, expected }) => {
    expect(toHex(fromDigits(url.slice(6)))).toBe(cbor);
    if (!expected.valid) {
      expect(() => parseQr(url, { crypto })).toThrow(expect.objectContaining({ code: "QR_INVALID_FIELD" }));
      return;
    }
    const { knownDomains, supportsLinking = null, hint } = parseQr(url, { crypto });
    expect({ numKnownDomains: knownDomains, supportsLinking, requestType: hint }).toEqual({
      numKnownDomains: expected.numKnownDomains,
      supportsLinking: expected.supportsLinking,
      requestType: expected.requestType,
    });
  });
});

const CODE_OF_REASON: Readonly<Record<string, string>> = {
  "not a FIDO:/ URL": "QR_NOT_FIDO",
  "empty payload": "QR_MALFORMED",
  "CBOR is not a map": "QR_MALFORMED",
  "non-digit": "DIGITS_INVALID",
  length: "DIGITS_INVALID",
  range: "DIGITS_INVALID",
};

test.each(casesOf<{ name: string; url: string; reason: string | null }>("qrUrlInvalid"))(
  "$nr: $name ($reason)",
  ({ url, reason }) => {
    if (reason === null) expect(parseQr(url)).toEqual(parseQr(url.toUpperCase()));
    else expect(() => parseQr(url)).toThrow(expect.objectContaining({ code: CODE_OF_REASON[reason] }));
  },
);

const GOOD: QrContents = {
  publicKey: POINT,
  secret: new Uint8Array(16).fill(5),
  knownDomains: 2,
  madeAtSeconds: 1_700_000_000,
  supportsLinking: true,
  hint: "mc",
};

/** The members of a good code, one changed; `undefined` takes it out. */
function codeWith(key: number, value: CborValue | undefined): string {
  const map = new Map<CborKey, CborValue>([
    [0, fromHex(CODES[0]?.map["0"] as string)],
    [1, GOOD.secret],
    [2, 2],
    [3, 1_700_000_000],
    [4, true],
    [5, "mc"],
  ]);
  if (value === undefined) map.delete(key);
  else map.set(key, value);
  return `FIDO:/${toDigits(encodeCbor(map))}`;
}

test("what is written is read", () => {
  expect(parseQr(encodeQr(GOOD))).toEqual(GOOD);
  expect(encodeQr(GOOD)).toBe(codeWith(3, 1_700_000_000));
});

test.each([
  ["the key", 0],
  ["the secret", 1],
])("a code without %s is refused", (_, key) => {
  expect(() => parseQr(codeWith(key, undefined))).toThrow(
    expect.objectContaining({ code: "QR_MISSING_FIELD", aftermath: "none" }),
  );
});

test.each([
  ["a key of 32 bytes", 0, new Uint8Array(32).fill(2)],
  ["a key of 65 bytes", 0, POINT],
  ["a key with another form byte", 0, new Uint8Array(33).fill(4)],
  ["a secret of 15 bytes", 1, new Uint8Array(15)],
  ["a secret of 17 bytes", 1, new Uint8Array(17)],
  ["a secret that is text", 1, "0123456789abcdef"],
  ["a negative number of domains", 2, -1],
  ["a linking flag that is a number", 4, 1],
  ["a hint that is bytes", 5, Uint8Array.of(0x6d, 0x63)],
])("%s is refused", (_, key, value) => {
  expect(() => parseQr(codeWith(key, value))).toThrow(expect.objectContaining({ code: "QR_INVALID_FIELD" }));
});

test.each([
  ["the date", 3, "knownDomains", 2],
  ["the number of domains", 2, "knownDomains", 0],
  ["the hint", 5, "hint", "ga"],
  ["the linking flag", 4, "supportsLinking", undefined],
] as const)("a code without %s is fine", (_, key, member, value) => {
  expect(parseQr(codeWith(key, undefined))[member]).toBe(value);
});

test.each(["today", -1])("a date that is none is left out, for no reader looks at it: %s", (date) => {
  expect(parseQr(codeWith(3, date))).not.toHaveProperty("madeAtSeconds");
});

test.each(["dcp", "dci"] as const)("%s is a hint of CTAP 2.3", (hint) => {
  expect(parseQr(codeWith(5, hint)).hint).toBe(hint);
});

describe("member 6", () => {
  test.each([true, false])("is a boolean in old drafts: %s", (value) => {
    expect(parseQr(codeWith(6, value))).toEqual({ ...GOOD, supportsNonDiscoverable: value });
    expect(encodeQr({ ...GOOD, supportsNonDiscoverable: value })).toBe(codeWith(6, value));
  });

  test("is a list of channels in CTAP 2.3", () => {
    expect(parseQr(codeWith(6, [0, 1]))).toEqual({ ...GOOD, channels: [0, 1] });
    expect(encodeQr({ ...GOOD, channels: [0, 1] })).toBe(codeWith(6, [0, 1]));
  });

  test("loses what is no channel number", () => {
    expect(parseQr(codeWith(6, [0, "ble", -1])).channels).toEqual([0]);
  });

  test("says nothing when it is of another type", () => {
    expect(parseQr(codeWith(6, "ble"))).toEqual(GOOD);
  });

  test("as a list is an error to Play services from before CTAP 2.3", () => {
    const reader = "play-services";
    expect(() => parseQr(codeWith(6, [0]), { reader })).toThrow(
      expect.objectContaining({ code: "QR_INVALID_FIELD" }),
    );
    expect(parseQr(codeWith(6, true), { reader }).supportsNonDiscoverable).toBe(true);
  });
});

test.each([2, 5])("Firefox needs member %d", (key) => {
  expect(() => parseQr(codeWith(key, undefined), { reader: "firefox" })).toThrow(
    expect.objectContaining({ code: "QR_MISSING_FIELD" }),
  );
  expect(parseQr(codeWith(4, undefined), { reader: "firefox" }).hint).toBe("mc");
});

test.each([
  ["a map that is not canonical", "a20150000000000000000000000000000000000000"],
  ["bytes after the map", "a000"],
  ["a list", "80"],
  ["a map cut short", "a200"],
])("%s is refused", (_, hex) => {
  expect(() => parseQr(`FIDO:/${toDigits(fromHex(hex))}`)).toThrow(
    expect.objectContaining({ code: "QR_MALFORMED" }),
  );
});

test("unknown members are left out, wherever they stand and whatever they are", () => {
  const unknown = new Map<CborKey, CborValue>([
    [-1, 7],
    [7, [1, new Map([[1, "x"]])]],
    ["text", true],
    [0xffff_ffff, new Uint8Array(3)],
  ]);
  expect(parseQr(encodeQr(GOOD, { unknown }))).toEqual(GOOD);
});

test("grease is a random member no reader knows", () => {
  const entropy = seededEntropy("grease");
  const draws = [drawGrease(entropy), drawGrease(entropy)];
  const [first, second] = draws.map((map) => [...map.keys()][0]);
  expect(first).not.toBe(second);
  for (const unknown of draws) {
    const text = encodeQr(GOOD, { unknown });
    expect(text).not.toBe(encodeQr(GOOD));
    expect(parseQr(text)).toEqual(GOOD);
  }
});

test("unknown members do not replace known ones", () => {
  expect(parseQr(encodeQr(GOOD, { unknown: new Map([[5, "ga"]]) })).hint).toBe("mc");
});

test("no error tells the secret", () => {
  const text = codeWith(
    0,
    Uint8Array.from({ length: 33 }, (_, i) => (i === 0 ? 2 : 0xff)),
  );
  const error = thrownBy(() => parseQr(text)) as HybridError;
  const told = `${JSON.stringify(error)} ${String(error.stack)} ${String(error.cause)}`;
  expect(told).not.toContain(toHex(GOOD.secret));
  expect(told).not.toContain(text.slice(6, 40));
});
