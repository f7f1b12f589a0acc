import { expect, test } from "vitest";
import { fromHex } from "../../src/core/bytes.js";
import { describeCbor } from "../../src/cbor/describe.js";

const linesOf = (hex: string) => describeCbor(fromHex(hex)).split("\n");

/** Offset, hex and meaning, with the padding between them taken out. */
const meaningsOf = (hex: string) => linesOf(hex).map((line) => line.split(/\s{2,}/).join(" | "));

test("one line per item, nested ones indented", () => {
  expect(linesOf("a2016161038220f5")).toEqual([
    "0000  a2                         map (2)",
    "0001  01                           key 1",
    '0002  6161                         "a"',
    "0004  03                           key 3",
    "0005  82                           array (2)",
    "0006  20                             -1",
    "0007  f5                             true",
  ]);
});

test("broken rules stand beside the item that broke them", () => {
  expect(meaningsOf("a2181702010361")).toContain("0004 | 01 | key 1 | <- KEYS_OUT_OF_ORDER");
  expect(meaningsOf("a2181702010361")).toContain("0001 | 1817 | key 23 | <- NOT_SHORTEST");
  expect(meaningsOf("1800ff")).toEqual([
    "0000 | 1800 | 0 | <- NOT_SHORTEST",
    "0002 | ff | 1 bytes after the value | <- TRAILING_BYTES",
  ]);
});

test("a key that breaks two rules is marked with both", () => {
  expect(meaningsOf("a3616101616201616102")).toContain(
    '0007 | 6161 | key "a" | <- DUPLICATE_KEY | <- KEYS_OUT_OF_ORDER',
  );
});

test.each([
  ["c100", "0000 | c1 | tag 1 | <- UNSUPPORTED_TYPE"],
  ["f6", "0000 | f6 | null | <- UNSUPPORTED_TYPE"],
  ["f8ff", "0000 | f8ff | simple value 255 | <- UNSUPPORTED_TYPE"],
  ["f93c00", "0000 | f93c00 | float | <- UNSUPPORTED_TYPE"],
  ["9fff", "0000 | 9f | array (until the break) | <- INDEFINITE_LENGTH"],
  ["7f6161ff", '0001 | 6161 | chunk "a"'],
  ["7f6161ff", "0003 | ff | break"],
  ["61ff", '0000 | 61ff | "\ufffd" | <- BAD_UTF8'],
  ["1bffffffffffffffff", "0000 | 1bffffffffffffffff | 18446744073709551615"],
  ["3bffffffffffffffff", "0000 | 3bffffffffffffffff | -18446744073709551616"],
])("%s has the line %s", (hex, line) => {
  expect(meaningsOf(hex)).toContain(line);
});

test("long strings are cut, and their length is told", () => {
  expect(meaningsOf(`5820${"ab".repeat(32)}`)).toEqual(["0000 | 5820abababababababababab… | bytes (32)"]);
  expect(meaningsOf(`7864${"61".repeat(100)}`)[0]).toContain(`"${"a".repeat(60)}…"`);
});

test("says where the bytes break off, after all that came before", () => {
  expect(meaningsOf("8301")).toEqual(["0000 | 8301 | broken: TRUNCATED, 3 bytes wanted, 1 left (offset 0)"]);
  expect(meaningsOf("820144ff")).toEqual([
    "0000 | 82 | array (2)",
    "0001 | 01 | 1",
    "0002 | 44ff | broken: TRUNCATED, 4 bytes wanted, 1 left (offset 2)",
  ]);
  expect(meaningsOf("")).toEqual([
    "0000 | broken: TRUNCATED, the bytes end where an item was expected (offset 0)",
  ]);
});
