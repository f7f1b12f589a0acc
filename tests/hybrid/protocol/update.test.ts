import { expect, test } from "vitest";
import { fromHex } from "../../../src/core/bytes.js";
import { CHROME_UPDATE_BYTES } from "../../../src/hybrid/protocol/constants.js";
import { encodeFrame } from "../../../src/hybrid/protocol/frames.js";
import { padMessage } from "../../../src/hybrid/protocol/padding.js";
import { encodeChromeUpdate, encodeUpdate, parseUpdate } from "../../../src/hybrid/protocol/update.js";

const linkingOf = (contactBytes: number) => new Map([[1, new Uint8Array(contactBytes)]]);

test("an empty update is legal and says nothing", () => {
  expect(encodeUpdate({})).toEqual(fromHex("a0"));
  expect(parseUpdate(fromHex("a0"))).toEqual({});
});

test("members nobody knows are left out", () => {
  expect(parseUpdate(fromHex("a2004100071907d0"))).toEqual({ padding: Uint8Array.of(0) });
});

test.each([
  ["no map", "80"],
  ["a map cut short", "a101"],
  ["bytes behind the map", "a000"],
  ["nothing", ""],
  ["linking data that are no map", "a10141ff"],
])("%s is refused", (_, hex) => {
  expect(() => parseUpdate(fromHex(hex))).toThrow(
    expect.objectContaining({ code: "UPDATE_MALFORMED", aftermath: "unknown" }),
  );
});

/** Around every length at which a head grows. */
test.each([undefined, 1, 100, 200, 240, 250, 253, 254, 255, 256, 400, 470, 485, 495, 500])(
  "Chrome's update looks the same with %s bytes of contact",
  (contactBytes) => {
    const linking = contactBytes === undefined ? undefined : linkingOf(contactBytes);
    const payload = encodeChromeUpdate(linking);
    expect(padMessage(encodeFrame({ type: "update", payload }))).toHaveLength(CHROME_UPDATE_BYTES);
    expect(parseUpdate(payload).linking).toEqual(linking);
  },
);

test("linking data too long for that make it longer", () => {
  const payload = encodeChromeUpdate(linkingOf(600));
  expect(padMessage(payload).length).toBeGreaterThan(CHROME_UPDATE_BYTES);
  expect(parseUpdate(payload).linking).toEqual(linkingOf(600));
});

test("padding that is a number says as little as any other", () => {
  const heard: unknown[][] = [];
  expect(parseUpdate(fromHex("a10000"), (...fault) => void heard.push(fault))).toEqual({});
  expect(heard).toEqual([["MESSAGE_UNEXPECTED_TYPE", 0, "padding"]]);
  parseUpdate(fromHex("a1004100"), (...fault) => void heard.push(fault));
  expect(heard).toHaveLength(1);
});
