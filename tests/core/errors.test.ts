import { describe, expect, test, vi } from "vitest";
import { AbortedError, HarnessError, TimeoutError, isHarnessError } from "../../src/core/errors.js";

class PlugError extends HarnessError<"PLUG_LOOSE"> {}

describe("HarnessError", () => {
  test("carries a code, prose, an aftermath and the name of its class", () => {
    const error = new PlugError("PLUG_LOOSE", "the plug is loose");
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: "PlugError",
      code: "PLUG_LOOSE",
      message: "the plug is loose",
      aftermath: "none",
      hint: undefined,
    });
    expect("cause" in error).toBe(false);
  });

  test("keeps its cause, its hint and what it may have left behind", () => {
    const cause = new Error("inner");
    const error = new PlugError("PLUG_LOOSE", "loose", { cause, hint: "push it in", aftermath: "unknown" });
    expect(error).toMatchObject({ cause, hint: "push it in", aftermath: "unknown" });
  });

  test("as JSON it is what a report needs: no stack, no cause", () => {
    const error = new PlugError("PLUG_LOOSE", "loose", { cause: new Error("secret"), hint: "push it in" });
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: "PlugError",
      code: "PLUG_LOOSE",
      message: "loose",
      aftermath: "none",
      hint: "push it in",
    });
    expect(JSON.stringify(new PlugError("PLUG_LOOSE", "loose"))).not.toContain("hint");
  });
});

describe("TimeoutError", () => {
  test("names its timer and budget, in JSON too", () => {
    const error = new TimeoutError({ timer: "gw.idle", budgetMs: 60_000, aftermath: "unknown" });
    expect(error.message).toBe("gw.idle: no result within 60000 ms");
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: "TimeoutError",
      code: "TIMEOUT",
      message: "gw.idle: no result within 60000 ms",
      aftermath: "unknown",
      timer: "gw.idle",
      budgetMs: 60_000,
    });
  });
});

test("AbortedError has the code ABORTED and the detail it was given", () => {
  const cause = new Error("user");
  expect(new AbortedError("cancelled", { cause, aftermath: "unknown" })).toMatchObject({
    name: "AbortedError",
    code: "ABORTED",
    cause,
    aftermath: "unknown",
  });
});

describe("isHarnessError", () => {
  test("knows errors of another copy of this library, where instanceof does not", async () => {
    vi.resetModules();
    const copy = await import("../../src/core/errors.js");
    const theirs = new copy.AbortedError("from the other copy");
    expect(theirs).not.toBeInstanceOf(HarnessError);
    expect(isHarnessError(theirs)).toBe(true);
    expect(copy.isHarnessError(new AbortedError("from ours"))).toBe(true);
  });

  test.each([
    null,
    undefined,
    "PLUG_LOOSE",
    7,
    {},
    new Error("foreign"),
    { code: "ABORTED", aftermath: "none" },
  ])("%j is none", (value) => {
    expect(isHarnessError(value)).toBe(false);
  });
});
