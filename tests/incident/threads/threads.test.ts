/** Public reports, made again with invented values: what `explain` says beside the cause that their owners found. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readMapping } from "../../../src/incident/app-log/read-mapping.js";
import { explainIncident } from "../../../src/incident/explain-incident.js";
import { PROJECT } from "../../helpers/project.js";
import { fileOf } from "../round-trip.js";
import { CHROMIUM_THREADS } from "./chromium-threads.js";
import { SYSTEM_THREADS } from "./system-threads.js";
import type { Thread } from "./thread.js";

const THREADS = [...CHROMIUM_THREADS, ...SYSTEM_THREADS];
const PAGE = readFileSync(join(PROJECT, "docs/incident.md"), "utf8").replaceAll(/ +/g, " ");

async function imported({ files, mapping }: Thread) {
  return explainIncident(
    Object.entries(files).map(([name, text]) => fileOf(name, text)),
    mapping === undefined ? {} : { mapping: readMapping(mapping) },
  );
}

function rowOf({ source, cause, certainty }: Thread, said: string, missing: readonly string[]): string {
  const probes = missing.map((probe) => `\`${probe}\``).join(", ");
  return `| ${source} | ${cause} (${certainty}) | ${said} | ${probes === "" ? "-" : probes} |`;
}

const looksLike = (verdict: string) => /what is there looks like ([a-z-]+)/.exec(verdict)?.[1];

describe.each(
  THREADS.filter(({ verdict }) => verdict.mechanism !== "unread").map(
    (thread) => [thread.source, thread] as const,
  ),
)("%s", (_, thread) => {
  const { verdict } = thread;

  test("is judged as its owners judge, or is undecided and says what is missing", async () => {
    const { explanation } = await imported(thread);
    expect(explanation.mechanism).toBe(verdict.mechanism);
    expect(explanation.missingProbes).toEqual(expect.arrayContaining([...verdict.missing]));
    expect(looksLike(explanation.verdict)).toBe(verdict.looksLike);
  });

  test("shows the symptom that its owners found the cause by", async () => {
    const { records, sources, notes } = await imported(thread);
    const told = [
      ...records.map((record) => JSON.stringify(record)),
      ...sources.flatMap(({ source }) => source.notes),
      ...notes,
    ].join("\n");
    expect(verdict.shows.length).toBeGreaterThan(0);
    for (const piece of verdict.shows) expect(told).toContain(piece);
  });

  test("has its row in docs/incident.md", async () => {
    const { explanation } = await imported(thread);
    const like = looksLike(explanation.verdict);
    const said = `\`${explanation.mechanism}\`${like === undefined ? "" : `, looks like \`${like}\``}`;
    expect(PAGE).toContain(rowOf(thread, said, explanation.missingProbes));
  });
});

describe.each(
  THREADS.filter(({ verdict }) => verdict.mechanism === "unread").map(
    (thread) => [thread.source, thread] as const,
  ),
)("%s", (_, thread) => {
  test("is a log that no importer takes, which is said, and is so in docs/incident.md", async () => {
    await expect(imported(thread)).rejects.toMatchObject({ code: "INCIDENT_UNKNOWN_FILE" });
    expect(PAGE).toContain(rowOf(thread, "not read: no importer for its log", []));
  });
});

test("every thread is told once", () => {
  const sources = THREADS.map(({ source }) => source);
  expect(new Set(sources).size).toBe(sources.length);
  expect(sources.length).toBeGreaterThanOrEqual(15);
});
