import { describe, expect, test } from "vitest";
import { decodeCbor } from "../../../src/cbor/decode.js";
import { encodeCbor } from "../../../src/cbor/encode.js";
import type { CborValue } from "../../../src/cbor/value.js";
import { concat, fromHex, toHex, utf8 } from "../../../src/core/bytes.js";
import { nobleCrypto } from "../../../src/crypto/noble/provider.js";
import { nodeCrypto } from "../../../src/crypto/node/provider.js";
import { inflate } from "../../../src/ctap/client/deflate.js";
import {
  decodeLargeBlobArray,
  encodeLargeBlobArray,
  isIntact,
  toElement,
} from "../../../src/ctap/client/large-blob-array.js";
import {
  openLargeBlob,
  readLargeBlobEntry,
  sealLargeBlob,
} from "../../../src/ctap/client/large-blob-entry.js";
import { largeBlobWriteMessage, littleEndian } from "../../../src/ctap/messages/large-blobs.js";
import { pinProtocol } from "../../../src/ctap/client/pin-protocol.js";
import { scriptedEntropy } from "../../helpers/scripted-entropy.js";
import { hexOf, loadVectors } from "../../helpers/vectors.js";

type LargeBlobVector = Readonly<Record<string, string>> & { readonly id: string };

const vector = (id: string) => {
  const found = loadVectors<LargeBlobVector>("pin-protocols").find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`no vector ${id}`);
  return (member: string) => hexOf(found[member]);
};

describe.each([nodeCrypto, nobleCrypto])("with $name crypto", (crypto) => {
  const entry = vector("calc-largeBlob-entry");
  const key = entry("largeBlobKey");

  test("the published entry opens to the data it was made of", () => {
    const read = readLargeBlobEntry(decodeCbor(entry("entryCbor")));
    expect(read).toBeDefined();
    expect(read && openLargeBlob(crypto, key, read)).toEqual(entry("origData"));
  });

  test("what is sealed here differs from the published entry in nothing but the compressor's choice", () => {
    const entropy = scriptedEntropy(entry("nonce"));
    const sealed = sealLargeBlob({ crypto, entropy }, { key, data: entry("origData") });
    const ciphertext = sealed.get(1) as Uint8Array;
    expect([sealed.get(2), sealed.get(3)]).toEqual([entry("nonce"), entry("origData").length]);
    const compressed = crypto.gcmOpen(key, entry("nonce"), ciphertext, entry("aad"));
    expect(compressed && inflate(compressed, entry("origData").length)).toEqual(entry("origData"));
  });

  test("an empty array is the published one", () => {
    const serialized = vector("spec-largeBlob-initial-array")("serialized");
    expect(encodeLargeBlobArray(crypto, [])).toEqual(serialized);
    expect(decodeLargeBlobArray(crypto, serialized)).toEqual([]);
  });

  test("a write is authenticated by the published message", () => {
    const published = vector("calc-p1-largeblobs-set");
    const message = published("message");
    const offset = new DataView(message.buffer).getUint32(34, true);
    // The vector holds the hash of what was written, not that itself: a stand-in hash gives it back.
    const stub = { ...crypto, sha256: () => message.subarray(-32) };
    expect(toHex(largeBlobWriteMessage(stub, { offset, set: utf8("any") }))).toBe(toHex(message));
    const signature = pinProtocol(1, crypto).authenticate(published("key"), message);
    expect(signature).toEqual(published("signature"));
  });

  const element = (value: CborValue) => toElement(encodeCbor(value));
  const sealed = () =>
    sealLargeBlob({ crypto, entropy: scriptedEntropy(new Uint8Array(12)) }, { key, data: utf8("x") });

  test.each([0, 1, 23, 24, 255, 256, 300])("%i elements come back as they went", (count) => {
    const elements = Array.from({ length: count }, (_, index) => element(index));
    const serialized = encodeLargeBlobArray(crypto, elements);
    expect(decodeLargeBlobArray(crypto, serialized).map(({ raw }) => toHex(raw))).toEqual(
      elements.map(({ raw }) => toHex(raw)),
    );
    expect(decodeCbor(serialized.subarray(0, -16))).toHaveLength(count);
  });

  test("elements nobody here can read are kept byte for byte", () => {
    const strange = [
      "f97e00",
      "a2026161016162",
      "c074323031332d30332d32315432303a30343a30305a",
      "9f01ff",
      "818181818181820102",
    ];
    const array = concat(Uint8Array.of(0x80 | strange.length), ...strange.map(fromHex));
    const serialized = concat(array, crypto.sha256(array).subarray(0, 16));
    const elements = decodeLargeBlobArray(crypto, serialized);
    expect(elements.map(({ raw }) => toHex(raw))).toEqual(strange);
    expect(elements.every(({ entry: read }) => read === undefined)).toBe(true);
    expect(toHex(encodeLargeBlobArray(crypto, elements))).toBe(toHex(serialized));
  });

  test("an array that fails its own hash counts as empty", () => {
    const serialized = encodeLargeBlobArray(crypto, [element(1)]);
    serialized[0] = 0x80;
    expect(isIntact(crypto, serialized)).toBe(false);
    expect(decodeLargeBlobArray(crypto, serialized)).toEqual([]);
    expect(isIntact(crypto, new Uint8Array(16))).toBe(false);
  });

  test.each([
    ["a map", "a0"],
    ["an array of unknown length", "9fff"],
    ["two values", "8080"],
    ["half an array", "8201"],
  ])("%s under a right hash is refused, so that nobody writes over it", (_, hex) => {
    const serialized = concat(fromHex(hex), crypto.sha256(fromHex(hex)).subarray(0, 16));
    expect(() => decodeLargeBlobArray(crypto, serialized)).toThrow(
      expect.objectContaining({ code: "MESSAGE_MALFORMED" }),
    );
  });

  test.each([
    ["another key", { key: new Uint8Array(32) }, {}],
    ["another size", {}, { origSize: 2 }],
    ["another nonce", {}, { nonce: new Uint8Array(12).fill(1) }],
    ["a size nobody unpacks", {}, { origSize: 2 ** 40 }],
  ])("%s opens nothing", (_, other, change) => {
    const read = readLargeBlobEntry(sealed());
    if (read === undefined) throw new Error("an entry was sealed");
    expect(openLargeBlob(crypto, key, read)).toEqual(utf8("x"));
    expect(openLargeBlob(crypto, { key, ...other }.key, { ...read, ...change })).toBeUndefined();
  });

  test.each([
    ["a number", 7],
    ["a map without a nonce", new Map([...sealed()].filter(([member]) => member !== 2))],
    ["a short nonce", new Map([...sealed(), [2, new Uint8Array(11)] as const])],
    ["a ciphertext shorter than its tag", new Map([...sealed(), [1, new Uint8Array(15)] as const])],
    ["a size below zero", new Map([...sealed(), [3, -1] as const])],
  ])("%s is no entry", (_, value) => {
    expect(readLargeBlobEntry(value as CborValue)).toBeUndefined();
  });

  test("empty data is data", () => {
    const empty = sealLargeBlob(
      { crypto, entropy: scriptedEntropy(new Uint8Array(12)) },
      { key, data: new Uint8Array(0) },
    );
    const read = readLargeBlobEntry(empty);
    expect(read && openLargeBlob(crypto, key, read)).toEqual(new Uint8Array(0));
  });
});

describe("inflate", () => {
  /** A kilobyte of zeros. Source: python3 zlib, wbits -15. */
  const ZEROS = fromHex("63601805a360148c540000");

  test("data of the announced length are the data", () => {
    expect(inflate(ZEROS, 1024)).toEqual(new Uint8Array(1024));
  });

  test.each([
    ["fewer bytes than announced", 2048],
    ["more bytes than announced", 16],
  ])("%s are not the data", (_, length) => {
    expect(inflate(ZEROS, length)).toBeUndefined();
  });

  test("bytes that are no DEFLATE are not the data", () => {
    expect(inflate(Uint8Array.of(0xff, 0xff), 5)).toBeUndefined();
    expect(inflate(new Uint8Array(0), 0)).toBeUndefined();
  });
});

test("integers of large blobs are little endian", () => {
  expect(toHex(littleEndian(0x01020304, 4))).toBe("04030201");
  expect(toHex(littleEndian(170, 8))).toBe("aa00000000000000");
});
