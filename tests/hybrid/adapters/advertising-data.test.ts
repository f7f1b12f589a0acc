import { expect, test } from "vitest";
import { fromHex, toHex } from "../../../src/core/bytes.js";
import {
  encodeAdvertisingData,
  isHybridService,
  parseAdvertisingData,
} from "../../../src/hybrid/adapters/advertising-data.js";
import { LEGACY_ADVERTISING_BYTES_MAX } from "../../../src/hybrid/protocol/constants.js";
import { casesOf } from "../vectors.js";

interface DataCase {
  readonly name: string;
  readonly serviceUuid: string;
  readonly serviceData: string;
  readonly advertisingData: string;
}

const CASES = casesOf<DataCase>("advertisingData");

test.each(CASES)("$nr: $name", ({ serviceUuid, serviceData, advertisingData }) => {
  const service = { uuid: Number.parseInt(serviceUuid, 16), data: fromHex(serviceData) };
  const listsUuid = advertisingData.startsWith("0303");
  expect(toHex(encodeAdvertisingData(service, { listsUuid }))).toBe(advertisingData);
  expect(parseAdvertisingData(fromHex(advertisingData))).toEqual([service]);
  expect(isHybridService(service.uuid)).toBe(true);
});

test("with flags and list of services an advert just fits a legacy packet", () => {
  const data = new Uint8Array(20);
  const bytes = encodeAdvertisingData({ uuid: 0xfff9, data }, { flags: 0x06, listsUuid: true });
  expect(bytes).toHaveLength(LEGACY_ADVERTISING_BYTES_MAX);
  expect(parseAdvertisingData(bytes)).toEqual([{ uuid: 0xfff9, data }]);
});

test("several pieces of service data are all found, other structures passed over", () => {
  const bytes = fromHex("0201061209" + "41".repeat(17) + "0416f9ff01" + "03ff4c00" + "0416e2fd02");
  expect(parseAdvertisingData(bytes)).toEqual([
    { uuid: 0xfff9, data: Uint8Array.of(1) },
    { uuid: 0xfde2, data: Uint8Array.of(2) },
  ]);
});

test.each([
  ["nothing", ""],
  ["a structure that runs past the end", "0516f9ff01"],
  ["service data without a whole UUID", "0216f9"],
  ["zeros for the unused rest", "0000000416f9ff01"],
])("%s is no error and no service data", (_, hex) => {
  expect(parseAdvertisingData(fromHex(hex))).toEqual([]);
});

test("what came before a broken structure is kept", () => {
  expect(parseAdvertisingData(fromHex("0416f9ff01" + "ff16f9ff"))).toEqual([
    { uuid: 0xfff9, data: Uint8Array.of(1) },
  ]);
});

test("the FIDO GATT service is not ours", () => {
  expect(isHybridService(0xfffd)).toBe(false);
});

test("more than one structure can hold is a bug of the caller", () => {
  expect(() => encodeAdvertisingData({ uuid: 0xfff9, data: new Uint8Array(253) })).toThrow(RangeError);
  expect(encodeAdvertisingData({ uuid: 0xfff9, data: new Uint8Array(252) })).toHaveLength(256);
});
