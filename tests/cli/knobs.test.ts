/** The knobs on the command line: listed, found by words, and former names with a note. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { listKnobs } from "../../src/sim/knobs/knobs.js";
import { runCli } from "../helpers/run-cli.js";

describe("knobs", () => {
  test("lists all of them by group, with default, values and text", async () => {
    const { exitCode, stdout } = await runCli(["knobs"]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^client: the WebAuthn client \(browser\) \(\d+\)\n/);
    expect(stdout).toMatch(/\n {2}page\.guardMs +never +ms or never +the page's own timer/);
    expect(stdout).toMatch(/\n {2}hid\.keepaliveMs\* +100 ms +ms, 1 or more or never +from one keepalive/);
    expect(stdout).toMatch(/\n {2}ble\.advertLossPct +0 % +0\.\.100 % +/);
    for (const { name } of listKnobs()) expect(stdout).toContain(`  ${name}`);
  });

  test.each([
    ["a part of a name", ["guardms"], ["page.guardMs"]],
    ["words of a text, all of them", ["CHANNEL_BUSY", "host"], ["hid.busyPatienceMs"]],
    ["a choice", ["as-reported"], ["rp.transports"]],
    ["a former name", ["link.failP"], ["tunnel.breakChance"]],
  ])("finds %s", async (_, words, names) => {
    const { stdout } = await runCli(["knobs", ...words, "--json"]);
    const { knobs } = JSON.parse(stdout) as { knobs: { name: string }[] };
    expect(knobs.map(({ name }) => name)).toEqual(names);
  });

  test("--json has kind, unit, bounds and whether it is fixed", async () => {
    const { stdout } = await runCli(["knobs", "hid.keepaliveMs", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      knobs: [{ group: "hid", kind: "ms", unit: "ms", default: 100, min: 1, never: true, fixed: true }],
    });
  });

  test.each([
    [["gaurdMs"], 'no knob has "gaurdms" in it', "did you mean page.guardMs"],
    [["mail", "bluetooth", "x"], 'no knob has "mail" and "bluetooth" and "x" in it', "fewer words find more"],
  ])("%j finds nothing", async (words, message, hint) => {
    const { exitCode, stderr } = await runCli(["knobs", ...words]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
  });

  test("says in its help how they are set", async () => {
    const { stdout } = await runCli(["knobs", "--help"]);
    expect(stdout).toContain("usage: passkey-harness knobs [WORD...]");
    expect(stdout).toContain("--set NAME=VALUE");
  });
});

describe("a former name is taken, with a note", () => {
  const NOTE = 'note: knob "link.failP" is now "tunnel.breakChance"\n';
  const folder = mkdtempSync(join(tmpdir(), "knobs-"));
  const file = (name: string, content: object) => {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(content));
    return path;
  };

  test("by --set", async () => {
    const former = await runCli(["run", "plain-login", "--set", "link.failP=0.5"]);
    const present = await runCli(["run", "plain-login", "--set", "tunnel.breakChance=0.5"]);
    expect(former).toEqual({ ...present, stderr: NOTE });
  });

  test("by --sweep", async () => {
    const { exitCode, stderr, stdout } = await runCli(["run", "plain-login", "--sweep", "link.failP=0,1"]);
    expect([exitCode, stderr]).toEqual([0, NOTE]);
    expect(stdout).toContain("tunnel.breakChance");
  });

  test.each([
    ["dotted", { "link.failP": 1 }],
    ["in its group", { link: { failP: 1 } }],
  ])("in a file, %s, on top of one that has the present name", async (_, knobs) => {
    file("base.json", { script: [{ do: "register" }], knobs: { "tunnel.breakChance": 0 } });
    const path = file("former.json", { extends: "./base.json", knobs });
    const { exitCode, stderr } = await runCli(["run", path]);
    expect([exitCode, stderr]).toEqual([0, NOTE]);
  });

  test("in a set of the script", async () => {
    const script = [{ do: "set", knobs: { "link.failP": 1 } }, { do: "register" }];
    const { exitCode, stderr } = await runCli(["run", file("set.json", { script })]);
    expect([exitCode, stderr]).toEqual([0, NOTE]);
  });

  test("not beside the present one", async () => {
    const knobs = { "link.failP": 1, "tunnel.breakChance": 0 };
    const { exitCode, stderr } = await runCli([
      "run",
      file("twice.json", { script: [{ do: "register" }], knobs }),
    ]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("this knob is given twice");
  });
});
