import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll } from "vitest";
import { bundlePrograms } from "../../scripts/bundle-programs.js";
import { guestChecks } from "./guest-checks.js";

/** How long jobs compete, in seconds; `RIG_CONTEST_SECONDS=600` for the ten minutes of docs/rig.md. */
const SECONDS = Number(process.env["RIG_CONTEST_SECONDS"] ?? "60");
const BOOT_AND_END_SECONDS = 180;

// The guest reads many small files slowly: it gets the two programs whole.
const programs = await bundlePrograms(
  { cli: "src/cli/main.ts", job: "scripts/rig-contest/job.ts" },
  "rig-contest",
);
afterAll(() => rmSync(programs, { recursive: true }));

await guestChecks({
  name: "rig-contest",
  program: "tests/lab/guest/rig-contest.ts",
  args: [resolve(programs, "cli.js"), resolve(programs, "job.js"), String(SECONDS)],
  tools: ["udev"],
  natives: ["node-hid"],
  timeoutSeconds: SECONDS + BOOT_AND_END_SECONDS,
  titles: ["no lease of a uhid key is lost or doubled, and every job ends with a result"],
});
