import { titleOf } from "./title-of.js";
import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import type { TraceRecord } from "../../core/trace.js";
import { printableData } from "../../core/printable.js";
import { describeRecord } from "../../core/events/describe.js";
import type { CeremonyDiagnosis } from "../../diagnosis/explanation.js";
import { oddities, type Oddity } from "./oddities.js";
import type { ReportedRun } from "./run-of-trace.js";
import { TRACE_SCHEMA } from "../../core/events/run.js";
import { seconds } from "../../diagnosis/evidence.js";
import { hang, paletteFor, wrap, type Palette } from "./text-layout.js";
import { gatherFacts } from "../../diagnosis/gather-facts.js";
import { isShownTimer } from "../../diagnosis/outputs/explained-trace.js";
import type { TimerUse } from "../../diagnosis/facts/timers.js";

export interface TextOptions {
  /** ANSI colours; off by default. */
  readonly color?: boolean;
  /** Columns to wrap at; 100 by default. */
  readonly width?: number;
}

const TEXT_OPTIONS = parameters<TextOptions>({
  color: maybe(shape.flag),
  width: maybe(arg.number),
});

interface Sheet {
  readonly run: ReportedRun;
  readonly paint: Palette;
  readonly width: number;
}

const WIDTH = 100;

/**
 * Formats a run as text: the scenario, the timeline, what the user saw, the verdict and the timer that decided.
 *
 * @param run of `runScenario`, or what `runOfTrace` made of a stored trace.
 * @param options colour, and width in columns.
 * @returns the report, lines ended by a line feed but the last.
 *
 * @example
 * console.log(toText(run, { color: true }));
 */
export function toText(run: ReportedRun, options: TextOptions = {}): string {
  checkArguments("toText", {
    run: [arg.with("a run, as runScenario gives one,", "records", "explanation"), run],
    options: [TEXT_OPTIONS, options],
  });
  // Traces and scenarios come from anywhere: no text of theirs may steer a terminal or start a line of its own.
  const sheet: Sheet = {
    run: printableData(run),
    paint: paletteFor(options.color ?? false),
    width: options.width ?? WIDTH,
  };
  const sections = [
    header(sheet),
    timeline(sheet),
    whatTheUserSaw(sheet),
    verdict(sheet),
    timers(sheet),
    ledgerSection(sheet),
    findings(sheet),
    [`Again: ${sheet.run.reproduction}`],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

/**
 * A run as programs read it: a document for `JSON.stringify`, the trace included.
 *
 * @param run of `runScenario`, or what `runOfTrace` made of a stored trace.
 * @returns a document for `JSON.stringify`.
 *
 * @example
 * console.log(JSON.stringify(toJson(run)));
 */
export function toJson(run: ReportedRun) {
  const { scenario, seed, knobs, verdict, findings, explanation, ledger, records, reproduction } = run;
  const { id, group, title, story, sources } = scenario;
  return {
    schema: TRACE_SCHEMA,
    scenario: { id, group, title, story, sources, knobs: scenario.knobs },
    seed,
    knobs,
    verdict,
    findings,
    explanation,
    ledger,
    reproduction,
    records,
  };
}

function header({ run, paint, width }: Sheet): readonly string[] {
  const { scenario, seed, knobs, verdict } = run;
  const outcome = {
    "as-expected": "as expected",
    unexpected: "NOT as expected",
    "no-expectation": Object.keys(knobs).length > 0 ? "knobs turned" : "held to no promise",
  };
  const mark = { "as-expected": paint.good, unexpected: paint.bad, "no-expectation": paint.faint }[verdict];
  const origin = seed === "" ? "" : `seed ${seed}  `;
  return [
    `${paint.strong(scenario.id)}  ${origin}${mark(outcome[verdict])}`,
    paint.strong(titleOf(run)),
    ...wrap(scenario.story, width),
  ];
}

function timeline({ run, paint, width }: Sheet): readonly string[] {
  const described = run.records.flatMap((record) => {
    const text = describeRecord(record);
    return text === undefined ? [] : [{ record, text }];
  });
  // A fold, because a trace has more records than a call can have arguments.
  const lane = described.reduce((width, { record }) => Math.max(width, record.actor.length), "actor".length);
  return [
    paint.faint(`${"seconds".padStart(10)}  ${"actor".padEnd(lane)}  what happened`),
    ...described.flatMap(({ record, text }) => {
      const head = `${(record.atMs / 1000).toFixed(3).padStart(10)}  ${record.actor.padEnd(lane)}  `;
      return hang(head, text, width).map(paintFor(record, paint));
    }),
  ];
}

function paintFor(record: TraceRecord, paint: Palette): (text: string) => string {
  if (record.kind === "timer.fired") return paint.bad;
  if (record.kind === "user.saw") return record.tone === "failure" ? paint.bad : paint.good;
  if (record.kind === "page.settled") return record.outcome === "resolved" ? paint.good : paint.bad;
  return record.kind.startsWith("link.") || record.kind === "ctap.request" ? paint.faint : (text) => text;
}

function whatTheUserSaw({ run, paint }: Sheet): readonly string[] {
  const seen = run.records.flatMap((record) =>
    record.kind === "user.saw"
      ? [`  ${seconds(record.atMs).padStart(10)}  ${record.where}: ${record.text}`]
      : [],
  );
  return seen.length === 0 ? [] : [paint.strong("What the user saw"), ...seen];
}

function verdict({ run, paint, width }: Sheet): readonly string[] {
  return [
    paint.strong("Verdict"),
    ...clocksOff(run).flatMap((line) => hang("  ", line, width)),
    ...run.explanation.ceremonies.flatMap((account) => diagnosisLines(account, { paint, width })),
    ...(run.explanation.ceremonies.length === 0 ? hang("  ", run.explanation.verdict, width) : []),
  ];
}

/** What the verdict's times are corrected by; the timeline has them as they were recorded. */
function clocksOff({ explanation }: ReportedRun): readonly string[] {
  return (explanation.clocks ?? []).map(
    ({ actor, offsetMs: [lowMs, highMs] }) =>
      `clock of ${actor}: ${interval(lowMs, highMs)} ahead; the verdict's times are corrected`,
  );
}

const interval = (lowMs: number, highMs: number) =>
  lowMs === highMs ? seconds(lowMs) : `${seconds(lowMs)} to ${seconds(highMs)}`;

function diagnosisLines(
  account: CeremonyDiagnosis,
  { paint, width }: Pick<Sheet, "paint" | "width">,
): readonly string[] {
  const { decidedBy, marginMs } = account;
  const [lowMs, highMs] = account.marginRangeMs ?? [marginMs ?? 0, marginMs ?? 0];
  const timer = decidedBy
    ? [
        `  decided by ${decidedBy.timer} of the ${decidedBy.owner}: ${seconds(decidedBy.budgetMs)}, fired at ${seconds(decidedBy.firedAtMs)}`,
      ]
    : [];
  return [
    paint.strong(`  ${account.kind} ${account.ceremony}: ${account.mechanism}`),
    ...hang("  ", account.verdict, width),
    ...timer,
    ...(marginMs === undefined ? [] : [`  margin ${interval(lowMs, highMs)}`]),
    ...account.evidence.flatMap((line) => hang("    - ", line, width)),
    ...(account.prevention.length === 0 ? [] : ["  What would have prevented it"]),
    ...account.prevention.flatMap((line) => hang("    - ", line, width)),
  ];
}

function timers({ run, paint }: Sheet): readonly string[] {
  const uses = gatherFacts(run.records, run).timers.filter(isShownTimer);
  if (uses.length === 0) return [];
  return [
    paint.strong("Timers"),
    paint.faint(
      `  ${"timer".padEnd(16)}${"owner".padEnd(10)}${"armed at".padStart(12)}${"budget".padStart(12)}  end`,
    ),
    ...uses.map((use) => timerLine(use, paint)),
  ];
}

function timerLine(use: TimerUse, paint: Palette): string {
  const { timer, owner, budgetMs, armedAtMs, endedAtMs, end } = use;
  const at = endedAtMs === undefined ? "" : ` at ${seconds(endedAtMs)}`;
  const line =
    `  ${timer.padEnd(16)}${owner.padEnd(10)}` +
    `${seconds(armedAtMs).padStart(12)}${seconds(budgetMs).padStart(12)}  ${end}${at}`;
  return end === "fired" ? paint.bad(line) : line;
}

function ledgerSection({ run, paint }: Sheet): readonly string[] {
  // A ledger is no plain data: what it says is copied here.
  const { keys, rows, flags, mails } = printableData(run.ledger.entries);
  const { orphans, ghosts } = printableData(oddities(run));
  const list = (items: readonly string[]) => (items.length === 0 ? "none" : items.join(", "));
  const flagsOn = Object.keys(flags).filter((flag) => flags[flag]);
  const trouble = (items: Oddity) => {
    if (typeof items === "string") return items;
    return items.length === 0 ? "none" : paint.bad(list(items));
  };
  return [
    paint.strong("Ledger"),
    `  keys     ${list(keys.map(({ credential, authenticator }) => `${credential} on ${authenticator}`))}`,
    `  rows     ${list(rows.map(({ credential }) => credential))}`,
    `  flags    ${list(flagsOn)}`,
    `  mails    ${list(mails.map(({ subject, stage }) => `"${subject}" ${stage}`))}`,
    `  orphans  ${trouble(orphans)}`,
    `  ghosts   ${trouble(ghosts)}`,
  ];
}

function findings({ run, paint, width }: Sheet): readonly string[] {
  if (run.findings.length === 0) return [];
  return [
    paint.bad("Not as expected"),
    ...run.findings.flatMap(({ layer, expected, found }) => [
      ...hang(`  ${layer}: `, `expected ${expected}`, width),
      ...hang("    ", `found ${found}`, width),
    ]),
  ];
}
