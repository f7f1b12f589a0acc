/** Jobs that compete for keys while keys are pulled out and jobs are killed; minutes of it are `npm run rig:contest`. */
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { runContest } from "../../../scripts/rig-contest/contest.js";
import { startWitness } from "../../../scripts/rig-contest/witness.js";
import { FULL } from "../../helpers/full-runs.js";
import { bundled } from "../../helpers/spawn-cli.js";

test("no lease is lost or doubled, and every job ends with a result", { timeout: 240_000 }, async () => {
  const report = await runContest({
    seconds: FULL ? 6 : 2,
    seed: "test",
    keys: "unix",
    cli: bundled("cli.js"),
    job: bundled("rig-contest-job.js"),
  });
  expect(report.violations).toEqual([]);
  expect(report.jobs.passed).toBeGreaterThan(0);
  expect(report.jobs.withoutResult).toBe(0);
});

test("the witness sees two jobs that have one key, and one that hangs up", async () => {
  const folder = mkdtempSync(join(tmpdir(), "witness-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "socket");
  await using witness = await startWitness(path, join(folder, "log"));
  const begin = async (job: string) => {
    const socket = connect(path).on("error", () => {});
    socket.write(`begin blue ${job}\n`);
    await once(socket, "data");
    return socket;
  };
  const first = await begin("first");
  const second = await begin("second");
  expect(witness.doubles).toEqual(["second began with blue while first had it"]);
  for (const socket of [first, second]) socket.destroy();
  const hangUps = async (count: number) => {
    while (witness.lines.filter(({ what }) => what === "hangs up").length < count) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  // The second one took the place of the first.
  await hangUps(1);
  const third = await begin("third");
  expect(witness.doubles).toHaveLength(1);
  third.destroy();
  await hangUps(2);
});
