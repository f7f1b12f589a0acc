import { expect, test } from "vitest";
import { spawnCli } from "../helpers/spawn-cli.js";

test("any number of jobs counts the same table", { timeout: 120_000 }, async () => {
  const stories = ["late-delivery", "rp-async-outbox", "usb-cancel-race"];
  const counted = (jobs: string) =>
    spawnCli(["confusion", ...stories, "--draws", "2", "--jobs", jobs, "--json"]);
  const [one, two] = [await counted("1"), await counted("2")];
  expect(one.exitCode, one.stderr).toBe(0);
  expect(JSON.parse(one.stdout)).toMatchObject({ ok: true, runs: 6, right: 6 });
  expect(two.stdout).toBe(one.stdout);
});
