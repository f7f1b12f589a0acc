import { describe, expect, test } from "vitest";
import type { OracleCase } from "../../../src/oracle/case.js";
import { measure } from "../../../src/oracle/measure.js";
import { foldOutcomes, outcomeKey } from "../../../src/oracle/outcome.js";
import type { Diagnose } from "../../../src/oracle/runner.js";
import { oracleCaseFiles } from "../../../src/scenarios/explore/oracle-file.js";
import { knobInfos, oracleRunner } from "../../../src/scenarios/explore/oracle-runner.js";
import { oracleTableToText } from "../../../src/scenarios/explore/oracle-text.js";
import { parseScenarioFile } from "../../../src/scenarios/files/define-scenario.js";
import { parseTrace } from "../../../src/scenarios/reports/parse-trace.js";
import { runScenario } from "../../../src/scenarios/run.js";

/** An engine that calls every failure a full store, and everything in a trace without the site. */
const stubborn: Diagnose = (records) => {
  const ids = new Set(
    records.flatMap((one) =>
      one.kind === "span.started" && one.name === "ceremony" ? (one.ceremony ?? []) : [],
    ),
  );
  const failed = new Set(
    records.flatMap((one) => (one.kind === "user.saw" && one.tone === "failure" ? (one.ceremony ?? []) : [])),
  );
  const seesSite = records.some(({ actor }) => actor === "site");
  return [...ids].map((ceremony) => ({
    ceremony,
    cause: failed.has(ceremony) || !seesSite ? "store-full" : "success",
    text: "The key has no room.",
  }));
};

const cases: OracleCase[] = [];
const table = await measure(
  { runner: oracleRunner, diagnose: stubborn },
  {
    seed: "files",
    draws: Array.from({ length: 25 }, (_, draw) => draw),
    knobs: knobInfos(),
    missing: true,
    onCase: (found) => cases.push(found),
  },
);

describe("the files of a case", () => {
  const whole = cases.filter(({ change }) => change === undefined);

  test("play the ceremony to the same outcome", async () => {
    expect(whole.length).toBeGreaterThan(3);
    for (const found of whole) {
      const [file] = oracleCaseFiles(found);
      const scenario = parseScenarioFile(file?.text ?? "", { name: file?.name ?? "" });
      const { records, ledger } = await runScenario(scenario, { seed: "1" });
      const outcomes = foldOutcomes({ records, ledger: ledger.entries });
      const outcome = outcomes.find(({ ceremony }) => ceremony === found.ceremony);
      expect(outcome && outcomeKey(outcome), file?.name).toBe(outcomeKey(found.outcome));
    }
  });

  test("say what was said, what was found, and which draw it was", () => {
    for (const found of whole) {
      const { story } = JSON.parse(oracleCaseFiles(found)[0]?.text ?? "") as { readonly story: string };
      expect(story).toContain(`Said: ${found.said?.cause ?? ""}`);
      expect(story).toContain("Smallest sets with this outcome: ");
      expect(story).toContain(`Draw ${found.sample}/${found.draw}, seed files.`);
    }
  });

  test("hold a changed trace as well, for replay", () => {
    const changed = cases.find(({ change }) => change === "without site");
    const [, trace] = changed === undefined ? [] : oracleCaseFiles(changed);
    expect(trace?.name).toMatch(/\.without-site\..*\.jsonl$/);
    const { records } = parseTrace(trace?.text ?? "");
    expect(records.length).toBeGreaterThan(0);
    expect(records.some(({ actor }) => actor === "site")).toBe(false);
  });
});

test("the table of a stubborn engine is told with its clusters", () => {
  const text = oracleTableToText(table);
  expect(text).toMatch(/^25 draws, \d+ runs: \d+ verdicts judged/);
  expect(text).toMatch(/NOT MET {2}wrong of decided, at most 0\.50 %/);
  expect(text).toMatch(/count +class +said +why +smallest sufficient sets +example/);
  expect(text).toMatch(/store-full/);
});
