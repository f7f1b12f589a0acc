import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../helpers/run-cli.js";

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "passkey-harness-replay-slow-"))));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

describe("register --record and replay --slow", () => {
  beforeAll(async () => {
    const record = ["--record", at("session.jsonl"), "--touch-ms", "2000", "--user", "hanako@example.com"];
    expect((await runCli(["register", ...record, "--json"])).exitCode).toBe(0);
  });

  test("tell what the same session comes to with a later touch, beside the recorded one", async () => {
    const { exitCode, stdout } = await runCli(["replay", at("session.jsonl"), "--slow", "key.touch=35s"]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Recorded: create\(\) resolved$/m);
    expect(stdout).toMatch(/^ {2}key\.touchDelayMs +2000$/m);
    expect(stdout).toMatch(/^Played with the same times: create\(\) resolved\n {2}success: /m);
    expect(stdout).toMatch(
      /^Played with key\.touch=35s later: create\(\) rejected with NotAllowedError\n {2}key-timeout: key\.up /m,
    );
  });

  test("are one document with --json, and a page of the changed run with --html", async () => {
    const args = [
      "replay",
      at("session.jsonl"),
      "--slow",
      "key.touch=35s",
      "--json",
      "--html",
      at("slow.html"),
    ];
    const document: unknown = JSON.parse((await runCli(args)).stdout);
    expect(document).toMatchObject({
      ok: true,
      reproduced: true,
      recorded: { promise: { outcome: "resolved" } },
      measured: { "key.touchDelayMs": 2_000 },
      same: { mechanism: "success" },
      slow: [{ what: "key.touch", byMs: 35_000 }],
      slowed: { mechanism: "key-timeout", promise: { outcome: "rejected", name: "NotAllowedError" } },
    });
    expect(readFileSync(at("slow.html"), "utf8")).toContain("key.up");
  });

  test("take what the recording does not tell from --set", async () => {
    const patient = ["--set", "key.upTimeoutMs=60s", "--json"];
    const { stdout } = await runCli(["replay", at("session.jsonl"), "--slow", "key.touch=35s", ...patient]);
    expect(JSON.parse(stdout)).toMatchObject({ slowed: { mechanism: "success" } });
  });

  test("exit with 1 where the simulation does not come to the recorded end", async () => {
    const args = ["replay", at("session.jsonl"), "--slow", "key.touch=1s", "--set", "key.touchDelayMs=never"];
    const { exitCode, stdout } = await runCli(args);
    expect(exitCode).toBe(1);
    expect(stdout).toContain("This is not how the recorded one ended");
  });

  test("a recording has neither the user's name nor a whole report", () => {
    const text = readFileSync(at("session.jsonl"), "utf8");
    expect(text).not.toContain("hanako");
    const reports = [...text.matchAll(/"kind":"link\.hid".*?"hex":"([0-9a-f]*)"/g)].map(
      ([, hex = ""]) => hex,
    );
    expect(reports.length).toBeGreaterThan(10);
    expect(reports.filter((hex) => hex.length > 14)).toEqual([]);
  });

  test.each([
    [["register", "--record", "x", "--frames", "full"]],
    [["replay", "session.jsonl", "--slow", "key.touch"]],
    [["replay", "session.jsonl", "--slow", "key.touch=1s", "--for", "support"]],
    [["replay", "session.jsonl", "--seed", "2"]],
  ])("%j is a usage error", async (args) => {
    const located = args.map((arg) => (arg === "session.jsonl" ? at(arg) : arg));
    const { exitCode, stdout } = await runCli([...located, "--json"]);
    expect([exitCode, JSON.parse(stdout)]).toMatchObject([2, { error: { code: "USAGE" } }]);
  });

  test("a change that the session does not have says what there is", async () => {
    const { exitCode, stderr } = await runCli(["replay", at("session.jsonl"), "--slow", "phone=20s"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("a key, and no phone");
  });
});
