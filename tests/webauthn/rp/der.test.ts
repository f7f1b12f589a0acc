import { describe, expect, test } from "vitest";
import { fromHex } from "../../../src/core/bytes.js";
import { childrenOf, readDer, type DerFault } from "../../../src/webauthn/rp/der.js";
import { booleanOf, numberOf, oidOf, textOf, timeOf } from "../../../src/webauthn/rp/der-values.js";

const fault = (name: DerFault) => expect.objectContaining({ name: "DerError", code: `DER_${name}` }) as Error;

describe("readDer", () => {
  /** Source: the rules of ITU-T X.690 §8.1 and §10.1. */
  const BAD: readonly (readonly [string, string, DerFault])[] = [
    ["nothing", "", "TRUNCATED"],
    ["a tag alone", "30", "TRUNCATED"],
    ["less content than announced", "040201", "TRUNCATED"],
    ["a length cut short", "0482", "TRUNCATED"],
    ["bytes after the item", "040000", "TRAILING_BYTES"],
    ["an indefinite length", "30800000", "LENGTH"],
    ["a length in long form that fits the short one", "04810100", "LENGTH"],
    ["a length with a leading zero", `04820080${"00".repeat(128)}`, "LENGTH"],
    ["a length of four bytes", "048400000001", "LENGTH"],
    ["a high tag that fits the low form", "bf1e00", "TAG"],
    ["a high tag with a leading zero", "bf801f00", "TAG"],
    ["a high tag of four digits", "bf8181810100", "TAG"],
    ["a high tag cut short", "bf81", "TRUNCATED"],
  ];

  test.each(BAD)("%s is refused", (_what, hex, code) => {
    expect(() => readDer(fromHex(hex))).toThrow(fault(code));
  });

  test("more than 64 KiB is refused", () => {
    expect(() => readDer(new Uint8Array(65_537))).toThrow(fault("TOO_LARGE"));
  });

  test("a high tag, its class and its content are told apart", () => {
    expect(readDer(fromHex("bf845803020101"))).toMatchObject({
      tagClass: "context",
      tag: 600,
      constructed: true,
      content: fromHex("020101"),
    });
  });

  test("the children of a sequence come in order, each with its own bytes", () => {
    const children = childrenOf(readDer(fromHex("3006020101020102")));
    expect(children.map(({ raw }) => raw)).toEqual([fromHex("020101"), fromHex("020102")]);
  });

  test("a primitive item has no children", () => {
    expect(() => childrenOf(readDer(fromHex("020101")))).toThrow(fault("UNEXPECTED"));
  });
});

describe("values", () => {
  test.each([
    ["020100", 0],
    ["02017f", 127],
    ["02020080", 128],
    ["0201ff", -1],
    ["02028000", -32_768],
    ["0206010000000000", 2 ** 40],
  ])("integer %s is %d", (hex, value) => {
    expect(numberOf(readDer(fromHex(hex)))).toBe(value);
  });

  test.each(["0200", "02020001", "0202ff80", "020701000000000000"])("integer %s is refused", (hex) => {
    expect(() => numberOf(readDer(fromHex(hex)))).toThrow(fault("VALUE"));
  });

  /** Source: ITU-T X.690 §8.19.5 for the first. */
  test.each([
    ["0603883703", "2.999.3"],
    [
      "060a2b0601040182e51c0104".replace("060a", "060b").replace("1c0104", "1c010104"),
      "1.3.6.1.4.1.45724.1.1.4",
    ],
    ["0603551d11", "2.5.29.17"],
    ["060127", "0.39"],
  ])("object identifier %s is %s", (hex, dotted) => {
    expect(oidOf(readDer(fromHex(hex)))).toBe(dotted);
  });

  test.each(["0600", "060180", "06028001", "06025580", "0609ffffffffffffffff7f"])(
    "object identifier %s is refused",
    (hex) => {
      expect(() => oidOf(readDer(fromHex(hex)))).toThrow(fault("VALUE"));
    },
  );

  test.each(["01010f", "0100", "0102ffff"])("boolean %s is refused", (hex) => {
    expect(() => booleanOf(readDer(fromHex(hex)))).toThrow(fault("VALUE"));
  });

  const ascii = (text: string) => Buffer.from(text, "latin1").toString("hex");
  test.each([
    ["170d", "491231235959Z", Date.UTC(2049, 11, 31, 23, 59, 59)],
    ["170d", "500101000000Z", Date.UTC(1950, 0, 1)],
    ["180f", "30240101000000Z", Date.UTC(3024, 0, 1)],
    ["180f", "20240229000000Z", Date.UTC(2024, 1, 29)],
  ])("time %s %s", (head, text, epochMs) => {
    expect(timeOf(readDer(fromHex(head + ascii(text))))).toBe(epochMs);
  });

  test.each([
    ["170b", "4912312359Z"],
    ["1711", "491231235959+0100"],
    ["180f", "20230229000000Z"],
    ["180f", "20231301000000Z"],
    ["180f", "20230101240000Z"],
    ["170f", "20230101000000Z"],
  ])("time %s %s is refused", (head, text) => {
    expect(() => timeOf(readDer(fromHex(head + ascii(text))))).toThrow(fault("VALUE"));
  });

  test("names in UTF-8, in two-byte characters and in one-byte characters", () => {
    expect(textOf(readDer(fromHex("0c02c3bc")))).toBe("ü");
    expect(textOf(readDer(fromHex("1e0400fc0041")))).toBe("üA");
    expect(textOf(readDer(fromHex("1301fc")))).toBe("ü");
  });
});
