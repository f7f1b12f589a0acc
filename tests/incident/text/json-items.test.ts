import { expect, test } from "vitest";
import { utf8 } from "../../../src/core/bytes.js";
import { Counter } from "../../../src/incident/tags.js";
import { jsonItems, type JsonItem } from "../../../src/incident/text/json-items.js";

async function* inChunksOf(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) {
    await Promise.resolve();
    yield bytes.subarray(at, at + size);
  }
}

async function itemsIn(text: string, size: number, ...paths: readonly string[]) {
  const dropped = new Counter();
  const items: JsonItem[] = [];
  for await (const some of jsonItems(inChunksOf(utf8(text), size), { paths, dropped })) items.push(...some);
  return { items, dropped: dropped.list.map(({ what }) => what) };
}

const HAR = JSON.stringify({
  log: {
    version: "1.2",
    creator: { name: 'a "quoted" { name' },
    entries: [{ n: 1, deep: [[{ log: { entries: [{}] } }]] }, { n: 2, text: '\\"]}' }, [3]],
    last: { entries: [{ no: true }] },
  },
});

test.each([1, 2, 5, 64, 10_000])("gives the wanted parts alone, in chunks of %i bytes", async (size) => {
  const { items, dropped } = await itemsIn(HAR, size, "log.creator", "log.entries[]");
  expect(items).toEqual([
    { path: "log.creator", value: { name: 'a "quoted" { name' } },
    { path: "log.entries[]", value: { n: 1, deep: [[{ log: { entries: [{}] } }]] } },
    { path: "log.entries[]", value: { n: 2, text: '\\"]}' } },
    { path: "log.entries[]", value: [3] },
  ]);
  expect(dropped).toEqual([]);
});

test("tells of a document that ends too early, and gives what was whole", async () => {
  const cut = HAR.slice(0, HAR.indexOf('"n":2') + 4);
  const { items, dropped } = await itemsIn(cut, 7, "log.entries[]");
  expect(items).toHaveLength(1);
  expect(dropped).toEqual(["end of the document", "part of the document that the end of the file cuts off"]);
});

test("takes one document after the other, and garbage between them", async () => {
  const { items } = await itemsIn('{"a":{"x":1}}\n{"a":{"x":2}} ]}] {"a":{"x":3}}', 4, "a");
  expect(items.map(({ value }) => value)).toEqual([{ x: 1 }, { x: 2 }, { x: 3 }]);
});

test("holds nothing of a document that is nested a million times", async () => {
  const { items, dropped } = await itemsIn("[".repeat(1_000_000), 65_536, "log.entries[]");
  expect(items).toEqual([]);
  expect(dropped).toEqual(["end of the document"]);
});

test("leaves out a part that is no JSON, and reads on", async () => {
  const { items, dropped } = await itemsIn('[{bad},{"good":1}]', 3, "[]");
  expect(items.map(({ value }) => value)).toEqual([{ good: 1 }]);
  expect(dropped).toEqual(["part of the document that is not JSON"]);
});
