/**
 * Lets three jobs compete for two simulated keys, unplugs and kills at random, and fails when a lease was lost or doubled.
 *
 * usage: tsx scripts/rig-contest.ts [--seconds N] [--seed TEXT] [--keys unix|udp|uhid] [--json]
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bundlePrograms } from "./bundle-programs.js";
import { runContest } from "./rig-contest/contest.js";

/** Ten minutes. */
const SECONDS = "600";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: SECONDS },
    seed: { type: "string", default: "1" },
    keys: { type: "string", default: "unix" },
    json: { type: "boolean", default: false },
  },
});
const kinds = ["unix", "udp", "uhid"] as const;
const keys = kinds.find((kind) => kind === values.keys);
const seconds = Number(values.seconds);
if (keys === undefined || !(seconds > 0)) throw new RangeError("--seconds N, --keys unix, udp or uhid");

const programs = { cli: "src/cli/main.ts", job: "scripts/rig-contest/job.ts" };
const outdir = await bundlePrograms(programs, "contest");
try {
  const report = await runContest({
    seconds,
    seed: values.seed,
    keys,
    cli: join(outdir, "cli.js"),
    job: join(outdir, "job.js"),
    tell: (line) => console.error(line),
  });
  console.log(JSON.stringify(report, undefined, values.json ? 0 : 2));
  process.exitCode = report.violations.length === 0 && report.jobs.passed > 0 ? 0 : 1;
} finally {
  rmSync(outdir, { recursive: true, force: true });
}
