/** Scenario files and traces whose verdict was wrong: what each ceremony comes to. */
import { explain } from "../../../src/diagnosis/explain.js";
import { parseScenarioFile } from "../../../src/scenarios/files/define-scenario.js";
import { parseTrace } from "../../../src/scenarios/reports/parse-trace.js";
import { runScenario } from "../../../src/scenarios/run.js";
import { inputOf, type Case, type Probe } from "../case.js";

/** The cause of each ceremony and the timer that decided it; for `undecided` the probes that are missing. */
async function verdicts(one: Case): Promise<readonly string[]> {
  const text = inputOf(one);
  if (one.input?.endsWith(".jsonl") !== true) {
    const { explanation } = await runScenario(parseScenarioFile(text), { seed: "1" });
    return lines(explanation.ceremonies);
  }
  const { records, schema } = parseTrace(text);
  const { ceremonies, clocks } = explain(records, { schema });
  const off = (clocks ?? []).map(({ actor }) => `the clock of ${actor} is off`);
  return [...lines(ceremonies), ...off];
}

type Ceremonies = ReturnType<typeof explain>["ceremonies"];

function lines(ceremonies: Ceremonies): readonly string[] {
  return ceremonies.map(({ mechanism, decidedBy, missingProbes }) => {
    const timer = decidedBy === undefined ? "" : ` by ${decidedBy.timer}`;
    const missing = missingProbes.length === 0 ? "" : `: ${missingProbes.join(", ")}`;
    return mechanism === "undecided" ? `undecided${missing}` : `${mechanism}${timer}`;
  });
}

export const VERDICT: Readonly<Record<string, Probe>> = { "*": verdicts };
