import { describe, expect, test } from "vitest";
import { fromHex } from "../../../src/core/bytes.js";
import { firstUsage } from "../../../src/transports/hid/report-descriptor.js";

/** Source: CTAP 2.2 §11.2.8.2, the example descriptor. */
const FIDO = "06d0f10901a1010920150026ff007508954081020921150026ff00750895409102c0";

describe("firstUsage", () => {
  test("the specification's descriptor is a FIDO device", () => {
    expect(firstUsage(fromHex(FIDO))).toEqual({ usagePage: 0xf1d0, usage: 1 });
  });

  test.each([
    ["a keyboard", "05010906a101c0", { usagePage: 1, usage: 6 }],
    ["a usage of four bytes brings its page along", "0b0100d0f1a101c0", { usagePage: 0xf1d0, usage: 1 }],
    ["the usage before its page", "090106d0f1a101c0", { usagePage: 0xf1d0, usage: 1 }],
    ["a long item in front is stepped over", `fe0210aabb${FIDO}`, { usagePage: 0xf1d0, usage: 1 }],
    ["FIDO only in the second collection", `05010906a101c0${FIDO}`, { usagePage: 1, usage: 6 }],
  ])("%s", (_, descriptor, usage) => {
    expect(firstUsage(fromHex(descriptor))).toEqual(usage);
  });

  test.each([
    ["nothing", ""],
    ["no collection", "06d0f10901"],
    ["a collection of no usage", "06d0f1a101c0"],
    ["cut off inside an item", "06d0"],
  ])("%s has none", (_, descriptor) => {
    expect(firstUsage(fromHex(descriptor))).toBeUndefined();
  });
});
