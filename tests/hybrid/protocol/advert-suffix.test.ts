import { expect, test } from "vitest";
import { fromHex, toHex } from "../../../src/core/bytes.js";
import { encodeAdvertSuffix, parseAdvertSuffix } from "../../../src/hybrid/protocol/advert.js";
import { ADVERT_BYTES } from "../../../src/hybrid/protocol/constants.js";
import { casesOf } from "../vectors.js";

interface SuffixCase {
  readonly name: string;
  readonly suffix: string;
  readonly serviceData?: string;
  readonly blePsm?: number | null;
  readonly error?: true;
}

test.each(casesOf<SuffixCase>("advertSuffix"))("$nr: $name", ({ suffix, serviceData, blePsm, error }) => {
  const bytes = fromHex(suffix);
  const expected = typeof blePsm === "number" ? { blePsm } : {};
  expect(parseAdvertSuffix(bytes)).toEqual(error ? undefined : expected);
  if (typeof blePsm === "number") expect(toHex(encodeAdvertSuffix({ blePsm }))).toBe(suffix);
  if (serviceData !== undefined) expect(fromHex(serviceData).subarray(ADVERT_BYTES)).toEqual(bytes);
});

test("no port gives an empty map", () => {
  expect(toHex(encodeAdvertSuffix({}))).toBe("a0");
});

test("a negative port is left out", () => {
  expect(parseAdvertSuffix(fromHex("a10120"))).toEqual({});
});

test("channels we do not know are left out, the one we know is read", () => {
  expect(parseAdvertSuffix(fromHex("a300182a0118820719ffff"))).toEqual({ blePsm: 130 });
});
