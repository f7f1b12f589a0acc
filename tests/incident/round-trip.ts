import type { TraceRecord } from "../../src/core/trace.js";
import { utf8 } from "../../src/core/bytes.js";
import type { CeremonyDiagnosis } from "../../src/diagnosis/explanation.js";
import { explainIncident, type Incident } from "../../src/incident/explain-incident.js";
import type { IncidentFile } from "../../src/incident/importer.js";
import { CLIENT_PROFILES } from "../../src/webauthn/profiles/client-profiles.js";
import type { Handed } from "./handed.js";
import { SERVER_LOG_MAPPING, serverLogWriter } from "./writers/server-log.js";
import { SITE_LOG_MAPPING } from "./writers/site-log.js";
import { START_MS } from "./writers/world.js";

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

export { WRITERS } from "./handed.js";

/** What the import made of one ceremony of a story. */
export interface RoundTrip {
  readonly ceremony: string;
  readonly truth: string;
  /** Absent where no log shows the ceremony. */
  readonly said?: CeremonyDiagnosis;
  readonly came: "equal" | "undecided" | "unseen" | "other";
}

/** What the import made of a run. */
export interface RoundTrips {
  readonly incident?: Incident;
  readonly trips: readonly RoundTrip[];
  /** Ceremonies with a verdict that are none of the run: two taken for one, or one for two. */
  readonly strays: readonly CeremonyDiagnosis[];
}

/** Writes the logs of a run, imports them, and compares the verdicts with those of the run. */
export async function roundTrip(
  run: {
    readonly records: readonly TraceRecord[];
    readonly explanation: { readonly ceremonies: readonly CeremonyDiagnosis[] };
  },
  { writers, how = {} }: Handed,
  client: string | undefined,
): Promise<RoundTrips> {
  const files = writers.flatMap((writer) => {
    const text = writer.write(run.records, how[writer.name] ?? {});
    return text === undefined ? [] : [fileOf(writer.name, text)];
  });
  const truths = run.explanation.ceremonies.filter(({ kind }) => kind !== "factor");
  const unseen = (): readonly RoundTrip[] =>
    truths.map(({ ceremony, mechanism }) => ({ ceremony, truth: mechanism, came: "unseen" }));
  if (files.length === 0) return { trips: unseen(), strays: [] };
  const incident = await explainIncident(files, {
    mapping: writers.includes(serverLogWriter) ? SERVER_LOG_MAPPING : SITE_LOG_MAPPING,
    profile: client === undefined ? undefined : CLIENT_PROFILES[client],
  });
  const found = matched(incident, truths, run.records);
  const trips = truths.map((truth): RoundTrip => {
    const { ceremony, mechanism } = truth;
    const said = found.get(truth);
    if (said === undefined) return { ceremony, truth: mechanism, came: "unseen" };
    return { ceremony, truth: mechanism, said, came: cameTo(said, truth) };
  });
  const known = new Set(found.values());
  const strays = incident.explanation.ceremonies.filter(
    (one) => !known.has(one) && one.mechanism !== "undecided",
  );
  return { incident, trips, strays };
}

function cameTo(said: CeremonyDiagnosis, truth: CeremonyDiagnosis): RoundTrip["came"] {
  if (said.mechanism === "undecided" && truth.mechanism !== "undecided")
    return said.missingProbes.length > 0 ? "undecided" : "other";
  if (said.mechanism !== truth.mechanism) return "other";
  // Another timer is another verdict: whose it was is what is asked.
  const [own, other] = [said.decidedBy?.timer, truth.decidedBy?.timer];
  return own === undefined || other === undefined || own === other ? "equal" : "other";
}

function beginningOf(records: readonly TraceRecord[], id: string): number {
  return records.find((record) => record.ceremony === id && record.kind !== "span.started")?.atMs ?? 0;
}

/** How far a beginning may be off by clocks, stamps and what a log does not show, such as when a call of a minute began. */
const GAP_MS_MAX = 90_000;
/** A log without a zone, read as UTC, is off by that of the computer in Tokyo. */
const ZONES_MS = [0, 9 * 3_600_000];

/** The imported ceremony that each of the run is: of its kind, in their order, and each of one only. */
function matched(
  incident: Incident,
  truths: readonly CeremonyDiagnosis[],
  records: readonly TraceRecord[],
): ReadonlyMap<CeremonyDiagnosis, CeremonyDiagnosis> {
  const kinds = new Set(truths.map(({ kind }) => kind));
  const own = (kind: string) =>
    placed(
      truths.filter((one) => one.kind === kind),
      ({ ceremony }) => START_MS + beginningOf(records, ceremony),
    );
  const others = (kind: string, zoneMs: number) =>
    placed(
      incident.explanation.ceremonies.filter((one) => one.kind === kind),
      (one) =>
        (incident.startMs ?? 0) -
        zoneMs +
        (incident.records.find(({ ceremony }) => ceremony === one.ceremony)?.atMs ?? 0),
    );
  const [best] = ZONES_MS.map((zoneMs) =>
    [...kinds].map((kind) => aligned(own(kind), others(kind, zoneMs))),
  ).sort((a, b) => costOf(a) - costOf(b));
  return new Map((best ?? []).flatMap(({ pairs }) => pairs));
}

interface Placed {
  readonly one: CeremonyDiagnosis;
  readonly ms: number;
}

interface Alignment {
  readonly costMs: number;
  readonly pairs: readonly (readonly [CeremonyDiagnosis, CeremonyDiagnosis])[];
}

const costOf = (alignments: readonly Alignment[]) => alignments.reduce((sum, { costMs }) => sum + costMs, 0);

function placed(
  all: readonly CeremonyDiagnosis[],
  at: (one: CeremonyDiagnosis) => number,
): readonly Placed[] {
  return all.map((one) => ({ one, ms: at(one) })).sort((a, b) => a.ms - b.ms);
}

/** Pairs two lists in order, with the least sum of gaps; one that is left alone costs as much as the largest gap. */
function aligned(own: readonly Placed[], others: readonly Placed[]): Alignment {
  let row: readonly Alignment[] = Array.from({ length: others.length + 1 }, (_, at) => ({
    costMs: at * GAP_MS_MAX,
    pairs: [],
  }));
  for (const mine of own) {
    const next: Alignment[] = [{ costMs: (row[0]?.costMs ?? 0) + GAP_MS_MAX, pairs: [] }];
    others.forEach((theirs, at) => {
      const gapMs = Math.abs(mine.ms - theirs.ms);
      const both = row[at] ?? { costMs: Infinity, pairs: [] };
      const options: readonly Alignment[] = [
        { ...(row[at + 1] ?? both), costMs: (row[at + 1]?.costMs ?? Infinity) + GAP_MS_MAX },
        { ...(next[at] ?? both), costMs: (next[at]?.costMs ?? Infinity) + GAP_MS_MAX },
        ...(gapMs < GAP_MS_MAX
          ? [{ costMs: both.costMs + gapMs, pairs: [...both.pairs, [mine.one, theirs.one] as const] }]
          : []),
      ];
      next.push(options.reduce((least, one) => (one.costMs < least.costMs ? one : least)));
    });
    row = next;
  }
  return row.at(-1) ?? { costMs: 0, pairs: [] };
}
