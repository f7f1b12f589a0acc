/**
 * `npm run interop [-- --lab] [FILE...]`: runs the tests in which programs of others take part, and records what came.
 *
 * Without `--lab` the tests of `tests/lab` keep the result that was recorded last.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { format } from "prettier";
import {
  PEERS,
  readResult,
  RESULT_PATH,
  type FileResult,
  type InteropResult,
  type Peer,
} from "./interop-result.js";

const ROOT = resolve(import.meta.dirname, "..");

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/** The version that is installed; `undefined` where there is none. */
function versionOf({ debian, npm }: Peer): string | undefined {
  if (npm !== undefined) {
    const path = join(ROOT, "node_modules", npm, "package.json");
    return existsSync(path)
      ? `${npm} ${(JSON.parse(readFileSync(path, "utf8")) as { version: string }).version}`
      : undefined;
  }
  const { status, stdout } = spawnSync("dpkg-query", ["-W", "-f", "${Version}", debian ?? ""], {
    encoding: "utf8",
  });
  return status === 0 && stdout !== "" ? `${debian} ${stdout}` : undefined;
}

/** Runs test files and counts, file by file. @throws {Error} when the runner wrote no report. */
function runTests(files: readonly string[], args: readonly string[]): Record<string, FileResult> {
  const folder = mkdtempSync(join(tmpdir(), "interop-"));
  try {
    const output = join(folder, "report.json");
    const all = [
      "vitest",
      "run",
      ...args,
      ...files,
      "--reporter=default",
      "--reporter=json",
      `--outputFile=${output}`,
    ];
    spawnSync("npx", all, { cwd: ROOT, stdio: "inherit" });
    const { testResults } = JSON.parse(readFileSync(output, "utf8")) as Report;
    const on = new Date().toISOString().slice(0, 10);
    return Object.fromEntries(
      testResults.map(({ name, assertionResults }) => {
        const count = (...statuses: string[]) =>
          assertionResults.filter(({ status }) => statuses.includes(status)).length;
        const result = {
          passed: count("passed"),
          failed: count("failed"),
          skipped: count("skipped", "pending", "todo"),
          on,
        };
        return [relative(ROOT, name), result];
      }),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const words = process.argv.slice(2);
const inLab = words.includes("--lab");
const wanted = words.filter((word) => word !== "--lab");
const before: InteropResult = existsSync(RESULT_PATH) ? readResult() : { node: "", versions: {}, files: {} };
const isMeant = (file: string) => wanted.length === 0 || wanted.some((word) => file.includes(word));
const files = [...new Set(PEERS.flatMap((peer) => peer.files))].filter(
  (file) => file.startsWith("tests/lab/") === inLab && isMeant(file),
);
const came = runTests(files, inLab ? ["--config", "lab/vitest.config.ts"] : []);
const result: InteropResult = {
  node: process.versions.node,
  versions: Object.fromEntries(
    PEERS.flatMap((peer) => {
      const version = versionOf(peer) ?? before.versions[peer.name];
      return version === undefined ? [] : [[peer.name, version]];
    }),
  ),
  files: { ...before.files, ...came },
};
writeFileSync(RESULT_PATH, await format(JSON.stringify(result), { parser: "json" }));
const failed = Object.values(came).reduce((sum, one) => sum + one.failed, 0);
console.log(
  `${Object.keys(came).length} files recorded, ${failed} tests failed; npm run docs writes the page`,
);
process.exitCode = failed === 0 ? 0 : 1;
