import {
  CATALOGUE,
  type Scenario,
  judgeLabels,
  labelsToText,
  rootCauseRates,
  runSample,
  toJson,
  toText,
  verdictTableToText,
} from "../../entry/scenarios.js";
import { countVerdicts } from "../count-verdicts.js";
import { type Invocation, type Outcome, UsageError } from "../command.js";

interface LabelSettings {
  readonly seed: string;
  readonly draws: number;
  readonly jobs: number;
}

/** Samples scenarios and counts how often the verdict is the one that the scenario itself states. */
export async function countLabels(
  named: readonly Scenario[],
  settings: LabelSettings,
  { terminal }: Invocation,
): Promise<Outcome> {
  const scenarios = named.length > 0 ? named : CATALOGUE;
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

/** Holds the causes that scenarios state to counterfactual runs, and lists those that are not causal. */
export async function holdLabels(named: readonly Scenario[], { terminal }: Invocation): Promise<Outcome> {
  const scenarios = named.length > 0 ? named : CATALOGUE;
  const labels = await judgeLabels(scenarios, {
    onProgress: (done, { id }) => terminal.status(`${done + 1}/${scenarios.length}  ${id}`),
  });
  terminal.status("");
  const bad = labels.filter(({ class: is }) => is === "wrong" || is === "false-success");
  return {
    exitCode: bad.length === 0 ? 0 : 1,
    json: { ok: bad.length === 0, labels },
    text: labelsToText(labels),
  };
}

/** Reports one sample of one scenario in full. @throws {UsageError} USAGE when there is not exactly one. */
export async function reportSample(
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
