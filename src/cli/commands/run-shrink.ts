import { type Outcome as RunOutcome, type Shrunk, shrink } from "../../entry/scenarios.js";
import type { KnobOverrides } from "../../entry/sim.js";
import type { Invocation, Outcome } from "../command.js";
import { counted } from "../options.js";
import { withReports } from "../report-files.js";
import type { Subject } from "../scenario/scenario-subject.js";
import type { Terminal } from "../terminal.js";

export interface ShrinkSettings {
  readonly seed: string;
  readonly knobs: KnobOverrides;
  /** Conditions as they were typed. */
  readonly keep: readonly string[];
  /** Whose knobs to turn back to; the defaults when absent. */
  readonly toward: Subject | undefined;
}

/** Resets the knobs that do not matter to their defaults and reports the run that is left. */
export async function runShrink(
  { scenario, calledAs }: Subject,
  { seed, knobs, keep, toward }: ShrinkSettings,
  invocation: Invocation,
): Promise<Outcome> {
  const { terminal } = invocation;
  const shrunk = await shrink(scenario, {
    seed,
    knobs,
    keep,
    calledAs,
    ...(toward && { toward: toward.scenario.knobs }),
    onRun: (runs) => terminal.status(counted(runs, "run")),
  });
  terminal.status("");
  const { run, ...rest } = shrunk;
  const unexpected = shrunk.verdict === "unexpected";
  const outcome: Outcome = {
    exitCode: unexpected ? 1 : 0,
    json: { ok: !unexpected, ...rest, explanation: run.explanation, file: fileOf(shrunk) },
    text: shrinkText(shrunk, { terminal, toward: toward?.calledAs }),
  };
  return withReports(outcome, [run], invocation);
}

/** The smallest plan as a scenario file: what it says is all there is to it. */
function fileOf({ smallest, outcome }: Shrunk) {
  const { title, knobs, script, expect } = smallest;
  const { decidedBy, mechanisms, ledger } = outcome;
  return { title, knobs, script, expect: expect ?? { decidedBy, mechanisms, ledger } };
}

function shrinkText(
  { scenario, seed, before, knobs, outcome, run, runs, reproduction }: Shrunk,
  { terminal, toward }: { readonly terminal: Terminal; readonly toward: string | undefined },
): string {
  const [off, kept] = [Object.entries(before), Object.entries(knobs)];
  const idle = off.filter(([name]) => !(name in knobs)).map(([name]) => name);
  const width = Math.max(0, ...kept.map(([name]) => name.length));
  const was: Readonly<Record<string, string | number | boolean | null>> = before;
  const from = toward === undefined ? "their defaults" : `what they are in ${toward}`;
  return [
    `${terminal.style("bold", scenario.id)}  seed ${seed}  ${counted(runs, "run")}`,
    scenario.title,
    "",
    `${off.length} knobs are not ${from}; ${kept.length} of them ${kept.length === 1 ? "matters" : "matter"}:`,
    ...kept.map(([name, value]) => {
      const moved = was[name] === value ? "" : `  (was ${String(was[name] ?? "never")})`;
      return `  ${terminal.style("bold", name.padEnd(width))}  ${String(value ?? "never")}${moved}`;
    }),
    ...(idle.length === 0
      ? []
      : ["These do not:", ...idle.map((name) => `  ${terminal.style("dim", name)}`)]),
    "",
    ...outcomeLines(outcome),
    run.explanation.verdict,
    "",
    `Again: ${reproduction}`,
  ].join("\n");
}

function outcomeLines({ page, told, decidedBy, mechanisms, ledger }: RunOutcome): readonly string[] {
  const list = (items: readonly string[]) => (items.length === 0 ? "nothing" : items.join(", "));
  const ledgerCounts = Object.entries(ledger).map(([name, count]) => `${name} ${count}`);
  return [
    `page: ${list(page)}; told: ${list(told)}; decided by ${decidedBy ?? "no timer"}; ${list(mechanisms)}`,
    `ledger: ${ledgerCounts.join(", ")}`,
  ];
}
