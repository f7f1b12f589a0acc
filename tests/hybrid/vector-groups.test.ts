import { readFileSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { GROUP_SIZES, VECTOR_FILE } from "./vectors.js";

const HERE = import.meta.dirname;

test("the file has the groups we know and no other", () => {
  expect(Object.keys(VECTOR_FILE).sort()).toEqual(["meta", ...Object.keys(GROUP_SIZES)].sort());
});

test("the groups have 193 cases in all", () => {
  expect(Object.values(GROUP_SIZES).reduce((sum, size) => sum + size, 0)).toBe(193);
});

const sources = readdirSync(HERE, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".test.ts"))
  .map((name) => readFileSync(`${HERE}/${name}`, "utf8"))
  .join("\n");

test.each(Object.keys(GROUP_SIZES))("some test runs the cases of %s", (group) => {
  expect(new RegExp(`casesOf<[^>]+>\\(\\s*"${group}"`).test(sources)).toBe(true);
});
