import { expect, test } from "vitest";
import { utf8 } from "../../../src/core/bytes.js";
import { Counter } from "../../../src/incident/tags.js";
import { linesOf } from "../../../src/incident/text/lines.js";

async function* inChunksOf(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) {
    await Promise.resolve();
    yield bytes.subarray(at, at + size);
  }
}

async function linesIn(bytes: Uint8Array, size: number, lineMax = 1000) {
  const dropped = new Counter();
  const lines: string[] = [];
  for await (const some of linesOf(inChunksOf(bytes, size), { dropped, lineMax })) lines.push(...some);
  return { lines, dropped: dropped.list };
}

test.each([1, 2, 3, 7, 1000])("splits lines that come in chunks of %i bytes", async (size) => {
  expect(await linesIn(utf8("ein\r\nzwei äöü\n\nvier"), size)).toEqual({
    lines: ["ein", "zwei äöü", "", "vier"],
    dropped: [],
  });
});

test.each([1, 3, 8, 1000])(
  "leaves out a line that is too long, and reads on (chunks of %i)",
  async (size) => {
    const { lines, dropped } = await linesIn(
      utf8(`short\n${"x".repeat(50)}\nafter\n${"y".repeat(50)}`),
      size,
      10,
    );
    expect(lines).toEqual(["short", "after"]);
    expect(dropped).toEqual([{ what: "line that is too long", count: 2 }]);
  },
);

test("reads UTF-16 with a byte order mark, as PowerShell writes it", async () => {
  const bytes = Uint8Array.from([0xff, 0xfe, 0x61, 0x00, 0x0a, 0x00, 0xe4, 0x00]);
  expect((await linesIn(bytes, 3)).lines).toEqual(["a", "ä"]);
});
