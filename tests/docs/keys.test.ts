/** What docs/keys.md shows is run as it stands there, in its order and on the same keys. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { COMMANDS } from "../../src/cli/commands.js";
import { PROJECT } from "../helpers/project.js";
import { runCli } from "../helpers/run-cli.js";

const PAGE = readFileSync(join(PROJECT, "docs/keys.md"), "utf8");
const FILES = [...PAGE.matchAll(/^`([\w.-]+)`:\n\n```\w+\n([\s\S]*?)^```$/gm)].map(
  ([, name = "", text = ""]) => ({
    name,
    text,
  }),
);
const SHOWN = [...PAGE.matchAll(/^```sh\npasskey-harness (.*)\n```\n\n```text\n([\s\S]*?)^```$/gm)].map(
  ([, line = "", output = ""]) => ({ line, output: output.trimEnd().split("\n") }),
);

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "docs-keys-"));
  for (const { name, text } of FILES) writeFileSync(join(folder, name), text);
});
afterAll(() => rmSync(folder, { recursive: true }));

test("every command that is shown has its output", () => {
  expect(SHOWN.length).toBe(PAGE.match(/^```sh$/gm)?.length);
  expect(SHOWN.length).toBeGreaterThan(10);
});

/** The id of the page's passkey: any change of what a simulated key draws gives another. */
const [, ID = ""] = /^registered (\S+)$/m.exec(PAGE) ?? [];

describe("in the order of the page", () => {
  let idHere = ID;
  const here = (text: string) => text.replaceAll(ID, idHere);

  test.each(SHOWN)("$line", async ({ line, output }) => {
    const names = [...FILES.map(({ name }) => name), "key.json", "finger.json"];
    const words = here(line).split(" ");
    // The first word names the command, and a file may have the same name.
    const args = words.map((word, index) => (index > 0 && names.includes(word) ? join(folder, word) : word));
    const { exitCode, stdout, stderr } = await runCli(args, { variables: {} });
    expect([exitCode, stderr]).toEqual([0, ""]);
    idHere = /^registered (\S+)$/m.exec(stdout)?.[1] ?? idHere;
    const lines = stdout.split("\n");
    expect(output.map(here).filter((promised) => !lines.includes(promised))).toEqual([]);
  });
});

test("the commands and subcommands of the table exist", () => {
  const [, table = ""] = /^\| Here .*\n([\s\S]*?)\n\n/m.exec(PAGE) ?? [];
  const missing: string[] = [];
  let shown = 0;
  for (const row of table.split("\n").slice(1)) {
    const cell = row.split("|")[1] ?? "";
    const [first = "", ...more] = [...cell.matchAll(/`([^`]+)`/g)].map(([, words = ""]) => words);
    const [name = "", ...rest] = first.split(" ");
    // A row names its command once, and then subcommands alone, or whole command lines.
    const lines = [rest, ...more.map((words) => words.split(" ").filter((word) => word !== name))];
    const command = COMMANDS.find((one) => one.name === name) ?? COMMANDS.find((one) => one.name === more[0]);
    shown += lines.length;
    for (const [word] of lines) {
      const isThere =
        COMMANDS.some((one) => one.name === word) || command?.help.includes(`  ${word} `) === true;
      if (command === undefined || (word !== undefined && !isThere)) missing.push(`${name} ${word ?? ""}`);
    }
  }
  expect(shown).toBeGreaterThan(25);
  expect(missing).toEqual([]);
});

/** The text of every source file below a folder. */
function everythingIn(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => readFileSync(join(folder, path), "utf8"))
    .join("\n");
}

test("the codes of the page are those that a program meets", () => {
  const sources = ["src/transports", "src/cli", "src/ctap", "src/webauthn"];
  const named = new Set(
    [...PAGE.matchAll(/`((?:DEVICE|PIN|ENROLLMENT|FEATURE)_[A-Z_]+)`/g)].map(([, code = ""]) => code),
  );
  expect(named.size).toBeGreaterThan(6);
  const text = sources.map((place) => everythingIn(join(PROJECT, place))).join("\n");
  expect([...named].filter((code) => !text.includes(`"${code}"`))).toEqual([]);
});
