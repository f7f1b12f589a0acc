import {
  type Outcome as RunOutcome,
  type ReportedRun,
  type Run,
  type Sweep,
  type SweepPoint,
  type Threshold,
  sweep,
} from "../../entry/scenarios.js";
import type { KnobOverrides } from "../../entry/sim.js";
import { type Invocation, type Outcome, UsageError } from "../command.js";
import { counted, textOption } from "../options.js";
import { SINGLE_REPORTS, withReports } from "../report-files.js";
import type { Subject } from "../scenario/scenario-subject.js";
import type { Terminal } from "../terminal.js";
import { warnOfKnobAlias } from "../warn-of-alias.js";

export interface SweepSettings {
  readonly seed: string;
  readonly knobs: KnobOverrides;
  /** As they were typed. */
  readonly axes: readonly string[];
}

/** One run for each point, a table of what they came to, and where it turns. */
export async function runSweep(
  { scenario, calledAs }: Subject,
  { seed, knobs, axes }: SweepSettings,
  invocation: Invocation,
): Promise<Outcome> {
  const { terminal } = invocation;
  refuseSingleReports(invocation);
  const wantsRuns = textOption(invocation, "junit") !== undefined || invocation.values["github"] === true;
  const reported: ReportedRun[] = [];
  let count = 0;
  const result = await sweep(scenario, {
    seed,
    axes,
    knobs,
    calledAs,
    onKnobAlias: (alias) => warnOfKnobAlias(alias, terminal),
    onPoint: (point, run) => {
      terminal.status(`${(count += 1)}  ${valuesOf(point.at)}`);
      if (wantsRuns) reported.push(reportedPoint(point, run));
    },
  });
  terminal.status("");
  const reproduction = [
    `passkey-harness run ${shellWord(calledAs)} --seed ${shellWord(seed)}`,
    ...Object.entries(knobs).map(([name, value]) => `--set ${shellWord(`${name}=${value ?? "never"}`)}`),
    ...axes.map((axis) => `--sweep ${shellWord(axis)}`),
  ].join(" ");
  const outcome: Outcome = {
    exitCode: 0,
    json: { ok: true, ...result, reproduction },
    text: sweepText(result, { reproduction, terminal }),
  };
  return withReports(outcome, reported, invocation);
}

function refuseSingleReports(invocation: Invocation): void {
  const single = [...SINGLE_REPORTS, "trace"].find((name) => textOption(invocation, name) !== undefined);
  if (single === undefined) return;
  throw new UsageError("USAGE", `--${single} reports one run, not a sweep`, {
    hint: "each point's reproduction line, with --json, repeats it alone",
  });
}

/** A test case of its own: readers of reports take equal names for tries of one test. */
function reportedPoint({ at, reproduction }: SweepPoint, run: Run): ReportedRun {
  const { expect: _, ...scenario } = run.scenario;
  return { ...run, scenario: { ...scenario, id: `${scenario.id} [${valuesOf(at)}]` }, reproduction };
}

function sweepText(
  { scenario, seed, axes, points, thresholds, runs }: Sweep,
  { reproduction, terminal }: { readonly reproduction: string; readonly terminal: Terminal },
): string {
  const names = axes.map(({ knob }) => knob);
  const header = [...names, "page", "told", "decided by", "mechanism", ...LEDGER, "margin ms"];
  const rows = points.map(({ at, outcome, marginMs }) => [
    ...names.map((knob) => String(at[knob] ?? "never")),
    ...cellsOf(outcome),
    String(marginMs ?? ""),
  ]);
  const right = new Set([...names, ...LEDGER, "margin ms"]);
  const [head = "", ...body] = columns([header, ...rows], (nth) => right.has(header[nth] ?? ""));
  return [
    `${terminal.style("bold", scenario.id)}  seed ${seed}  ${counted(points.length, "point")}, ${counted(runs, "run")}`,
    scenario.title,
    "",
    terminal.style("dim", head),
    ...body,
    "",
    terminal.style("bold", thresholds.length === 0 ? "No turn between any two neighbours" : "Where it turns"),
    ...thresholds.flatMap(thresholdLines),
    "",
    `Again: ${reproduction}`,
  ].join("\n");
}

const LEDGER = ["keys", "rows", "orphans", "ghosts", "mails"] as const;

function cellsOf({ page, told, decidedBy, mechanisms, ledger }: RunOutcome): readonly string[] {
  return [
    page.join(" "),
    told.join(" "),
    decidedBy ?? "no timer",
    mechanisms.join(" "),
    ...LEDGER.map((name) => String(ledger[name])),
  ];
}

function thresholdLines({ knob, at, below, above }: Threshold): readonly string[] {
  const where = Object.keys(at).length === 0 ? "" : `  with ${valuesOf(at)}`;
  const names = ["page", "told", "decided by", "mechanism", ...LEDGER];
  const [before, after] = [cellsOf(below.outcome), cellsOf(above.outcome)];
  const changes = names.flatMap((name, nth) => {
    const [from, to] = [before[nth] ?? "", after[nth] ?? ""];
    return from === to ? [] : [`      ${name}: ${from || "nothing"} -> ${to || "nothing"}`];
  });
  return [`  ${knob}  ${below.value} | ${above.value}${where}`, ...changes];
}

function valuesOf(at: SweepPoint["at"]): string {
  return Object.entries(at)
    .map(([name, value]) => `${name}=${value ?? "never"}`)
    .join(", ");
}

function columns(
  rows: readonly (readonly string[])[],
  isRight: (column: number) => boolean,
): readonly string[] {
  const widths = (rows[0] ?? []).map((_, nth) => Math.max(...rows.map((row) => row[nth]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, nth) => (isRight(nth) ? cell.padStart(widths[nth] ?? 0) : cell.padEnd(widths[nth] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}

/** Quotes one word for a shell, whatever is in it. */
function shellWord(text: string): string {
  return /^[\w.:/=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
