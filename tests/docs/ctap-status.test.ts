import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { FACTS, type Facts } from "./ctap-facts.js";

const PROJECT = resolve(import.meta.dirname, "../..");
const PAGE = readFileSync(join(PROJECT, "docs/ctap-status.md"), "utf8");

interface Row {
  readonly name: string;
  readonly since: string;
  readonly client: string;
  readonly authenticator: string;
  readonly tests: readonly string[];
}

const unquoted = (text: string) => text.replaceAll("`", "");

function rowOf(line: string): Row {
  const [name, since, client, authenticator, tests] = line
    .split("|")
    .slice(1, -1)
    .map((cell) => unquoted(cell.trim())) as [string, string, string, string, string];
  return { name, since, client, authenticator, tests: tests.split(", ").filter((path) => path !== "") };
}

/** Tables of the page by the heading they stand under. */
const TABLES = new Map(
  PAGE.split(/^## /m)
    .slice(1)
    .map((section) => {
      const rows = section.split("\n").filter((line) => line.startsWith("| `"));
      return [section.split("\n")[0] as string, rows.map(rowOf)] as const;
    }),
);

/** As the page would say it. */
function told(facts: Facts): Readonly<Record<string, string>> {
  const cell = (there: boolean) => (there ? "yes" : "-");
  return Object.fromEntries(
    [...facts].map(([name, { client, authenticator }]) => [
      name,
      `client ${cell(client)}, authenticator ${cell(authenticator)}`,
    ]),
  );
}

test("the page has the tables the code has, and no others", () => {
  expect([...TABLES.keys()]).toEqual(Object.keys(FACTS));
});

describe.each([...TABLES])("%s", (heading, rows) => {
  test("says what the code does", async () => {
    const facts = await FACTS[heading]?.(rows.map(({ name }) => name));
    expect(
      Object.fromEntries(
        rows.map(({ name, client, authenticator }) => [
          name,
          `client ${client}, authenticator ${authenticator}`,
        ]),
      ),
    ).toEqual(told(facts ?? new Map()));
  });

  test("says since which version", () => {
    const wrong = rows.filter(({ since }) => !/^(2\.[0-3]|U2F|-)$/.test(since)).map(({ name }) => name);
    expect(wrong).toEqual([]);
  });

  test("names tests that are there and speak of it", () => {
    const problems = rows.flatMap(({ name, tests, client, authenticator }) => {
      if (tests.length === 0) return client === "-" && authenticator === "-" ? [] : [`${name}: no test`];
      const word = new RegExp(`(?<![\\w-])${name}(?![\\w-])`);
      return tests.flatMap((path) => {
        if (!existsSync(join(PROJECT, path))) return [`${name}: ${path} is not there`];
        return word.test(readFileSync(join(PROJECT, path), "utf8"))
          ? []
          : [`${name}: ${path} does not speak of it`];
      });
    });
    expect(problems).toEqual([]);
  });
});
