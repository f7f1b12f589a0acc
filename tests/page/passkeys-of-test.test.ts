/** Whose passkeys the handle of a test file stands for: those of the innermost test, and never of two at a time. */
import { expect, test } from "vitest";
import { passkeysOfTest } from "../../src/page/runners/passkeys-of-test.js";
import { WindowPasskeys } from "../../src/page/window/window-passkeys.js";

const named = (title: string) => new WindowPasskeys({ title });
const rigOf = ({ handle }: ReturnType<typeof passkeysOfTest>) => handle.rig;

test("is nobody's outside of tests", () => {
  const own = passkeysOfTest();
  expect(() => rigOf(own)).toThrow(expect.objectContaining({ code: "NO_TEST_RUNNER" }));
  const [one, passkeys] = [{}, named("one")];
  own.begin(one, passkeys);
  expect(rigOf(own)).toBe(passkeys.rig);
  expect(own.take(one)).toBe(passkeys);
  expect(own.take(one)).toBeUndefined();
  expect(() => rigOf(own)).toThrow(expect.objectContaining({ code: "NO_TEST_RUNNER" }));
});

test("is the inner test's while that runs", () => {
  const own = passkeysOfTest();
  const [outer, inner] = [{ fullName: "shop" }, { fullName: "shop > logs in" }];
  own.begin(outer, named("outer"));
  own.begin(inner, named("inner"));
  const innerRig = rigOf(own);
  own.take(inner);
  expect(rigOf(own)).not.toBe(innerRig);
  expect(own.take(outer)?.rig).toBeDefined();
});

test("refuses a second test at the same time, and leaves the first its own", () => {
  const own = passkeysOfTest();
  const [one, other] = [{ fullName: "shop" }, { fullName: "shop in Japanese" }];
  const passkeys = named("one");
  own.begin(one, passkeys);
  expect(() => own.begin(other, named("other"))).toThrow(expect.objectContaining({ code: "TESTS_OVERLAP" }));
  expect(own.take(other)).toBeUndefined();
  expect(rigOf(own)).toBe(passkeys.rig);
});
