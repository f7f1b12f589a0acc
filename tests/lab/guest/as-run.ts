import { RUN_SPAN, TRACE_SCHEMA, type TraceRecord } from "../../../src/entry/diagnosis.js";

/**
 * Makes the trace of a run out of what one trial recorded, from its first record on.
 *
 * The browser hands no span to anything it asks, and the lab plays one ceremony at a time: every record of a trial
 * belongs to the ceremony of its title.
 */
export function asRun(title: string, records: readonly TraceRecord[]): readonly TraceRecord[] {
  const startMs = records[0]?.atMs ?? 0;
  const rest = records.map((record) => ({ ...record, atMs: record.atMs - startMs, ceremony: title }));
  const harness = { actor: "harness", span: RUN_SPAN };
  return [
    { ...harness, atMs: 0, kind: "run.started", scenario: title, seed: "", schema: TRACE_SCHEMA },
    ...rest,
    { ...harness, atMs: rest.at(-1)?.atMs ?? 0, kind: "run.ended", outcome: "no-expectation" },
  ];
}
