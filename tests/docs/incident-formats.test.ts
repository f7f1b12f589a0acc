/** Every importer of src/incident/importers has its row, and every row an importer. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PROJECT } from "../helpers/project.js";

test("docs/incident-formats.md has a row for each importer", () => {
  const page = readFileSync(join(PROJECT, "docs/incident-formats.md"), "utf8");
  const rows = [...page.matchAll(/^\| [^|]*\(`([\w-]+)`\)/gm)].map(([, id]) => id as string);
  const folder = join(PROJECT, "src/incident/importers");
  const ids = readdirSync(folder)
    .filter((name) => name.endsWith(".ts"))
    .flatMap(
      (name) => /: Importer = \{\s+id: "([\w-]+)"/.exec(readFileSync(join(folder, name), "utf8"))?.[1] ?? [],
    );
  expect(ids.length).toBeGreaterThan(10);
  expect(rows.sort()).toEqual(ids.sort());
});
