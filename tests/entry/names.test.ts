import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as root from "../../src/index.js";
import { PROJECT } from "../helpers/project.js";

/** Names an entry file exports, types included, as its text lists them. */
function namesIn(path: string): readonly string[] {
  const source = readFileSync(join(PROJECT, "src", path), "utf8");
  return [...source.matchAll(/export (?:type )?\{([^}]*)\}/g)]
    .flatMap(([, list = ""]) => list.split(","))
    .map((name) =>
      name
        .trim()
        .replace(/^type /, "")
        .replace(/^.* as /, ""),
    )
    .filter((name) => name !== "")
    .sort();
}

const SUBPATHS = readdirSync(join(PROJECT, "src/entry")).map((name) => name.replace(/\.ts$/, ""));

/** A name that is added, renamed or removed is a change of the public interface: `-u` writes the lists anew. */
describe("public names", () => {
  test("the root's are these", async () => {
    await expect(`${namesIn("index.ts").join("\n")}\n`).toMatchFileSnapshot("names/root.txt");
  });

  test.each(SUBPATHS)("those of ./%s are these", async (subpath) => {
    await expect(`${namesIn(`entry/${subpath}.ts`).join("\n")}\n`).toMatchFileSnapshot(
      `names/${subpath}.txt`,
    );
  });

  test("the lists above hold every value the root has at run time", () => {
    expect(namesIn("index.ts")).toEqual(expect.arrayContaining(Object.keys(root)));
  });

  test("no name is in two subpaths", () => {
    // A suite imports one of these, and expects the names of its runner there.
    const runners = ["playwright", "vitest", "jest", "node-test"];
    const all = SUBPATHS.filter((subpath) => !runners.includes(subpath)).flatMap((subpath) =>
      namesIn(`entry/${subpath}.ts`),
    );
    expect(all.filter((name, index) => all.indexOf(name) !== index)).toEqual([]);
  });

  test("every entry file is a subpath of the package and is built", () => {
    const { exports } = JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8")) as {
      exports: object;
    };
    const built = readFileSync(join(PROJECT, "tsup.config.ts"), "utf8");
    for (const subpath of SUBPATHS) {
      expect(exports).toHaveProperty([`./${subpath}`, "import", "types"], `./dist/${subpath}.d.ts`);
      expect(built).toContain(`src/entry/${subpath}.ts`);
    }
  });
});
