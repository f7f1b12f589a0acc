import { describe, expect, test } from "vitest";
import { ArgumentError, arg, checkArguments, maybe, parameters } from "../../src/core/argument.js";
import { shape } from "../../src/core/shape.js";

interface Options {
  readonly portNumber: number;
  readonly label?: string;
  readonly inner?: { readonly pauseMs?: number };
}

const OPTIONS = parameters<Options>({
  portNumber: arg.port,
  label: maybe(shape.text),
  inner: maybe(shape.object({}, { pauseMs: shape.ms })),
});

const refusal = (value: unknown): ArgumentError => {
  try {
    checkArguments("connect", { options: [OPTIONS, value] });
  } catch (error) {
    if (error instanceof ArgumentError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
};

describe("checkArguments", () => {
  test("accepts what fits, undefined members, and what a class inherits", () => {
    class Inherited {
      get portNumber() {
        return 1;
      }
    }
    for (const good of [{ portNumber: 0 }, { portNumber: 65_535, label: undefined }, new Inherited()]) {
      expect(() => checkArguments("connect", { options: [OPTIONS, good] })).not.toThrow();
    }
  });

  test("names function, path, code and the nearest name", () => {
    const error = refusal({ portNumber: 1, lable: "x" });
    expect(error).toMatchObject({
      code: "ARGUMENT_UNKNOWN_MEMBER",
      message: "connect: options.lable: there is no such member",
      path: "options.lable",
      hint: "did you mean label?",
      aftermath: "none",
    });
    expect(error.toJSON()).toMatchObject({ code: "ARGUMENT_UNKNOWN_MEMBER", path: "options.lable" });
  });

  test("blames the mistyped name, not the required one it leaves missing", () => {
    expect(refusal({ portNumbr: 1 })).toMatchObject({
      code: "ARGUMENT_UNKNOWN_MEMBER",
      hint: "did you mean portNumber?",
    });
  });

  test.each([
    ["nothing", undefined, "ARGUMENT_WRONG_TYPE", "options"],
    ["null", null, "ARGUMENT_WRONG_TYPE", "options"],
    ["a number", 5, "ARGUMENT_WRONG_TYPE", "options"],
    ["a list", [], "ARGUMENT_WRONG_TYPE", "options"],
    ["a missing member", {}, "ARGUMENT_MISSING_MEMBER", "options.portNumber"],
    ["text for a number", { portNumber: "1" }, "ARGUMENT_WRONG_TYPE", "options.portNumber"],
    ["a number out of bounds", { portNumber: 65_536 }, "ARGUMENT_BAD_VALUE", "options.portNumber"],
    ["NaN", { portNumber: 1, inner: { pauseMs: NaN } }, "ARGUMENT_BAD_VALUE", "options.inner.pauseMs"],
    [
      "a negative time",
      { portNumber: 1, inner: { pauseMs: -1 } },
      "ARGUMENT_BAD_VALUE",
      "options.inner.pauseMs",
    ],
    [
      "a name of Object.prototype",
      { portNumber: 1, toString: 1 },
      "ARGUMENT_UNKNOWN_MEMBER",
      "options.toString",
    ],
  ])("refuses %s", (_, value, code, path) => {
    expect(refusal(value)).toMatchObject({ code, path });
  });

  test("never repeats a value, which may be a secret", () => {
    expect(JSON.stringify(refusal({ portNumber: "hunter2" }))).not.toContain("hunter2");
  });
});
