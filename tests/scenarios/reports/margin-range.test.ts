/** A margin that clocks leave open is shown as the range that it can be in, in every report. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { toGitHub } from "../../../src/scenarios/reports/github.js";
import { toHtml } from "../../../src/scenarios/reports/html.js";
import { toJUnit } from "../../../src/scenarios/reports/junit.js";
import { parseTrace } from "../../../src/scenarios/reports/parse-trace.js";
import { runOfTrace } from "../../../src/scenarios/reports/run-of-trace.js";
import { PROJECT } from "../../helpers/project.js";

const TRACE = "tests/diagnosis/clocks/site-clock-behind.trace.jsonl";
const run = runOfTrace(parseTrace(readFileSync(join(PROJECT, TRACE), "utf8")));

test("a page, a build and a pull request show the whole range", () => {
  expect(run.explanation.marginRangeMs).toEqual([-38_050, -37_950]);
  expect(toHtml(run)).toContain("38.050\u00a0s too late to 37.950\u00a0s too late");
  expect(toJUnit([run])).toContain('<property name="margin-range-ms" value="-38050 -37950"/>');
  expect(toGitHub([run]).summary).toContain("-38.05 s to -37.95 s");
});
