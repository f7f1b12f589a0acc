import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { spawnCli } from "../helpers/spawn-cli.js";

const scratch = mkdtempSync(join(tmpdir(), "confusion-"));

test("any number of jobs counts the same labels", { timeout: 120_000 }, async () => {
  const stories = ["late-delivery", "rp-async-outbox", "usb-cancel-race"];
  const counted = (jobs: string) =>
    spawnCli(["confusion", ...stories, "--draws", "2", "--jobs", jobs, "--json"]);
  const [one, two] = [await counted("1"), await counted("2")];
  expect(one.exitCode, one.stderr).toBe(0);
  expect(JSON.parse(one.stdout)).toMatchObject({ ok: true, runs: 6, right: 6 });
  expect(two.stdout).toBe(one.stdout);
});

describe("counterfactual runs", () => {
  const measured = async (name: string, ...more: readonly string[]) => {
    const out = join(scratch, `${name}.json`);
    const done = await spawnCli(["confusion", "--draws", "12", "--out", out, ...more]);
    expect(done.exitCode, done.stderr).toBe(0);
    return { out, table: readFileSync(out, "utf8"), stdout: done.stdout };
  };

  test("any number of jobs and any shards give the same table", { timeout: 240_000 }, async () => {
    const whole = await measured("whole", "--jobs", "1", "--missing", "--clocks");
    const two = await measured("two", "--jobs", "2", "--missing", "--clocks");
    expect(two.table).toBe(whole.table);
    expect(two.stdout).toBe(whole.stdout);
    const shards = [
      await measured("first", "--shard", "1/2", "--missing", "--clocks"),
      await measured("second", "--shard", "2/2", "--missing", "--clocks"),
    ];
    const merged = join(scratch, "merged.json");
    const done = await spawnCli(["confusion", "merge", ...shards.map(({ out }) => out), "--out", merged]);
    expect(done.exitCode, done.stderr).toBe(0);
    expect(readFileSync(merged, "utf8")).toBe(whole.table);
  });

  test("writes what was judged into a folder", { timeout: 120_000 }, async () => {
    const dump = join(scratch, "dump");
    const { stdout } = await measured("dump", "--only", "A/0", "--dump", dump, "--list", "wrong");
    expect(stdout).toMatch(/^1 draws, \d+ runs/);
    expect(readFileSync(join(dump, "clusters.txt"), "utf8")).toBe(stdout);
  });

  test("says what is wrong with its arguments", async () => {
    const refused = async (...args: readonly string[]) => {
      const { exitCode, stderr } = await spawnCli(["confusion", ...args]);
      expect(exitCode).toBe(2);
      return stderr;
    };
    expect(await refused("--shard", "3/2")).toContain("--shard takes 1/4 to 4/4 and the like");
    expect(await refused("--only", "A14")).toContain("such as A/14");
    expect(await refused("--sample", "D")).toContain("--sample takes one of A, B, C, C1x, M, F");
    expect(await refused("--list", "bad")).toContain("--list takes right");
    expect(await refused("merge")).toContain("confusion merge joins tables that --out wrote");
    expect(await refused("merge", join(scratch, "none.json"))).toContain("cannot be read");
  });
});
