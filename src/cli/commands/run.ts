import { CATALOGUE, type UserScenario, type Run, runScenario, toJson } from "../../entry/scenarios.js";
import { type KnobAlias, parseKnobAssignment } from "../../entry/sim.js";
import { type Command, type Invocation, type OptionTable, type Outcome, UsageError } from "../command.js";
import { flag, textOption, textsOf } from "../options.js";
import { FRAMES_HELP, FRAMES_OPTIONS, checkRecording, framesOption } from "../recording.js";
import { REPORT_HELP, REPORT_OPTIONS, SINGLE_REPORTS, withReports } from "../report-files.js";
import { subjectNamed, type Subject } from "../scenario/scenario-subject.js";
import { SITE_HELP, SITE_OPTIONS, siteFrom } from "../site-file.js";
import { TELLING_HELP, TELLING_OPTIONS, textFor } from "../telling.js";
import { warnOfKnobAlias } from "../warn-of-alias.js";
import { LIST_HELP, LIST_OPTIONS, listScenarios, refuseListOptions } from "./run-list.js";
import { proveAll, runProof } from "./run-prove.js";
import { runShrink } from "./run-shrink.js";
import { runAtSite } from "./run-site.js";
import { runSweep } from "./run-sweep.js";

const ID_WIDTH = Math.max(...CATALOGUE.map(({ id }) => id.length)) + 2;

/** Options that write a report of one run, in addition to the printed one. */
export const OUTPUT_OPTIONS = {
  trace: { type: "string" },
  ...FRAMES_OPTIONS,
  ...REPORT_OPTIONS,
  ...TELLING_OPTIONS,
} as const satisfies OptionTable;

export const OUTPUT_HELP = `  --trace FILE         write the trace, one JSON record a line; replay reads it
${FRAMES_HELP}
${REPORT_HELP}
${TELLING_HELP}`;

export const run: Command = {
  name: "run",
  takesWords: true,
  summary: "play a scenario on virtual time and say whose timer decided it",
  synopsis: "SCENARIO | FILE | --list | --all  [options]",
  help: `  FILE is a scenario of your own: .json, .mjs, .js, or .ts where Node or tsx can load it (docs/scenarios.md).
${LIST_HELP}
  --all                run every scenario and compare it with what it promises
  --seed TEXT          what the run is made of (1); the same seed gives the same trace
  --set KNOB=VALUE     turn a knob of the world, as often as you like: --set rp.commitDelayMs=60000
  --sweep KNOB=VALUES  run once for each value and find where the outcome turns: rp.commitDelayMs=0..180000/10000,
                       gw.idleMs=30s,60s,never or page.aborts=*; several make a grid
  --shrink             turn back every knob that does not matter, and the others as far as they can be
  --keep CONDITION     how the shrunk run must still end, as often as you like: page=NotAllowedError, orphans>0;
                       without it, with the very same outcome
  --toward SCENARIO    shrink towards its knobs instead of the defaults
  --prove              play it again without each of its deviations, with the deciding timer lengthened and with each
                       advice followed: is the verdict proven? With --all, one line for each scenario
${SITE_HELP}
${OUTPUT_HELP}`,
  options: {
    ...LIST_OPTIONS,
    all: { type: "boolean", default: false },
    seed: { type: "string" },
    set: { type: "string", multiple: true },
    sweep: { type: "string", multiple: true },
    shrink: { type: "boolean", default: false },
    keep: { type: "string", multiple: true },
    toward: { type: "string" },
    prove: { type: "boolean", default: false },
    ...SITE_OPTIONS,
    ...OUTPUT_OPTIONS,
  },
  async run(invocation) {
    refuseListOptions(invocation);
    if (flag(invocation, "list")) return listScenarios(invocation);
    const way = wayOf(invocation);
    const site = siteFrom(invocation);
    if (flag(invocation, "all") && site === undefined) {
      if (way === "prove") return proveAll(settingsOf(invocation), invocation);
      if (way !== "play") throw new UsageError("USAGE", `--${way} takes one scenario, not all of them`);
      const [stray] = invocation.positionals;
      if (stray !== undefined) throw new UsageError("USAGE", `--all runs every scenario, "${stray}" too`);
      return runAll(invocation);
    }
    const [name, ...surplus] = invocation.positionals;
    if (name === undefined || surplus.length > 0) {
      throw new UsageError("USAGE", "run takes one scenario", { hint: "passkey-harness run --list" });
    }
    if (way !== "sweep") checkRecording(invocation);
    const subject = await subjectNamed(name, invocation.terminal);
    if (site !== undefined) return runAtSite(subject, { site, ...settingsOf(invocation) }, invocation);
    if (way === "play") return runOne(subject.scenario, invocation, subject.calledAs);
    const settings = settingsOf(invocation);
    if (way === "prove") return runProof(subject, settings, invocation);
    if (way === "sweep") {
      return runSweep(subject, { ...settings, axes: textsOf(invocation, "sweep") }, invocation);
    }
    const toward = await towardOf(invocation);
    return runShrink(subject, { ...settings, keep: textsOf(invocation, "keep"), toward }, invocation);
  },
};

/** @throws {UsageError} USAGE for options that do not go together. */
function wayOf(invocation: Invocation): "play" | "sweep" | "shrink" | "prove" {
  const [sweeps, shrinks] = [textsOf(invocation, "sweep").length > 0, flag(invocation, "shrink")];
  const proves = flag(invocation, "prove");
  const ways = [sweeps && ("sweep" as const), shrinks && ("shrink" as const), proves && ("prove" as const)];
  const [one, two] = ways.filter((way) => way !== false);
  if (one !== undefined && two !== undefined) {
    throw new UsageError("USAGE", `--${one} and --${two} are two different things`);
  }
  const stray = ["keep", "toward"].find((name) => invocation.values[name] !== undefined);
  if (stray !== undefined && !shrinks) {
    throw new UsageError("USAGE", `--${stray} belongs to --shrink`, {
      hint: `passkey-harness run SCENARIO --shrink --${stray} ...`,
    });
  }
  if (one !== undefined && invocation.values["for"] !== undefined) {
    throw new UsageError("USAGE", `--for tells one run: it does not go with --${one}`);
  }
  return one ?? "play";
}

async function towardOf(invocation: Invocation): Promise<Subject | undefined> {
  const name = textOption(invocation, "toward");
  return name === undefined ? undefined : subjectNamed(name, invocation.terminal);
}

/** Runs one scenario and reports the run in full; `calledAs` is the name on the command line, where not the id. */
export async function runOne(
  scenario: UserScenario,
  invocation: Invocation,
  calledAs = scenario.id,
): Promise<Outcome> {
  const one = await runScenario(scenario, { ...settingsOf(invocation), calledAs });
  const outcome: Outcome = {
    exitCode: one.verdict === "unexpected" ? 1 : 0,
    json: { ok: one.verdict !== "unexpected", ...toJson(one) },
    text: textFor(one, invocation),
  };
  return withReports(outcome, [one], invocation);
}

async function runAll(invocation: Invocation): Promise<Outcome> {
  const { terminal } = invocation;
  const single = [...SINGLE_REPORTS, "trace", "for"].find(
    (name) => textOption(invocation, name) !== undefined,
  );
  if (single !== undefined) {
    throw new UsageError("USAGE", `--${single} reports one run, not all of them`, {
      hint: `passkey-harness run SCENARIO --${single} ${single === "for" ? "AUDIENCE" : "FILE"}`,
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
      `${one.scenario.id.padEnd(ID_WIDTH)}${one.explanation.verdict}`,
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

function settingsOf(invocation: Invocation) {
  const assignments = textsOf(invocation, "set");
  const onAlias = (alias: KnobAlias) => warnOfKnobAlias(alias, invocation.terminal);
  return {
    seed: textOption(invocation, "seed") ?? "1",
    frames: framesOption(invocation),
    knobs: Object.assign(
      {},
      ...assignments.map((text) => parseKnobAssignment(text, { onAlias })),
    ) as ReturnType<typeof parseKnobAssignment>,
  };
}
