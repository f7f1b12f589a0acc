import { beforeAll, describe, expect, test } from "vitest";
import type { TraceRecord } from "../../../src/core/trace.js";
import { scenarioNamed } from "../../../src/scenarios/catalogue.js";
import { toText } from "../../../src/scenarios/reports/report.js";
import { runOfTrace } from "../../../src/scenarios/reports/run-of-trace.js";
import { runScenario, type Run } from "../../../src/scenarios/run.js";

let live: Run;
beforeAll(async () => {
  live = await runScenario(scenarioNamed("late-delivery"), { seed: "demo-1" });
});

describe("a whole trace of a story", () => {
  test("is the story again, with its seed and its reproduction line", () => {
    const { scenario, seed, verdict, reproduction } = runOfTrace(live.records);
    expect({ scenario, seed, verdict, reproduction }).toEqual({
      scenario: live.scenario,
      seed: "demo-1",
      verdict: "as-expected",
      reproduction: live.reproduction,
    });
  });

  test("is held to its promises anew, whatever its last line says", () => {
    const without = live.records.filter(({ kind }) => kind !== "rp.mail");
    const { verdict, findings } = runOfTrace(without);
    expect(verdict).toBe("unexpected");
    expect(findings).toContainEqual({ layer: "ledger", expected: "1 mails", found: "0 mails" });
  });

  test("played with turned knobs is held to nothing, and is not said to come again by the seed alone", async () => {
    const turned = await runScenario(scenarioNamed("late-delivery"), {
      seed: "s",
      knobs: { "page.guardMs": null },
    });
    const { verdict, reproduction } = runOfTrace(turned.records, { reproduction: "R" });
    expect([verdict, reproduction]).toEqual(["no-expectation", "R"]);
  });
});

describe("a part of a trace", () => {
  test("with something else before it is held to nothing", () => {
    const [, second] = live.records;
    expect(runOfTrace([second as TraceRecord, ...live.records]).verdict).toBe("no-expectation");
  });

  test("is held to nothing", () => {
    expect(runOfTrace(live.records.slice(0, -1)).verdict).toBe("no-expectation");
    expect(runOfTrace(live.records.slice(1)).verdict).toBe("no-expectation");
  });

  test("without the device's records names the probe it lacks, and does not guess", () => {
    const page = live.records.filter(({ kind }) => kind.startsWith("page.") || kind.startsWith("user."));
    const { explanation } = runOfTrace(page.filter(({ kind }) => kind !== "page.gave-up"));
    expect(explanation.mechanism).toBe("undecided");
    expect(explanation.missingProbes).toEqual(["ctap", "rp", "timer", "link"]);
  });
});

describe("a recording of a device", () => {
  const records: readonly TraceRecord[] = [
    {
      atMs: 0,
      actor: "harness",
      span: "run",
      kind: "run.started",
      scenario: "register",
      seed: "",
      schema: 2,
    },
    { atMs: 0, actor: "link", span: "run", kind: "link.opened", link: "a real key" },
    {
      atMs: 0,
      actor: "browser",
      span: "s1",
      ceremony: "c1",
      kind: "page.called",
      method: "create",
      effectiveMs: 30_000,
    },
    {
      atMs: 0,
      actor: "browser",
      span: "s1",
      ceremony: "c1",
      kind: "timer.armed",
      timer: "client.ceremony",
      budgetMs: 30_000,
      id: "t1",
    },
    {
      atMs: 5,
      actor: "browser",
      span: "s1",
      ceremony: "c1",
      kind: "ctap.request",
      command: "makeCredential",
      bytes: 100,
    },
    {
      atMs: 30_000,
      actor: "browser",
      span: "s1",
      ceremony: "c1",
      kind: "timer.fired",
      timer: "client.ceremony",
      budgetMs: 30_000,
      id: "t1",
    },
    {
      atMs: 30_000,
      actor: "browser",
      span: "s1",
      ceremony: "c1",
      kind: "ctap.cancel",
      command: "makeCredential",
    },
    {
      atMs: 30_001,
      actor: "browser",
      span: "s1",
      ceremony: "c1",
      kind: "page.settled",
      method: "create",
      outcome: "rejected",
      name: "NotAllowedError",
    },
    { atMs: 30_001, actor: "harness", span: "run", kind: "run.ended", outcome: "no-expectation" },
  ];

  test("is explained without a site", () => {
    const { explanation } = runOfTrace(records);
    expect([explanation.mechanism, explanation.decidedBy?.timer]).toEqual([
      "client-timeout",
      "client.ceremony",
    ]);
  });

  test("says that it is one, and that nobody knows of orphans", () => {
    const text = toText(runOfTrace(records, { reproduction: "passkey-harness replay t.jsonl" }));
    expect(text).toContain("A recorded trace");
    expect(text).toContain("orphans  not known: no site is in the trace");
    expect(text).toContain("Again: passkey-harness replay t.jsonl");
  });
});
