import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { TraceRecord } from "../../../src/core/trace.js";
import { explain } from "../../../src/diagnosis/explain.js";
import { withClockOff } from "../../../src/oracle/parties.js";
import { scenarioNamed } from "../../../src/scenarios/catalogue.js";
import { parseTrace } from "../../../src/scenarios/reports/parse-trace.js";
import { runCli } from "../../helpers/run-cli.js";
import { catalogueRun } from "../../helpers/catalogue-runs.js";

const BEHIND = join(import.meta.dirname, "site-clock-behind.trace.jsonl");

const recordsOf = async (id: string) => (await catalogueRun(scenarioNamed(id), "demo-1")).records;

describe("a stored trace whose site was 90 s behind", () => {
  const { records, schema } = parseTrace(readFileSync(BEHIND, "utf8"));

  test("is explained by corrected times: the site accepted after the gesture", () => {
    const { clocks, mechanism, marginMs, marginRangeMs, verdict } = explain(records, { schema });
    expect(clocks).toEqual([{ actor: "site", offsetMs: [-90_050, -89_950] }]);
    expect({ mechanism, marginMs, marginRangeMs }).toEqual({
      mechanism: "late-delivery",
      marginMs: -38_000,
      marginRangeMs: [-38_050, -37_950],
    });
    expect(verdict).toContain(
      "The gesture came at 185.000 s, the key was created, and the site accepted it at 188.000 s",
    );
  });

  test("is the same with an offset that was given, and refuses one that cannot be", async () => {
    const { stdout } = await runCli(["replay", BEHIND, "--offset", "site=-95s..-1.5min", "--json"]);
    const { explanation } = JSON.parse(stdout) as { explanation: { clocks: unknown; mechanism: string } };
    expect(explanation.clocks).toEqual([{ actor: "site", offsetMs: [-90_050, -90_000] }]);
    expect(explanation.mechanism).toBe("late-delivery");
    const { exitCode, stderr } = await runCli(["replay", BEHIND, "--offset", "site=+5s..-90s"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("--offset takes ACTOR=LOW..HIGH");
  });

  test("says so in the report", async () => {
    const { stdout } = await runCli(["replay", BEHIND]);
    expect(stdout).toContain("clock of site: -90.050 s to -89.950 s ahead");
    expect(stdout).toContain("margin -38.050 s to -37.950 s");
  });
});

test("a margin is an interval only where it depends on the clock that is off", async () => {
  const records = await recordsOf("key-never-touched");
  const { marginMs, marginRangeMs } = explain(withClockOff(records, { party: "mail", offsetMs: -90_000 }));
  expect([marginMs, marginRangeMs]).toEqual([explain(records).marginMs, undefined]);
});

test("a clock that was set between two ceremonies leaves those undecided that contradict each other", async () => {
  const records = await recordsOf("plain-login");
  const set = records.map((record): TraceRecord =>
    record.actor !== "site"
      ? record
      : { ...record, atMs: record.atMs + (record.ceremony === "c1" ? 5_000 : -5_000) },
  );
  const { ceremonies } = explain(set);
  for (const { mechanism, missingProbes } of ceremonies) {
    expect([mechanism, missingProbes]).toEqual(["undecided", ["clock"]]);
  }
});

test("what came first is left open where the given interval holds both", async () => {
  const records = await recordsOf("tunnel-refused-phone-side");
  const { mechanism, missingProbes } = explain(records, { offsets: { phone: [-400_000, 0] } });
  expect([mechanism, missingProbes]).toEqual(["undecided", ["clock"]]);
});
