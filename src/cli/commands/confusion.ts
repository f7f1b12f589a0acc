import { availableParallelism } from "node:os";
import {
  CATALOGUE,
  type Scenario,
  rootCauseRates,
  resolveScenario,
  runSample,
  toJson,
  toText,
  verdictTableToText,
} from "../../entry/scenarios.js";
import { countVerdicts } from "../count-verdicts.js";
import { type Command, type Invocation, type Outcome, UsageError } from "../command.js";
import { numberOption, textOption } from "../options.js";
import { warnOfAlias } from "../warn-of-alias.js";

const DRAWS_MAX = 100_000;
const JOBS_MAX = 256;

export const confusion: Command = {
  name: "confusion",
  takesWords: true,
  summary: "sample the parameters of scenarios and count how often the verdict names their cause",
  synopsis: "[SCENARIO...]  [options]",
  help: `  SCENARIO: some of them; without one, all of the catalogue
  --draws NUMBER       how often each is sampled (200)
  --draw NUMBER        report one sample of one scenario in full
  --seed TEXT          seed of the samples (1)
  --jobs NUMBER        how many scenarios are sampled at once (one a core); the table is the same
  Rows are causes as the scenarios injected them, columns what was said. Below: the same traces with one kind of
  probe taken out of each, where the answer has to be right or "undecided" with the missing probe named.`,
  options: {
    draws: { type: "string" },
    draw: { type: "string" },
    seed: { type: "string" },
    jobs: { type: "string" },
  },
  async run(invocation) {
    const seed = textOption(invocation, "seed") ?? "1";
    const scenarios = invocation.positionals.map((id) => {
      const resolved = resolveScenario(id);
      warnOfAlias(resolved, invocation.terminal);
      return resolved.scenario;
    });
    const draw = numberOption(invocation, "draw", { min: 1, max: DRAWS_MAX });
    if (draw !== undefined) return reportSample(scenarios, { seed, draw }, invocation);
    const draws = numberOption(invocation, "draws", { min: 1, max: DRAWS_MAX }) ?? 200;
    const jobs = numberOption(invocation, "jobs", { min: 1, max: JOBS_MAX }) ?? availableParallelism();
    return count(scenarios.length > 0 ? scenarios : CATALOGUE, { seed, draws, jobs }, invocation);
  },
};

async function count(
  scenarios: readonly Scenario[],
  settings: { readonly seed: string; readonly draws: number; readonly jobs: number },
  { terminal }: Invocation,
): Promise<Outcome> {
  const table = await countVerdicts({
    ...settings,
    scenarios,
    onProgress: (done, { id }) => terminal.status(`${done + 1}/${scenarios.length}  ${id}`),
  });
  terminal.status("");
  const ok = table.wrong.length + table.astray.length + table.guessed.length === 0;
  return {
    exitCode: ok ? 0 : 1,
    json: { ok, ...table, mechanisms: rootCauseRates(table) },
    text: verdictTableToText(table),
  };
}

async function reportSample(
  scenarios: readonly Scenario[],
  settings: { readonly seed: string; readonly draw: number },
  { terminal }: Invocation,
): Promise<Outcome> {
  const [scenario, ...surplus] = scenarios;
  if (scenario === undefined || surplus.length > 0) {
    throw new UsageError("USAGE", "--draw reports one scenario", {
      hint: "passkey-harness confusion late-delivery --draw 17",
    });
  }
  const run = await runSample(scenario, settings);
  return {
    exitCode: 0,
    json: { ok: true, ...toJson(run) },
    text: toText(run, { color: terminal.color, ...(terminal.columns && { width: terminal.columns }) }),
  };
}
