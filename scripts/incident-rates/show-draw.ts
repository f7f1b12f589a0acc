import { describeRecord } from "../../src/core/events/describe.js";
import type { TraceRecord } from "../../src/core/trace.js";
import type { KnobInfo } from "../../src/oracle/knob-info.js";
import { roundTrip } from "../../tests/incident/round-trip.js";
import { handedFor } from "./drawn-handed.js";
import { playDraw } from "./measure-draw.js";

/** Prints a draw whole, and what its logs came to: for a reader who looks for the mechanism of a wrong verdict. */
export async function showDraw(
  seed: string,
  draw: number,
  { knobs, column }: { readonly knobs: readonly KnobInfo[]; readonly column: string | undefined },
): Promise<void> {
  const run = await playDraw(seed, draw, knobs);
  if (run === undefined) return console.log("no passkey ceremony in this draw");
  console.log(run.records.flatMap(lineOf).join("\n"));
  for (const { ceremony, verdict } of run.explanation.ceremonies) console.log(`--- ${ceremony}: ${verdict}`);
  for (const handed of handedFor(seed, draw)) {
    const { incident, trips } = await roundTrip(run, handed, run.client);
    const isShown =
      column === undefined ? trips.some(({ came }) => came === "other") : handed.name === column;
    if (!isShown || incident === undefined) continue;
    console.log(`=== ${handed.name}`);
    console.log(incident.records.flatMap(lineOf).join("\n"));
    for (const note of incident.notes) console.log(`note: ${note}`);
    for (const { ceremony, came, truth, said } of trips)
      console.log(`--- ${ceremony} ${came}: ${truth} -> ${said?.ceremony ?? ""} ${said?.verdict ?? ""}`);
  }
}

function lineOf(record: TraceRecord & { readonly derived?: string }): readonly string[] {
  const { atMs, actor, ceremony, kind, ...members } = record;
  if (kind.startsWith("span.")) return [];
  const at = (atMs / 1000).toFixed(3).padStart(9);
  const text = describeRecord(record) ?? `${kind} ${JSON.stringify({ ...members, span: undefined })}`;
  const derived = record.derived === undefined ? "" : ` [derived]`;
  return [`${at} ${(ceremony ?? "run").padEnd(4)} ${actor.padEnd(14)} ${text}${derived}`];
}
