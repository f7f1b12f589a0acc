/** The catalogue on the command line: found by words, and by former ids with a note. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runCli } from "../helpers/run-cli.js";

const FOLDER = mkdtempSync(join(tmpdir(), "aliases-"));
const NOTE = 'note: "rakuten-rp-owned-qr" is now "rp-owned-qr"\n';

describe("run --list", () => {
  test("prints groups with their scenarios", async () => {
    const { exitCode, stdout } = await runCli(["run", "--list"]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^basics: .+ \(3\)\n {2}plain-registration +A passkey is created/);
    expect(stdout).toMatch(/\n\ngateway: .+ \(10\)\n/);
  });

  test("--search wants every word, also of a second --search", async () => {
    const one = await runCli(["run", "--list", "--search", "rakuten replica", "--group", "gateway"]);
    expect(one.stdout).toMatch(/^gateway: .+ \(1\)\n {2}rp-owned-qr\/replica-lag {2}\S.+\n$/);
    const two = await runCli([
      "run",
      "--list",
      "--search",
      "Rakuten",
      "--search",
      "REPLICA",
      "--group",
      "gateway",
    ]);
    expect(two.stdout).toBe(one.stdout);
  });

  test("--json has former ids and mechanisms", async () => {
    const { stdout } = await runCli(["run", "--list", "--search", "rakuten-rp-owned-qr/gateway", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      scenarios: [
        { id: "rp-owned-qr/gateway", aliases: ["rakuten-rp-owned-qr/gateway"], mechanisms: ["rp-owned-qr"] },
      ],
    });
  });

  test.each([
    [["--list", "--search", "no such words"], 'no scenario has "no" and "such" and "words" in it'],
    [["--list", "--group", "gatewy"], "--group takes one of basics, "],
    [["--search", "rakuten"], "--search belongs to --list"],
    [["rakuten-eror-then-mail"], "did you mean page-guard-late-mail?"],
  ])("%j is refused", async (args, message) => {
    const { exitCode, stderr } = await runCli(["run", ...args]);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe("a former id", () => {
  test("plays the scenario it stands for, with a note; replay takes the trace it had", async () => {
    const [trace, old] = [join(FOLDER, "now.jsonl"), join(FOLDER, "old.jsonl")];
    const now = await runCli(["run", "rp-owned-qr", "--trace", trace]);
    const former = await runCli(["run", "rakuten-rp-owned-qr"]);
    expect(former).toEqual({ ...now, stderr: NOTE });
    writeFileSync(old, readFileSync(trace, "utf8").replace('"rp-owned-qr"', '"rakuten-rp-owned-qr"'));
    expect(await runCli(["replay", old])).toEqual(former);
  });

  test("is drawn and swept like the present one", async () => {
    const commands = (id: string) => [
      ["confusion", id, "--draw", "1"],
      ["run", id, "--sweep", "page.resumesPoll=*"],
    ];
    for (const [at, args] of commands("rakuten-rp-owned-qr").entries()) {
      const now = await runCli(commands("rp-owned-qr")[at] ?? []);
      expect(await runCli(args)).toEqual({ ...now, stderr: NOTE });
    }
  });

  test("may be extended by a file", async () => {
    const file = join(FOLDER, "mine.json");
    writeFileSync(file, JSON.stringify({ extends: "rakuten-rp-owned-qr" }));
    const { exitCode, stderr } = await runCli(["run", file]);
    expect([exitCode, stderr]).toEqual([0, NOTE]);
  });
});
