import { describe, expect, test } from "vitest";
import { CHECKS } from "../../src/entry/conformance.js";
import { BROKEN_CTAP } from "./broken/ctap.js";
import { BROKEN_HID } from "./broken/hid.js";
import { someOf } from "../helpers/full-runs.js";
import { failuresOf } from "./broken/run-broken.js";

const BROKEN = [...BROKEN_HID, ...BROKEN_CTAP];

test("there are at least thirty of them, and each is to be found by a check that exists", () => {
  expect(BROKEN.length).toBeGreaterThanOrEqual(30);
  const ids = new Set(CHECKS.map(({ id }) => id));
  expect(BROKEN.flatMap(({ found }) => found).filter((id) => !ids.has(id))).toEqual([]);
});

describe("a device that", () => {
  test.each(someOf(BROKEN))("$name is found and named", async (broken) => {
    const failed = await failuresOf(broken);
    expect(failed.slice(0, broken.found.length)).toEqual(broken.found);
  });
});
