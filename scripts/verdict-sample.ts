/**
 * Writes a sample of drawn ceremonies that did not go well, each with its whole trace and what is said of it, and without
 * what was drawn: for a reader who judges every sentence against the records.
 *
 *     npx tsx scripts/verdict-sample.ts SEED NUMBER > sample.txt
 */
import { describeRecord } from "../src/core/events/describe.js";
import type { TraceRecord } from "../src/core/trace.js";
import { explain } from "../src/diagnosis/explain.js";
import type { CeremonyDiagnosis } from "../src/diagnosis/explanation.js";
import { SAMPLE_NAMES } from "../src/oracle/draw-plan.js";
import { drawSoundPlan } from "../src/oracle/sound-plan.js";
import { diagnose, knobInfos, oracleRunner } from "../src/scenarios/explore/oracle-runner.js";

const [seed = "sample", number = "100"] = process.argv.slice(2);
const knobs = knobInfos();

/** Longest trace that a person reads to its end. */
const RECORDS_MAX = 400;

let written = 0;
for (let draw = 0; written < Number(number); draw += 1) {
  const sample = SAMPLE_NAMES[draw % SAMPLE_NAMES.length] ?? "A";
  const { lattice } = await drawSoundPlan({ seed, draw, sample, knobs }, { runner: oracleRunner, diagnose });
  if (lattice === undefined || lattice.records.length > RECORDS_MAX) continue;
  const troubled = explain(lattice.records).ceremonies.filter(({ mechanism }) => mechanism !== "success");
  // One of each run, and not always its first: later ones stand on what earlier ones left behind.
  const said = troubled[draw % Math.max(troubled.length, 1)];
  if (said === undefined) continue;
  written += 1;
  console.log(
    [
      `=== ${written} (draw ${sample}/${draw}): ${said.kind} ${said.ceremony}`,
      ...textOf(lattice.records, said),
    ].join("\n"),
  );
}

function textOf(records: readonly TraceRecord[], said: CeremonyDiagnosis): readonly string[] {
  return [
    ...records.flatMap(lineOf),
    "--- said",
    `cause ${said.mechanism}; result ${said.outcome?.result ?? "?"}; ended by ${JSON.stringify(said.endedBy)}`,
    said.verdict,
    ...said.evidence.map((line) => `  evidence: ${line}`),
    ...said.consequences.map(({ text }) => `  consequence: ${text}`),
    ...said.prevention.map((line) => `  advice: ${line}`),
    "",
  ];
}

function lineOf(record: TraceRecord): readonly string[] {
  const { atMs, actor, ceremony, kind, ...members } = record;
  if (kind.startsWith("span.")) return [];
  const at = (atMs / 1000).toFixed(3).padStart(9);
  const text = describeRecord(record) ?? `${kind} ${JSON.stringify({ ...members, span: undefined })}`;
  return [`${at} ${(ceremony ?? "run").padEnd(4)} ${actor.padEnd(14)} ${text}`];
}
