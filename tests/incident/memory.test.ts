/** Logs of 20 MB: what is kept of them is bounded by what they say of passkeys. scripts/incident-memory.ts has the full size. */
import { expect, test } from "vitest";
import { accessLogOf, harOf } from "../../scripts/incident-logs.js";
import { explainIncident } from "../../src/incident/explain-incident.js";
import type { IncidentFile } from "../../src/incident/importer.js";

const MB = 1_000_000;

async function explained(file: IncidentFile) {
  const progress: number[] = [];
  const incident = await explainIncident([file], { progress: (_, bytes) => progress.push(bytes) });
  const [first] = incident.sources;
  if (first === undefined) throw new Error("no source");
  return { progress, source: first.source };
}

test("of a HAR of 20 MB the two calls of its login are kept", async () => {
  const { progress, source } = await explained(harOf({ bytes: 20 * MB }));
  expect(source.records.map(({ event }) => event.kind)).toEqual([
    "rp.request",
    "rp.response",
    "rp.request",
    "rp.response",
  ]);
  expect(source.episodes).toHaveLength(1);
  expect(progress.at(-1)).toBeGreaterThan(19 * MB);
  expect(progress.length).toBeGreaterThan(50);
  expect(progress).toEqual([...progress].sort((a, b) => a - b));
}, 60_000);

test("of an access log of 20 MB one call in 2,500 is kept, and every path is another", async () => {
  const lines = 180_000;
  const { progress, source } = await explained(accessLogOf({ lines }));
  expect(source.records).toHaveLength((lines / 5_000) * 2 * 2);
  expect(source.episodes).toHaveLength(lines / 5_000);
  expect(source.dropped).toEqual([
    { what: "call that has nothing to do with a passkey", count: lines - (lines / 5_000) * 2 },
  ]);
  expect(progress.at(-1)).toBeGreaterThan(19 * MB);
  expect(progress.length).toBeGreaterThan(50);
}, 60_000);
