import { seconds } from "../core/seconds.js";
import type { TraceRecord } from "../core/trace.js";
import type { CeremonyDiagnosis } from "../diagnosis/explanation.js";
import { toHtml } from "../scenarios/reports/html.js";
import { runOfTrace } from "../scenarios/reports/run-of-trace.js";
import type { PageStory } from "./rig.js";

/** Formats a verdict for the message of a failed test: every ceremony, what decided it and what would have helped. */
export function verdictText({ explanation }: Pick<PageStory, "explanation">): string {
  const { ceremonies } = explanation;
  if (ceremonies.length === 0) return "Passkeys: no page asked for one";
  return ceremonies.map(ceremonyText).join("\n");
}

function ceremonyText(diagnosis: CeremonyDiagnosis): string {
  const { kind, mechanism, verdict, decidedBy, evidence, prevention, consequences } = diagnosis;
  const timer = decidedBy && [
    `  decided by ${decidedBy.timer} of the ${decidedBy.owner}: ${seconds(decidedBy.budgetMs)}, fired at ${seconds(decidedBy.firedAtMs)}`,
  ];
  return [
    `Passkeys: ${kind}: ${mechanism}`,
    `  ${verdict}`,
    ...(timer ?? []),
    ...evidence.map((line) => `    - ${line}`),
    ...consequences.map(({ text }) => `    - ${text}`),
    ...(prevention.length > 0 ? ["  What would have prevented it"] : []),
    ...prevention.map((line) => `    - ${line}`),
  ].join("\n");
}

/** Returns the trace as JSON Lines: a file for `passkey-harness replay`. */
export function traceLines(records: readonly TraceRecord[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}

/** Returns the timeline as one HTML page. */
export function timelinePage(records: readonly TraceRecord[]): string {
  return toHtml(runOfTrace(records, { reproduction: "passkey-harness replay passkeys-trace.jsonl" }));
}
