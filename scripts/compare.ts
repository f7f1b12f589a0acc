/**
 * `npm run compare`: plays one page and one story in four ways, runs the cases of tests/page/semantics in each, and writes
 * docs/comparison.json, from which `npm run docs` makes docs/comparison.md.
 */
import { chromium } from "@playwright/test";
import { readFileSync, writeFileSync } from "node:fs";
import { programNamed } from "../tests/helpers/programs.js";
import { passkeySite } from "../tests/page/passkey-site.js";
import { CASE_GROUPS } from "../tests/page/semantics/all-cases.js";
import type { SemanticsCase } from "../tests/page/semantics/cases.js";
import { casesSite, runUnmodified, runWithHarness } from "../tests/page/semantics/two-browsers.js";
import {
  withDevTools,
  withEmulator,
  withHarness,
  withPlaywright,
  type LateUserWay,
} from "./comparison/late-user.js";
import { prepareEmulator, preparePlaywright, runPrepared } from "./comparison/other-pages.js";
import type { ComparedWay } from "./comparison/comparison-record.js";

const executablePath = programNamed("chromium");
if (executablePath === undefined) {
  console.error("npm run compare wants Chromium (Debian package chromium)");
  process.exit(2);
}
const STORY = new URL("./comparison/late-user.ts", import.meta.url);
const RUNS = 3;
const AT_ONCE = 4;

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const shop = await passkeySite({ corrects: false });
const site = await casesSite();
const cases = CASE_GROUPS.flatMap((group) => group.cases);

const unmodified = await eachCase((one) => runUnmodified(browser, site, one));
const ways: ComparedWay[] = [
  await compared("harness", withHarness, (one) => runWithHarness(browser, site, one)),
  await compared("playwright", withPlaywright, (one) =>
    runPrepared(browser, site, { one, prepare: preparePlaywright }),
  ),
  await compared("emulator", withEmulator, (one) =>
    runPrepared(browser, site, { one, prepare: prepareEmulator }),
  ),
  await compared("devtools", withDevTools, undefined),
];
const record = { chromium: browser.version(), cases: cases.length, ways };
await browser.close();
await shop[Symbol.asyncDispose]();
await site[Symbol.asyncDispose]();
writeFileSync(new URL("../docs/comparison.json", import.meta.url), `${JSON.stringify(record, null, 2)}\n`);

/** The unmodified browser is its own measure, so nobody runs the cases for it again. */
async function compared(
  id: string,
  way: LateUserWay,
  run: ((one: SemanticsCase) => Promise<unknown>) | undefined,
): Promise<ComparedWay> {
  const seconds: number[] = [];
  let result = await timed(way, seconds);
  for (let again = 1; again < RUNS; again += 1) result = await timed(way, seconds);
  const found = run && (await eachCase(run));
  const differing =
    found && cases.filter(({ id: name }) => found.get(name) !== unmodified.get(name)).map((one) => one.id);
  const measured: ComparedWay = {
    id,
    lines: linesOf(id),
    seconds: [...seconds].sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? 0,
    ...result,
    ...(differing && { differing }),
  };
  console.log(JSON.stringify(measured));
  return measured;
}

async function timed(way: LateUserWay, seconds: number[]) {
  const began = performance.now();
  const result = await way(browser, shop.url);
  seconds.push(Math.round((performance.now() - began) / 100) / 10);
  return result;
}

async function eachCase(run: (one: SemanticsCase) => Promise<unknown>): Promise<ReadonlyMap<string, string>> {
  const results = new Map<string, string>();
  const waiting = [...cases];
  const work = async () => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift())
      results.set(one.id, JSON.stringify([await run(one).catch(String)]));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return results;
}

/** Lines of code between the marks, as prettier breaks them. */
function linesOf(id: string): number {
  const [, after = ""] = readFileSync(STORY, "utf8").split(`// begin: ${id}\n`);
  const [code = ""] = after.split("// end");
  return code.split("\n").filter((line) => line.trim() !== "").length;
}
