import assert from "node:assert/strict";
import { createReadStream, statSync } from "node:fs";
import { join } from "node:path";
import type { Explanation } from "../../../src/entry/diagnosis.js";
import { explainIncident, type Incident, type IncidentFile } from "../../../src/entry/incident.js";

/** Explains files of one folder as `passkey-harness explain` does, without an option. */
export function explainFiles(folder: string, names: readonly string[]): Promise<Incident> {
  return explainIncident(names.map((name) => fileAt(folder, name)));
}

/** What logs say is what the harness says of the same run, or they name what is missing. */
export function agrees(
  {
    mechanism,
    decidedBy,
    missingProbes,
    verdict,
  }: Pick<Explanation, "mechanism" | "decidedBy" | "missingProbes" | "verdict">,
  own: Pick<Explanation, "mechanism" | "decidedBy">,
): void {
  if (mechanism === "undecided") {
    assert.notEqual(missingProbes.length, 0, `undecided, and nothing is missing: ${verdict}`);
    return;
  }
  assert.equal(mechanism, own.mechanism, verdict);
  assert.equal(decidedBy?.timer, own.decidedBy?.timer, verdict);
}

function fileAt(folder: string, name: string): IncidentFile {
  const path = join(folder, name);
  return {
    name,
    sizeBytes: statSync(path).size,
    async *open() {
      for await (const chunk of createReadStream(path)) yield chunk as Uint8Array;
    },
  };
}
