import { availableParallelism } from "node:os";
import { resolveScenario } from "../../entry/scenarios.js";
import type { Command } from "../command.js";
import { flag, numberOption, textOption } from "../options.js";
import { warnOfAlias } from "../warn-of-alias.js";
import { countLabels, holdLabels, reportSample } from "./confusion-labels.js";
import {
  measureByCounterfactuals,
  mergeOracleTables,
  ORACLE_HELP,
  ORACLE_OPTIONS,
} from "./confusion-oracle.js";

const DRAWS_MAX = 1_000_000;
const JOBS_MAX = 256;

export const confusion: Command = {
  name: "confusion",
  takesWords: true,
  summary: "draw what goes wrong and count how often the verdict names the cause, by counterfactual runs",
  synopsis: "[SCENARIO...] | merge FILE...  [options]",
  help: `  Without SCENARIO: plans are drawn, and every verdict is held against the runs without what it names.
  --draws NUMBER       how many plans are drawn (1000)
${ORACLE_HELP}
  --seed TEXT          seed of the draws (1)
  --jobs NUMBER        how many threads (one a core); the table is the same
  With SCENARIO or --labels: scenarios are sampled and the verdict is compared with the one they state.
  --labels             all scenarios of the catalogue
  --draws NUMBER       how often each is sampled (200)
  --causal             instead, hold the stated causes of the scenarios to counterfactual runs: list those not causal
  --draw NUMBER        report one sample of one scenario in full
  Rows are causes as the scenarios injected them, columns what was said. Below: the same traces with one kind of
  probe taken out of each, where the answer has to be right or "undecided" with the missing probe named.`,
  options: {
    ...ORACLE_OPTIONS,
    labels: { type: "boolean", default: false },
    causal: { type: "boolean", default: false },
    draws: { type: "string" },
    draw: { type: "string" },
    seed: { type: "string" },
    jobs: { type: "string" },
  },
  async run(invocation) {
    const [verb, ...files] = invocation.positionals;
    if (verb === "merge") return mergeOracleTables(files, invocation);
    const seed = textOption(invocation, "seed") ?? "1";
    const scenarios = invocation.positionals.map((id) => {
      const resolved = resolveScenario(id);
      warnOfAlias(resolved, invocation.terminal);
      return resolved.scenario;
    });
    const draw = numberOption(invocation, "draw", { min: 1, max: DRAWS_MAX });
    if (draw !== undefined) return reportSample(scenarios, { seed, draw }, invocation);
    const wanted = numberOption(invocation, "draws", { min: 1, max: DRAWS_MAX });
    const jobs = numberOption(invocation, "jobs", { min: 1, max: JOBS_MAX }) ?? availableParallelism();
    if (flag(invocation, "causal")) return holdLabels(scenarios, invocation);
    return scenarios.length > 0 || flag(invocation, "labels")
      ? countLabels(scenarios, { seed, draws: wanted ?? 200, jobs }, invocation)
      : measureByCounterfactuals({ seed, draws: wanted ?? 1_000, jobs }, invocation);
  },
};
