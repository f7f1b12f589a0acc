import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { build } from "esbuild";
import { guestChecks } from "./guest-checks.js";

/** How long jobs compete, in seconds; `RIG_CONTEST_SECONDS=600` for the ten minutes of docs/rig.md. */
const SECONDS = Number(process.env["RIG_CONTEST_SECONDS"] ?? "60");
const BOOT_AND_END_SECONDS = 180;

// The guest reads many small files slowly: it gets the two programs whole.
const programs = resolve("artifacts/lab/rig-contest-programs");
mkdirSync(programs, { recursive: true });
await build({
  entryPoints: { cli: "src/cli/main.ts", job: "scripts/rig-contest/job.ts" },
  outdir: programs,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  packages: "external",
});

await guestChecks({
  name: "rig-contest",
  program: "tests/lab/guest/rig-contest.ts",
  args: [resolve(programs, "cli.js"), resolve(programs, "job.js"), String(SECONDS)],
  tools: ["udev"],
  natives: ["node-hid"],
  timeoutSeconds: SECONDS + BOOT_AND_END_SECONDS,
  titles: ["no lease of a uhid key is lost or doubled, and every job ends with a result"],
});
