/** What docs/reports.md names exists, and what exists is named there. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as diagnosis from "../../src/entry/diagnosis.js";
import * as scenarios from "../../src/entry/scenarios.js";
import { PROJECT } from "../helpers/project.js";
import { runCli } from "../helpers/run-cli.js";

const read = (path: string) => readFileSync(join(PROJECT, path), "utf8");
const PAGE = read("docs/reports.md");
const matches = (text: string, pattern: RegExp) => [
  ...new Set([...text.matchAll(pattern)].map(([, found]) => found as string)),
];

describe("docs/reports.md", () => {
  test("has every error code of traces and captures, and no other", () => {
    const reports = "src/scenarios/reports";
    const code = /["`]((?:TRACE|PCAP)_[A-Z_]+)["`]/g;
    const written = ["trace-error.ts", "pcapng.ts"].flatMap((file) =>
      matches(read(`${reports}/${file}`), code),
    );
    expect(written.length).toBeGreaterThan(8);
    expect(matches(PAGE, code).sort()).toEqual(written.sort());
  });

  test("names functions that the front door has", () => {
    const functions = matches(PAGE, /`(?:\w+\()?((?:to|parse|runOf|run|json)[A-Z]\w*)\(/g);
    const offered = { ...scenarios, ...diagnosis } as Record<string, unknown>;
    expect(functions.length).toBeGreaterThan(7);
    expect(functions.filter((name) => typeof offered[name] !== "function")).toEqual([]);
  });

  const shown = [...PAGE.matchAll(/^```sh\npasskey-harness (.*)\n```\n\n```text\n([\s\S]*?)^```$/gm)];

  test("shows tellings", () => expect(shown.length).toBeGreaterThan(1));

  test.each(shown.map(([, line = "", output = ""]) => [line, output] as const))(
    "%s prints what is shown",
    async (line, output) => {
      const { exitCode, stdout } = await runCli(line.split(" "));
      expect([exitCode, stdout.trimEnd()]).toEqual([0, output.trimEnd()]);
    },
  );

  test.each([
    ["run", ["html", "junit", "github", "trace", "frames", "pcap", "for"]],
    ["replay", ["html", "junit", "github", "pcap", "for"]],
    ["register", ["trace", "frames", "pcap"]],
    ["login", ["trace", "frames", "pcap"]],
  ])("what it promises of %s is in its help", async (command, options) => {
    const { stdout } = await runCli([command, "--help"]);
    expect(options.filter((option) => !stdout.includes(`--${option} `))).toEqual([]);
    expect(options.filter((option) => !PAGE.includes(`--${option}`))).toEqual([]);
  });
});
