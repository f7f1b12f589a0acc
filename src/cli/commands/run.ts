import {
  parseKnobAssignment,
  runScenario,
  CATALOGUE,
  toJson,
  toText,
  type Run,
  type Scenario,
} from "../../index.js";
import type { Command, Invocation, OptionTable, Outcome } from "../command.js";
import { flag, textOption } from "../options.js";
import { FRAMES_HELP, FRAMES_OPTIONS, framesOption, writeTrace } from "../recording.js";
import { REPORT_HELP, REPORT_OPTIONS, SINGLE_REPORTS, withReports } from "../report-files.js";
import { UsageError } from "../usage-error.js";

/** How one run is told, on top of what is printed. */
export const TELLING_OPTIONS = {
  trace: { type: "string" },
  ...FRAMES_OPTIONS,
  ...REPORT_OPTIONS,
} as const satisfies OptionTable;

export const TELLING_HELP = `  --trace FILE         write the trace, one JSON record a line; replay reads it
${FRAMES_HELP}
${REPORT_HELP}`;

export const run: Command = {
  name: "run",
  summary: "play a scenario on virtual time and say whose timer decided it",
  synopsis: "SCENARIO | --list | --all  [options]",
  help: `  --list               list the scenarios
  --all                run every scenario and compare it with what it promises
  --seed TEXT          what the run is made of (1); the same seed gives the same trace
  --set KNOB=VALUE     turn a knob of the world, as often as you like: --set rp.commitDelayMs=60000
${TELLING_HELP}`,
  options: {
    list: { type: "boolean", default: false },
    all: { type: "boolean", default: false },
    seed: { type: "string" },
    set: { type: "string", multiple: true },
    ...TELLING_OPTIONS,
  },
  async run(invocation) {
    if (flag(invocation, "list")) return listing();
    if (flag(invocation, "all")) return runAll(invocation);
    const [id, ...surplus] = invocation.positionals;
    if (id === undefined || surplus.length > 0) {
      throw new UsageError("USAGE", "run takes one scenario", { hint: "passkey-harness run --list" });
    }
    return runOne(scenarioNamed(id), invocation);
  },
};

/** One run, told in full. */
export async function runOne(scenario: Scenario, invocation: Invocation): Promise<Outcome> {
  const { terminal } = invocation;
  const one = await runScenario(scenario, settingsOf(invocation));
  const tracePath = textOption(invocation, "trace");
  if (tracePath !== undefined) writeTrace(tracePath, one.records);
  const outcome: Outcome = {
    exitCode: one.verdict === "unexpected" ? 1 : 0,
    json: { ok: one.verdict !== "unexpected", ...toJson(one) },
    text: toText(one, { color: terminal.color, ...(terminal.columns && { width: terminal.columns }) }),
  };
  return withReports(outcome, [one], invocation);
}

async function runAll(invocation: Invocation): Promise<Outcome> {
  const { terminal } = invocation;
  const single = [...SINGLE_REPORTS, "trace"].find((name) => textOption(invocation, name) !== undefined);
  if (single !== undefined) {
    throw new UsageError("USAGE", `--${single} tells one run, not all of them`, {
      hint: `passkey-harness run SCENARIO --${single} FILE`,
    });
  }
  const settings = settingsOf(invocation);
  const runs: Run[] = [];
  for (const scenario of CATALOGUE) {
    terminal.status(`${runs.length + 1}/${CATALOGUE.length}  ${scenario.id}`);
    runs.push(await runScenario(scenario, settings));
  }
  terminal.status("");
  const broken = runs.filter(({ verdict }) => verdict === "unexpected");
  const lines = runs.flatMap((one) => [
    `${one.verdict === "unexpected" ? terminal.style("red", "FAIL") : terminal.style("green", "ok  ")}  ` +
      `${one.scenario.id.padEnd(28)}${one.explanation.verdict}`,
    ...one.findings.map(
      ({ layer, expected, found }) => `        ${layer}: expected ${expected}, found ${found}`,
    ),
    ...(one.verdict === "unexpected" ? [`        again: ${one.reproduction}`] : []),
  ]);
  const outcome: Outcome = {
    exitCode: broken.length > 0 ? 1 : 0,
    json: { ok: broken.length === 0, seed: settings.seed, runs: runs.map((one) => toJson(one)) },
    text: [
      ...lines,
      "",
      `${runs.length - broken.length} as expected, ${broken.length} not; seed ${settings.seed}`,
    ].join("\n"),
  };
  return withReports(outcome, runs, invocation);
}

function listing(): Outcome {
  return {
    exitCode: 0,
    json: {
      ok: true,
      scenarios: CATALOGUE.map(({ id, group, title, sources }) => ({ id, group, title, sources })),
    },
    text: CATALOGUE.map(({ id, title }) => `${id.padEnd(28)}${title}`).join("\n"),
  };
}

function scenarioNamed(id: string): Scenario {
  const scenario = CATALOGUE.find((one) => one.id === id);
  if (scenario === undefined) {
    throw new UsageError("USAGE", `there is no scenario "${id}"`, { hint: "passkey-harness run --list" });
  }
  return scenario;
}

function settingsOf(invocation: Invocation) {
  const set = invocation.values["set"];
  const assignments = Array.isArray(set) ? set.map(String) : [];
  return {
    seed: textOption(invocation, "seed") ?? "1",
    frames: framesOption(invocation),
    knobs: Object.assign({}, ...assignments.map(parseKnobAssignment)) as ReturnType<
      typeof parseKnobAssignment
    >,
  };
}
