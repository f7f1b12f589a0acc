import {
  jsonLinesSink,
  parseKnobAssignment,
  runScenario,
  CATALOGUE,
  toJson,
  toText,
  type Run,
  type Scenario,
} from "../../index.js";
import type { Command, Invocation, Outcome } from "../command.js";
import { writeTextFile } from "../files.js";
import { flag, textOption } from "../options.js";
import { UsageError } from "../usage-error.js";

export const run: Command = {
  name: "run",
  summary: "play a scenario on virtual time and say whose timer decided it",
  synopsis: "SCENARIO | --list | --all  [options]",
  help: `  --list               list the scenarios
  --all                run every scenario and compare it with what it promises
  --seed TEXT          what the run is made of (1); the same seed gives the same trace
  --set KNOB=VALUE     turn a knob of the world, as often as you like: --set rp.commitDelayMs=60000
  --trace FILE         write the trace, one JSON record a line`,
  options: {
    list: { type: "boolean", default: false },
    all: { type: "boolean", default: false },
    seed: { type: "string" },
    set: { type: "string", multiple: true },
    trace: { type: "string" },
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
  if (tracePath !== undefined) writeTrace(tracePath, one);
  return {
    exitCode: one.verdict === "unexpected" ? 1 : 0,
    json: { ok: one.verdict !== "unexpected", ...toJson(one) },
    text: toText(one, { color: terminal.color, ...(terminal.columns && { width: terminal.columns }) }),
  };
}

async function runAll(invocation: Invocation): Promise<Outcome> {
  const { terminal } = invocation;
  const settings = settingsOf(invocation);
  const runs: Run[] = [];
  for (const scenario of CATALOGUE) {
    terminal.progress(`running ${scenario.id}`);
    runs.push(await runScenario(scenario, settings));
  }
  const broken = runs.filter(({ verdict }) => verdict === "unexpected");
  const lines = runs.flatMap((one) => [
    `${one.verdict === "unexpected" ? terminal.style("red", "FAIL") : terminal.style("green", "ok  ")}  ` +
      `${one.scenario.id.padEnd(28)}${one.explanation.verdict}`,
    ...one.findings.map(
      ({ layer, expected, found }) => `        ${layer}: expected ${expected}, found ${found}`,
    ),
    ...(one.verdict === "unexpected" ? [`        again: ${one.reproduction}`] : []),
  ]);
  return {
    exitCode: broken.length > 0 ? 1 : 0,
    json: { ok: broken.length === 0, seed: settings.seed, runs: runs.map((one) => toJson(one)) },
    text: [
      ...lines,
      "",
      `${runs.length - broken.length} as expected, ${broken.length} not; seed ${settings.seed}`,
    ].join("\n"),
  };
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
    knobs: Object.assign({}, ...assignments.map(parseKnobAssignment)) as ReturnType<
      typeof parseKnobAssignment
    >,
  };
}

function writeTrace(path: string, { records }: Run): void {
  const lines: string[] = [];
  const sink = jsonLinesSink((line) => lines.push(line));
  for (const record of records) sink.write(record);
  writeTextFile(path, `${lines.join("\n")}\n`);
}
