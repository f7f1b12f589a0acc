import { describe, expect, test } from "vitest";
import { AbortedError } from "../../src/core/errors.js";
import { printable, printableData, printableJson, printableLines } from "../../src/core/printable.js";

/** Escape, C1 control, line break of every kind, direction mark, half of a pair, and what XML forbids. */
const STEERING = "\u001b\u0007\u009b\n\r\u2028\u202e\u2066\ud800\uffff";

describe("a text of somebody else's", () => {
  test("loses what steers a reader, sign by sign, and nothing else", () => {
    expect(printable(`a${STEERING}b`)).toBe(`a${"\uFFFD".repeat(10)}b`);
    expect(printable("é 漢字 🔑 <b>&amp;")).toBe("é 漢字 🔑 <b>&amp;");
  });

  test("keeps its lines where it may have several", () => {
    expect(printableLines("a\n\tb\r\n\u001b")).toBe("a\n\tb\uFFFD\n\uFFFD");
  });

  test("is escaped everywhere in plain data, and the data stay as they are", () => {
    const bytes = Uint8Array.of(27);
    const data = { [`k\n`]: [`v\u001b`, { deep: "\n" }], bytes, number: 1, none: undefined };
    expect(printableData(data)).toEqual({
      "k\uFFFD": ["v\uFFFD", { deep: "\uFFFD" }],
      bytes,
      number: 1,
      none: undefined,
    });
    expect(Object.keys(data)).toContain("k\n");
  });

  test("means the same in JSON, and is written with escapes", () => {
    const text = printableJson({ text: STEERING }, 2);
    expect(text).toMatch(/^[\n -~]*$/);
    expect(JSON.parse(text)).toEqual({ text: STEERING });
  });

  test("in an error's message and hint is escaped there", () => {
    const { message, hint } = new AbortedError("closed with \u001b[31mRED\n::error::x", { hint: "\u0007" });
    expect([message, hint]).toEqual(["closed with \uFFFD[31mRED\uFFFD::error::x", "\uFFFD"]);
  });
});
