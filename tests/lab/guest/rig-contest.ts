/** Jobs that compete for two keys of this machine, while keys are pulled out and jobs are killed. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { check, outFolder } from "../../../lab/checks.js";
import { startUdev } from "../../../lab/services/udev.js";
import { runContest } from "../../../scripts/rig-contest/contest.js";

const [cli = "", job = "", seconds = "60"] = process.argv.slice(2);

startUdev();
await check("no lease of a uhid key is lost or doubled, and every job ends with a result", async () => {
  const report = await runContest({
    seconds: Number(seconds),
    seed: "lab",
    keys: "uhid",
    cli,
    job,
    tell: (line) => process.stdout.write(`${line}\n`),
  });
  const told = JSON.stringify(report, undefined, 2);
  process.stdout.write(`${told}\n`);
  writeFileSync(join(outFolder(), "contest.json"), told);
  assert.deepEqual(report.violations, [], told);
  assert.ok(report.jobs.passed > 0, told);
  assert.equal(report.jobs.withoutResult, 0, told);
});
process.exit();
