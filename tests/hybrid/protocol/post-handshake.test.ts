import { describe, expect, test } from "vitest";
import { encodeCbor } from "../../../src/cbor/encode.js";
import type { CborValue } from "../../../src/cbor/value.js";
import { concat, fromHex, toHex } from "../../../src/core/bytes.js";
import { parseInfo } from "../../../src/ctap/messages/get-info.js";
import { padMap } from "../../../src/hybrid/protocol/padding.js";
import {
  encodePostHandshake,
  parsePostHandshake,
  type PhoneFeature,
} from "../../../src/hybrid/protocol/post-handshake.js";
import { casesOf } from "../vectors.js";

interface PostHandshakeCase {
  readonly name: string;
  readonly revision: number;
  readonly plaintext: string;
  readonly getInfo: string;
  readonly getInfoMap: {
    readonly "1": readonly string[];
    readonly "2"?: readonly string[];
    readonly "3": string;
    readonly "4": Readonly<Record<string, boolean>>;
    readonly "9": readonly string[];
  };
  readonly features: readonly PhoneFeature[] | null;
}

test.each(casesOf<PostHandshakeCase>("postHandshake"))("$nr: $name", (row) => {
  const info = fromHex(row.getInfo);
  const message = { info, features: row.features ?? ["ctap" as const] };
  expect(parsePostHandshake(fromHex(row.plaintext))).toEqual({ ...message, revision: row.revision });
  const listsFeatures = row.features !== null;
  expect(toHex(encodePostHandshake(message, { listsFeatures }))).toBe(row.plaintext);
  expect(parseInfo(info)).toEqual({
    versions: row.getInfoMap[1],
    ...(row.getInfoMap[2] && { extensions: row.getInfoMap[2] }),
    aaguid: fromHex(row.getInfoMap[3]),
    options: row.getInfoMap[4],
    transports: row.getInfoMap[9],
  });
});

const INFO = fromHex("a20181684649444f5f325f30035000000000000000000000000000000000");
const MESSAGE = { info: INFO, features: ["ctap"] as const };
const malformed = expect.objectContaining({ code: "POST_HANDSHAKE_MALFORMED", aftermath: "none" }) as Error;

const mapOf = (...entries: readonly (readonly [number, CborValue])[]) => encodeCbor(new Map(entries));

describe("revision 2.0", () => {
  test.each(["512", "256"] as const)("padded its message to %s bytes", (padding) => {
    const linking = new Map([[2, new Uint8Array(8)]]);
    const plaintext = encodePostHandshake({ ...MESSAGE, linking }, { padding, listsFeatures: false });
    expect(plaintext).toHaveLength(Number(padding));
    expect(parsePostHandshake(plaintext)).toEqual({ ...MESSAGE, linking, revision: 0 });
  });

  test("padded longer messages to the next multiple", () => {
    const info = new Uint8Array(600).fill(1);
    const plaintext = encodePostHandshake({ info, features: ["ctap"] }, { padding: "512" });
    expect(plaintext).toHaveLength(1024);
    expect(parsePostHandshake(plaintext).info).toEqual(info);
  });
});

describe("a message is refused", () => {
  test.each([
    ["when it is empty", new Uint8Array(0)],
    ["when it is no map", fromHex("81a0")],
    ["when it is random", new Uint8Array(64).fill(0xc7)],
    ["when bytes follow the map", concat(encodePostHandshake(MESSAGE), Uint8Array.of(0xff, 0xff))],
    ["when it has a type byte in front", concat(Uint8Array.of(1), encodePostHandshake(MESSAGE))],
    ["when its getInfo response is missing", mapOf()],
    ["when its getInfo response is missing in padding", padMap(mapOf(), "512")],
    ["when its getInfo response is no byte string", mapOf([1, new Map()])],
    ["when its features are no list", mapOf([1, INFO], [3, "ctap"])],
    ["when a phone without CTAP sends a getInfo response", mapOf([1, INFO], [3, ["dc"]])],
    ["when its linking data are no map", mapOf([1, INFO], [2, new Uint8Array(1)])],
  ])("%s", (_, plaintext) => {
    expect(() => parsePostHandshake(plaintext)).toThrow(malformed);
  });
});

test("a phone may speak of digital credentials only", () => {
  const message = { features: ["dc"] as const };
  expect(parsePostHandshake(encodePostHandshake(message))).toEqual({ ...message, revision: 1 });
});

test("features and members nobody knows are left out, and so is padding", () => {
  const plaintext = mapOf([0, new Uint8Array(9)], [1, INFO], [3, ["ctap", "teleport"]], [900, true]);
  expect(parsePostHandshake(plaintext)).toEqual({ ...MESSAGE, revision: 1 });
});

test("a map with its members in the wrong order is read, and the rule it broke reported", () => {
  const sorted = mapOf([1, INFO], [3, ["ctap"]]);
  const second = concat(Uint8Array.of(0x03, 0x81, 0x64), fromHex("63746170"));
  const first = sorted.subarray(1, sorted.length - second.length);
  const plaintext = concat(Uint8Array.of(0xa2), second, first);
  const faults: string[] = [];
  expect(parsePostHandshake(plaintext, (fault) => faults.push(fault))).toEqual({ ...MESSAGE, revision: 1 });
  expect(faults).toEqual(["KEYS_OUT_OF_ORDER"]);
});

test("a feature that is no text is one that nobody knows", () => {
  const plaintext = mapOf([1, INFO], [3, ["ctap", 1]]);
  const heard: unknown[][] = [];
  const read = parsePostHandshake(plaintext, (...fault) => void heard.push(fault));
  expect(read.features).toEqual(["ctap"]);
  expect(heard).toEqual([["MESSAGE_UNEXPECTED_TYPE", 0, expect.stringMatching(/^features\[\d\]$/)]]);
});
