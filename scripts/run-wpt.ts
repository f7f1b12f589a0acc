/**
 * `npm run wpt -- FOLDER`: runs the webauthn tests of a checkout of web-platform-tests in Chromium, with its own virtual
 * authenticator and with the harness in its place; prints counts, and writes docs/wpt.json. The tests are not part of
 * this repository.
 */
import { chromium } from "@playwright/test";
import { readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { programNamed } from "../tests/helpers/programs.js";
import { runOwn, runWithHarness, type WptTest } from "./wpt/run-in-browser.js";
import { wptSite } from "./wpt/wpt-site.js";
import type { WptRecord } from "./wpt/wpt-record.js";

const [folder, revision = "unknown", ...only] = process.argv.slice(2);
const executablePath = programNamed("chromium");
if (folder === undefined || executablePath === undefined) {
  console.error(
    "usage: npm run wpt -- FOLDER_OF_WPT REVISION [FILE ...]; wants Chromium (Debian package chromium)",
  );
  process.exit(2);
}

/** Files that no driver can run, or that want an insecure origin. */
const LEFT_OUT = /manual|securecontext\.http\./;

const files = readdirSync(join(folder, "webauthn"))
  .filter((name) => /\.(html|window\.js)$/.test(name) && !LEFT_OUT.test(name))
  .filter((name) => only.length === 0 || only.includes(name));
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const site = await wptSite(resolve(folder));
const records: WptRecord["files"][number][] = [];
for (const file of files) {
  const url = `${site.url}/webauthn/${file.replace(/\.js$/, ".html")}`;
  const own = await runOwn(browser, url);
  const harness = await runWithHarness(browser, url, own.asked);
  const failed = [
    ...new Set([...own.tests, ...harness.tests].filter(({ status }) => status !== 0).map(({ name }) => name)),
  ];
  records.push({
    file,
    tests: harness.tests.length,
    passedInChromium: passed(own.tests),
    passedWithHarness: passed(harness.tests),
    failed: failed.map((name) => ({
      name,
      inChromium: fault(own.tests, name),
      withHarness: fault(harness.tests, name),
    })),
  });
  console.log(
    `${file}: ${passed(own.tests)}/${own.tests.length} in Chromium, ${passed(harness.tests)}/${harness.tests.length} with the harness`,
  );
}
const version = browser.version();
await browser.close();
await site[Symbol.asyncDispose]();
const record: WptRecord = { revision, chromium: version, files: records };
if (only.length > 0) console.log(JSON.stringify(records, null, 2));
else writeFileSync(new URL("../docs/wpt.json", import.meta.url), `${JSON.stringify(record, null, 2)}\n`);

function passed(tests: readonly WptTest[]): number {
  return tests.filter(({ status }) => status === 0).length;
}

function fault(tests: readonly WptTest[], name: string): string | null {
  const found = tests.find((test) => test.name === name);
  if (found === undefined) return "not run";
  return found.status === 0 ? null : (found.message ?? "failed").slice(0, 200);
}
