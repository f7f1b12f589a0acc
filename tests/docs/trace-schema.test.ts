/** The published schema, the table it is made from, and the event catalogue say the same. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";
import { describe, expect, test } from "vitest";
import { traceSchema } from "../../src/scenarios/reports/trace-schema.js";
import { PROJECT } from "../helpers/project.js";

const FILE = join(PROJECT, "docs/trace-schema.json");

test("has a version of its own, in its name too", () => {
  expect(traceSchema()).toMatchObject({ $id: "urn:passkey-harness:trace:2", version: 2 });
});

test("the package publishes it", () => {
  const { exports, files } = JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8")) as {
    exports: Record<string, unknown>;
    files: string[];
  };
  expect(exports["./trace-schema.json"]).toBe("./docs/trace-schema.json");
  expect(files).toContain("docs");
});

describe("a validator that is not ours", () => {
  const validate = new Ajv().compile(JSON.parse(readFileSync(FILE, "utf8")) as object);
  const good = { atMs: 1, actor: "page", span: "s1", kind: "page.gave-up", method: "get", aborted: false };
  test.each([
    ["as it should be", {}, true],
    ["with a scalar nobody named", { note: "x" }, true],
    ["with a list nobody named", { note: ["x"] }, true],
    ["without a bound", { kind: "timer.armed", timer: "t", budgetMs: null, id: "t1" }, true],
    ["of a kind that is not", { kind: "page.gave" }, false],
    ["with a word that is not", { method: "store" }, false],
    ["with text for a flag", { aborted: "no" }, false],
    ["before the beginning", { atMs: -1 }, false],
    ["of nobody", { actor: "" }, false],
    ["with an object in it", { note: {} }, false],
    ["without a member its kind has", { kind: "page.call-failed" }, false],
    ["without a span", { span: undefined }, false],
    ["with a list of objects in it", { note: [{}] }, false],
    ["with a list for a text", { kind: "page.call-failed", call: ["x"] }, false],
  ])("judges a record %s", (_, change, expected) => {
    expect(validate({ ...good, ...change })).toBe(expected);
  });
});
