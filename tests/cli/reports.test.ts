import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../helpers/run-cli.js";
import { spawnCli } from "../helpers/spawn-cli.js";

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "passkey-harness-reports-"))));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const read = (name: string) => readFileSync(at(name), "utf8");

const PCAPNG_MAGIC = "0a0d0d0a";

describe("run", () => {
  test("reports one run in every form at once", async () => {
    const files = [
      "--html",
      at("r.html"),
      "--junit",
      at("r.xml"),
      "--trace",
      at("r.jsonl"),
      "--pcap",
      at("r.pcapng"),
    ];
    const { exitCode, stderr } = await runCli(["run", "late-delivery", "--frames", "full", ...files]);
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(read("r.html")).toMatch(/^<!doctype html>/);
    expect(read("r.xml")).toContain('name="late-delivery"');
    expect(read("r.jsonl").split("\n")[0]).toContain('"kind":"run.started"');
    expect(readFileSync(at("r.pcapng")).subarray(0, 4).toString("hex")).toBe(PCAPNG_MAGIC);
  });

  test("without --frames full writes no capture, and says what to do", async () => {
    const { exitCode, stderr } = await runCli(["run", "late-delivery", "--pcap", at("none.pcapng")]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/USAGE: --pcap needs whole reports[^\n]*\n {2}hint: .*--frames full/);
    expect(existsSync(at("none.pcapng"))).toBe(false);
  });

  test("says in its reproduction line that frames were whole", async () => {
    const { stdout } = await runCli(["run", "plain-login", "--frames", "full"]);
    expect(stdout.trimEnd()).toMatch(/Again: passkey-harness run plain-login --seed 1 --frames full$/);
  });

  test("--for a customer prints two sentences a ceremony, and --json is what it is without", async () => {
    const { stdout } = await runCli([
      "run",
      "late-delivery",
      "--for",
      "customer",
      "--trace",
      at("told.jsonl"),
    ]);
    expect(stdout).toBe(
      "Setting up your passkey\n  The message was wrong: your passkey exists.\n" +
        "  You can sign in with it now, and you do not need to set up another one.\n",
    );
    expect((await runCli(["replay", at("told.jsonl"), "--for", "customer"])).stdout).toBe(stdout);
    const json = (...more: string[]) => runCli(["run", "late-delivery", "--json", ...more]);
    expect((await json("--for", "support")).stdout).toBe((await json()).stdout);
    const text = (...more: string[]) => runCli(["run", "late-delivery", ...more]);
    expect((await text("--for", "engineer")).stdout).toBe((await text()).stdout);
  });

  test.each([
    ["--for", "nobody"],
    ["--for", "customer", "--shrink"],
  ])("refuses %s %s %s", async (...more) => {
    const { exitCode, stderr } = await runCli(["run", "late-delivery", ...more]);
    expect([exitCode, stderr.includes("--for")]).toEqual([2, true]);
  });

  test.each(["html", "pcap", "trace", "for"])("--all has no --%s: that reports one run", async (form) => {
    const { exitCode, stderr } = await runCli(["run", "--all", `--${form}`, at("all")]);
    expect([exitCode, stderr.includes("reports one run")]).toEqual([2, true]);
  });

  test("--all --json --junit --github prints one document, writes a case for each story and adds to the job's summary", async () => {
    writeFileSync(at("summary.md"), "# before\n");
    const args = ["run", "--all", "--seed", "another seed", "--json", "--junit", at("all.xml"), "--github"];
    const { exitCode, stdout, stderr } = await spawnCli(args, { GITHUB_STEP_SUMMARY: at("summary.md") });
    const { stdout: list } = await runCli(["run", "--list", "--json"]);
    const stories = (JSON.parse(list) as { scenarios: unknown[] }).scenarios.length;
    // Nothing on stderr: no annotation of an error either.
    expect([exitCode, stderr]).toEqual([0, ""]);
    const { ok, runs } = JSON.parse(stdout) as { ok: boolean; runs: unknown[] };
    expect([ok, runs.length]).toEqual([true, stories]);
    expect(read("all.xml").match(/<testcase /g)).toHaveLength(stories);
    expect(read("summary.md")).toMatch(/^# before\n## passkey-harness/);
    expect(read("summary.md").match(/^\| [a-z]/gm)).toHaveLength(stories);
  }, 120_000);
});

test("run --github adds to the job's summary, and annotates nothing that went as expected", async () => {
  const { exitCode, stdout } = await spawnCli(["run", "late-delivery", "--github"], {
    GITHUB_STEP_SUMMARY: at("one.md"),
  });
  expect([exitCode, stdout.includes("page.guard fired first"), stdout.includes("::error")]).toEqual([
    0,
    true,
    false,
  ]);
  expect(read("one.md")).toMatch(/^## passkey-harness/);
});

describe("replay", () => {
  beforeAll(async () => {
    await runCli(["run", "late-delivery", "--seed", "7", "--trace", at("t.jsonl")]);
  });

  test("tells a stored trace as it was told live", async () => {
    const live = await runCli(["run", "late-delivery", "--seed", "7"]);
    const again = await runCli(["replay", at("t.jsonl")]);
    expect(again).toEqual(live);
  });

  test("prints one document with --json, and a page with --html", async () => {
    const { stdout, stderr } = await runCli(["replay", at("t.jsonl"), "--json", "--html", at("t.html")]);
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      seed: "7",
      explanation: { mechanism: "late-delivery" },
    });
    expect(read("t.html")).toContain("page.guard fired first");
  });

  test("reads what is whole of a trace that was cut off, and says what is left out", async () => {
    writeFileSync(at("cut.jsonl"), read("t.jsonl").slice(0, -30));
    const { exitCode, stdout, stderr } = await runCli(["replay", at("cut.jsonl")]);
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(
      /^line \d+: the record stops in the middle and was left out; the trace ends there\n$/,
    );
    expect(stdout).toContain("page.guard fired first");
  });

  test("explains a part, naming what it lacks", async () => {
    const part = read("t.jsonl")
      .split("\n")
      .filter((line) => line.includes('"kind":"ctap.'));
    writeFileSync(at("part.jsonl"), part.join("\n"));
    const { exitCode, stdout } = await runCli(["replay", at("part.jsonl")]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/Undecided: .*missing probe page/);
  });

  test.each([
    ["nothing named", () => []],
    ["a file that is not there", () => [at("absent.jsonl")]],
    ["two files", () => [at("t.jsonl"), at("t.jsonl")]],
  ])("%s is a matter of usage or environment", async (_, args) => {
    const { exitCode } = await runCli(["replay", ...args()]);
    expect(exitCode).toBe(2);
  });

  test("a file that is no trace is refused by code and line", async () => {
    writeFileSync(at("other.json"), '{\n  "schema": 1\n}\n');
    const { exitCode, stdout } = await runCli(["replay", at("other.json"), "--json"]);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code: "TRACE_NOT_JSON", line: 1 } });
  });
});

describe("what register and login record", () => {
  test("a ceremony that timed out is explained from its recording", async () => {
    const args = ["--touch-ms", "60000", "--client", "gecko", "--trace", at("slow.jsonl")];
    expect((await runCli(["register", ...args])).exitCode).toBe(1);
    const { stdout } = await runCli(["replay", at("slow.jsonl"), "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      scenario: { id: "register" },
      verdict: "no-expectation",
      explanation: { mechanism: "client-timeout", decidedBy: { timer: "client.ceremony", budgetMs: 30_000 } },
    });
  });

  test("a login with whole frames becomes a capture", async () => {
    const args = ["--frames", "full", "--pcap", at("login.pcapng"), "--trace", at("login.jsonl")];
    expect((await runCli(["login", ...args])).exitCode).toBe(0);
    expect(readFileSync(at("login.pcapng")).subarray(0, 4).toString("hex")).toBe(PCAPNG_MAGIC);
    const again = await runCli(["replay", at("login.jsonl"), "--pcap", at("again.pcapng")]);
    expect(again.exitCode).toBe(0);
    expect(readFileSync(at("again.pcapng")).equals(readFileSync(at("login.pcapng")))).toBe(true);
  });

  test("by default no more than headers", async () => {
    await runCli(["register", "--trace", at("headers.jsonl")]);
    const frames = read("headers.jsonl")
      .split("\n")
      .filter((line) => line.includes('"link.hid"'));
    expect(frames.length).toBeGreaterThan(5);
    expect(frames.filter((line) => (JSON.parse(line) as { hex: string }).hex.length > 14)).toEqual([]);
  });
});
