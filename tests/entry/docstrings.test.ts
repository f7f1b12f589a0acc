import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as root from "../../src/index.js";
import { PROJECT } from "../helpers/project.js";

const INDEX = readFileSync(join(PROJECT, "src/index.ts"), "utf8");

/** Names with a value, and the file each is declared in. */
const VALUES = [...INDEX.matchAll(/export \{([^}]*)\} from "\.\/(.*)\.js"/g)].flatMap(([, list = "", path]) =>
  list
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "" && !name.startsWith("type "))
    .map((name) => [name, `src/${path}.ts`] as const),
);

test("every value of the root is looked at", () => {
  expect(VALUES.map(([name]) => name).sort()).toEqual(Object.keys(root).sort());
});

test.each(VALUES)("%s says what it is, what it takes and gives, with an example", (name, file) => {
  const source = readFileSync(join(PROJECT, file), "utf8");
  const declared = new RegExp(
    `\\*/\\nexport (?:abstract )?(?:async )?(function|class|const) ${name}\\b(.*)`,
    "s",
  );
  const [, kind, rest = ""] = declared.exec(source) ?? [];
  expect(kind, `${name} is declared in ${file}, right behind its docstring`).toBeDefined();
  const end = declared.exec(source)?.index ?? 0;
  const doc = source.slice(source.lastIndexOf("/**", end), end);
  expect(doc).toMatch(/\* @example\n \* \S/);
  if (kind !== "function") return;
  const list = /^(?:<[^(]*>)?\(([\s\S]*?)\)(?:: [^{]*)?\s\{\n/.exec(rest)?.[1] ?? "";
  const parameters = [...list.matchAll(/(?:^|,)\s*(\w+)\??:/g)].map(([, parameter]) => parameter);
  expect(parameters.filter((parameter) => !doc.includes(`@param ${parameter} `))).toEqual([]);
  expect(doc).toMatch(/@returns \S/);
});
