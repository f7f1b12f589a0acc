/** What the README shows is run as it stands there: a document that lies fails. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FULL, fullRuns } from "../helpers/full-runs.js";
import { PROJECT } from "../helpers/project.js";
import { runCli } from "../helpers/run-cli.js";
import { bundled, runProgram, spawnCli } from "../helpers/spawn-cli.js";

const README = readFileSync(join(PROJECT, "README.md"), "utf8");

function blocks(language: string): string[] {
  return [...README.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, name, code]) =>
    name === language && code !== undefined ? [code] : [],
  );
}

/** Imports what the global setup bundled, because the package need not be built to be tested. */
const fromBundle = (code: string) =>
  code.replace(/"passkey-harness(\/\w+)?"/g, (_, entry: string | undefined) =>
    JSON.stringify(bundled(`${entry?.slice(1) ?? "index"}.js`)),
  );

/** Comments behind a `console.log` say what it prints; the start of it must be there. */
const expectation = (code: string) =>
  [...code.matchAll(/(?:; |^)\/\/ (.+?)( \.\.\.)?$/gm)].map(([, text]) => text as string);

/** `run --all` by the tests of the command line, the other by those of docs/scenarios.md, which shows it, too. */
const ELSEWHERE = ["passkey-harness run --all ", "passkey-harness run late-delivery --shrink "];

/** What the command draws of each story when it is not told. */
const DRAWS_OF_CONFUSION = 200;

const { files: SHIPPED } = JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8")) as {
  readonly files: readonly string[];
};

describe("README", () => {
  test.each(blocks("js").map((code, index) => [index + 1, code] as const))(
    "program %i runs and prints what its comments say",
    async (_, code) => {
      const folder = mkdtempSync(join(PROJECT, "artifacts-readme-"));
      try {
        const file = join(folder, "program.mjs");
        writeFileSync(file, fromBundle(code));
        const { exitCode, stdout, stderr } = await runProgram([file]);
        expect(stderr).toBe("");
        expect(exitCode).toBe(0);
        for (const promise of expectation(code).filter((text) => !text.includes("virtual milliseconds"))) {
          expect(stdout).toContain(promise);
        }
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );

  const commands = blocks("sh")
    .flatMap((block) => block.split("\n"))
    .filter((line) => line.startsWith("passkey-harness "));

  test("shows commands", () => expect(commands.length).toBeGreaterThan(5));

  /** What takes long and is run elsewhere: here too with `FULL=1`. */
  const isRun = (line: string) => FULL || !ELSEWHERE.some((command) => line.startsWith(command));

  test.each(commands.filter(isRun))("%s", async (line) => {
    const words = line.replace(/#.*$/, "").match(/"[^"]*"|\S+/g) ?? [];
    const args = words.slice(1).map((word) => word.replace(/^"(.*)"$/, "$1"));
    if (args[0] === "confusion") args.push("--draws", String(fullRuns(DRAWS_OF_CONFUSION)));
    // Native packages of the doctor go on polling in the process that loaded them.
    const { exitCode, stdout } = await (args[0] === "doctor" ? spawnCli : runCli)(args);
    expect(exitCode).toBe(0);
    expect(stdout.length).toBeGreaterThan(0);
  });

  test.each([...README.matchAll(/\]\(((?!https?:)[^)]+)\)/g)].map(([, path]) => path as string))(
    "links to %s, which exists and is in the package",
    (path) => {
      expect(existsSync(join(PROJECT, path))).toBe(true);
      expect(SHIPPED).toContain(path.split("/")[0]);
    },
  );
});
