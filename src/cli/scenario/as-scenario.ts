import { type IncidentScenario, type ReportedRun, scenarioOfIncident } from "../../entry/scenarios.js";
import type { Invocation, OptionTable, Outcome } from "../command.js";
import { replaceFile } from "../files/replace-file.js";
import { textOption } from "../options.js";
import { failuresOf, withProblems } from "../problems.js";

export const AS_SCENARIO_OPTION = { "as-scenario": { type: "string" } } as const satisfies OptionTable;

export const AS_SCENARIO_HELP = `  --as-scenario FILE   write a scenario whose run has the same outcome, ending and order; run FILE plays it`;

/** Writes the scenario that was asked for, and says what is open in it. A trace that none fits is a problem beside the verdict. */
export async function withScenario(
  outcome: Outcome,
  run: ReportedRun,
  invocation: Invocation,
): Promise<Outcome> {
  const path = textOption(invocation, "as-scenario");
  if (path === undefined) return outcome;
  let made: IncidentScenario | undefined;
  const problems = await failuresOf([
    async () => {
      const scenario = await scenarioOfIncident(run);
      replaceFile(path, `${JSON.stringify(scenario.file, null, 2)}\n`);
      made = scenario;
    },
  ]);
  const told =
    made === undefined
      ? outcome
      : {
          ...outcome,
          json: { ...(outcome.json as object), asScenario: { path, ...made } },
          text: `${outcome.text.trimEnd()}\n\n${scenarioText(path, made)}`,
        };
  return withProblems(told, problems, invocation.terminal);
}

function scenarioText(path: string, { file, open, agreesIn }: IncidentScenario): string {
  const sweeps = open.map(({ knob, fromMs, toMs }) => {
    const stepMs = Math.max(1, Math.ceil((toMs - fromMs) / 10));
    return `  passkey-harness run ${path} --sweep ${knob}=${fromMs}..${toMs}/${stepMs}`;
  });
  return [
    `Scenario: ${path}, made of ${file.extends ?? "none"}; the same ${agreesIn.join(", ")}`,
    ...(sweeps.length === 0 ? [] : ["What no log says, and a sweep may vary:", ...sweeps]),
  ].join("\n");
}
