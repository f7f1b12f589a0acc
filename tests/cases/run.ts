/**
 * `npm run cases [-- GROUP...]`: every input that once went wrong, beside its right value and what came.
 *
 * What a test shows, because it takes a process, is shown by that test: vitest runs them all at the end.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { casesOf, GROUPS, type Case, type Group } from "./case.js";
import { compared, play, type Played } from "./play.js";

const PROJECT = join(import.meta.dirname, "..", "..");

/** What a test's name is made of until the first value that is put into it. */
const fixedPart = (title: string) => title.split("%")[0] as string;

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** Runs the tests that the cases name, and says of each case what came. */
function playByTests(cases: readonly Case[]): readonly Played[] {
  if (cases.length === 0) return [];
  const folder = mkdtempSync(join(tmpdir(), "cases-"));
  try {
    const output = join(folder, "report.json");
    const files = [...new Set(cases.flatMap(({ test }) => test?.file ?? []))];
    const titles = cases.flatMap(({ test }) => (test ? [escaped(fixedPart(test.title))] : []));
    const args = [
      "vitest",
      "run",
      ...files,
      "-t",
      titles.join("|"),
      "--reporter=json",
      `--outputFile=${output}`,
    ];
    const { stderr } = spawnSync("npx", args, { cwd: PROJECT, encoding: "utf8" });
    const report = reportIn(output, stderr);
    return cases.map((one) => compared(one, cameOfTest(one, report)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function reportIn(path: string, stderr: string): Report {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Report;
  } catch {
    throw new Error(`vitest wrote no report\n${stderr}`);
  }
}

function cameOfTest({ test, right }: Case, { testResults }: Report): string {
  const title = test === undefined ? "" : fixedPart(test.title);
  const results = testResults
    .filter(({ name }) => name.endsWith(test?.file ?? ""))
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ fullName, status }) => fullName.includes(title) && status !== "skipped");
  if (results.length === 0) return "no such test ran";
  const failed = results.filter(({ status }) => status !== "passed");
  if (failed.length === 0) return String(right);
  return failed.map(({ fullName, status }) => `${status}: ${fullName}`).join("\n");
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

const COLUMN = 60;

/** One line of the case; what came beside it where it is not what is right. */
function told({ one, right, came, isAsSaid }: Played): string {
  const word = one.open === undefined ? (isAsSaid ? "ok" : "WRONG") : isAsSaid ? "open" : "WRONG";
  const rows = right.split("\n");
  const cames = came.split("\n");
  const lines = Array.from({ length: Math.max(rows.length, cames.length) }, (_, index) => {
    const [a = "", b = ""] = [rows[index], cames[index]];
    return `    ${a.padEnd(COLUMN)} | ${right === came && one.test ? "as the test says" : b}`;
  });
  const by = one.test === undefined ? "" : `  (${one.test.file})`;
  const why = one.open === undefined ? "" : `  open: ${one.open}`;
  const changed = one.changed === undefined ? "" : `  changed: ${one.changed}`;
  return [`${word.padEnd(5)} ${one.group}/${one.name}: ${one.source}${by}${why}${changed}`, ...lines].join(
    "\n",
  );
}

async function main(): Promise<void> {
  const words = process.argv.slice(2);
  const unknown = words.filter((word) => !(GROUPS as readonly string[]).includes(word));
  if (unknown.length > 0)
    throw new RangeError(`no group ${unknown.join(", ")}; there are ${GROUPS.join(", ")}`);
  const groups = words.length === 0 ? GROUPS : (words as Group[]);
  const cases = groups.flatMap(casesOf);
  console.log(`      ${"case: source".padEnd(COLUMN)}\n    ${"right".padEnd(COLUMN)} | came`);
  const all: Played[] = [];
  const show = (played: Played) => {
    all.push(played);
    console.log(told(played));
  };
  for (const one of cases) if (one.test === undefined) show(await play(one));
  for (const played of playByTests(cases.filter(({ test }) => test !== undefined))) show(played);
  const wrong = all.filter(({ isAsSaid }) => !isAsSaid);
  const open = all.filter(({ one }) => one.open !== undefined);
  for (const { one } of wrong) console.log(`WRONG ${one.group}/${one.name}`);
  console.log(
    `${all.length} cases: ${all.length - open.length - wrong.length} right, ${open.length} open, ${wrong.length} wrong`,
  );
  process.exitCode = wrong.length === 0 ? 0 : 1;
}

await main();
