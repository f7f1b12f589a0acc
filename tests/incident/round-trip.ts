import type { TraceRecord } from "../../src/core/trace.js";
import { utf8 } from "../../src/core/bytes.js";
import type { CeremonyDiagnosis } from "../../src/diagnosis/explanation.js";
import { explainIncident, type Incident } from "../../src/incident/explain-incident.js";
import type { IncidentFile } from "../../src/incident/importer.js";
import { CLIENT_PROFILES } from "../../src/webauthn/profiles/client-profiles.js";
import { accessLogWriter } from "./writers/access-log.js";
import { chromiumLogWriter } from "./writers/chromium-log.js";
import { harWriter } from "./writers/har.js";
import { SITE_LOG_MAPPING, siteLogWriter } from "./writers/site-log.js";
import { START_MS, type Degraded, type LogWriter } from "./writers/world.js";

/** A file whose bytes are in memory. */
export function fileOf(name: string, text: string): IncidentFile {
  const bytes = utf8(text);
  return {
    name,
    sizeBytes: bytes.length,
    async *open() {
      await Promise.resolve();
      for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
    },
  };
}

export const WRITERS: readonly LogWriter[] = [harWriter, chromiumLogWriter, accessLogWriter, siteLogWriter];

/** Which logs are handed in, and how much worse they are than the trace. */
export interface Handed {
  readonly name: string;
  readonly writers: readonly LogWriter[];
  readonly how?: Readonly<Record<string, Degraded>>;
}

/** What the import made of one ceremony of a story. */
export interface RoundTrip {
  readonly ceremony: string;
  readonly truth: string;
  /** Absent where no log shows the ceremony. */
  readonly said?: CeremonyDiagnosis;
  readonly came: "equal" | "undecided" | "unseen" | "other";
}

/** Writes the logs of a run, imports them, and compares the verdicts with those of the run. */
export async function roundTrip(
  run: {
    readonly records: readonly TraceRecord[];
    readonly explanation: { readonly ceremonies: readonly CeremonyDiagnosis[] };
  },
  { writers, how = {} }: Handed,
  client: string | undefined,
): Promise<{ readonly incident?: Incident; readonly trips: readonly RoundTrip[] }> {
  const files = writers.flatMap((writer) => {
    const text = writer.write(run.records, how[writer.name] ?? {});
    return text === undefined ? [] : [fileOf(writer.name, text)];
  });
  const truths = run.explanation.ceremonies.filter(({ kind }) => kind !== "factor");
  const unseen = (): readonly RoundTrip[] =>
    truths.map(({ ceremony, mechanism }) => ({ ceremony, truth: mechanism, came: "unseen" }));
  if (files.length === 0) return { trips: unseen() };
  const incident = await explainIncident(files, {
    mapping: SITE_LOG_MAPPING,
    profile: client === undefined ? undefined : CLIENT_PROFILES[client],
  });
  const trips = truths.map(({ ceremony, kind, mechanism }): RoundTrip => {
    const beganMs = beginningOf(run.records, ceremony) + START_MS;
    const said = nearest(incident, kind, beganMs);
    if (said === undefined) return { ceremony, truth: mechanism, came: "unseen" };
    const came =
      said.mechanism === mechanism
        ? "equal"
        : said.mechanism === "undecided" && said.missingProbes.length > 0
          ? "undecided"
          : "other";
    return { ceremony, truth: mechanism, said, came };
  });
  return { incident, trips };
}

function beginningOf(records: readonly TraceRecord[], id: string): number {
  return records.find((record) => record.ceremony === id && record.kind !== "span.started")?.atMs ?? 0;
}

/** The imported ceremony of the kind that began nearest; not further off than clocks and stamps may be. */
function nearest(incident: Incident, kind: string, beganMs: number): CeremonyDiagnosis | undefined {
  const near = incident.explanation.ceremonies
    .filter((one) => one.kind === kind)
    .map((one) => {
      const first = incident.records.find(({ ceremony }) => ceremony === one.ceremony)?.atMs ?? 0;
      const gapMs = Math.abs(first + (incident.startMs ?? 0) - beganMs);
      return { one, gapMs: gapMs % (15 * 60_000) };
    })
    .sort((a, b) => a.gapMs - b.gapMs)[0];
  return near !== undefined && near.gapMs < 25_000 ? near.one : undefined;
}
