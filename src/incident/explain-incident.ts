import { arg, checkArguments, maybe, parameters } from "../core/argument.js";
import type { TraceRecord } from "../core/trace.js";
import { shape } from "../core/shape.js";
import type { Explanation } from "../diagnosis/explanation.js";
import type { Coverage } from "../diagnosis/facts/coverage.js";
import type { ImportContext, Importer, IncidentFile, Stamp } from "./importer.js";
import { IMPORTERS } from "./importers.js";
import { IncidentError } from "./incident-error.js";
import { judge } from "./judge.js";
import { mergeSources, type MergeOptions } from "./merge/merge-sources.js";
import type { NamedSource } from "./merge/named-source.js";
import type { SourceTime } from "./merge/source-clocks.js";
import { overlapNotes } from "./overlap.js";
import { headOf, recognise, type Recognised } from "./recognise.js";

export interface IncidentOptions extends MergeOptions, Omit<ImportContext, "progress" | "window"> {
  /** Formats that are known; all where absent. */
  readonly importers?: readonly Importer[] | undefined;
  /** Called while a file is read, with its name and how many bytes were read. */
  readonly progress?: ((file: string, bytes: number) => void) | undefined;
}

/** What became of one file. */
export interface FileReport {
  readonly file: string;
  /** Id of the importer; absent for a file of an unknown kind, which was left out. */
  readonly importer?: string;
  readonly reason: string;
  /** Ids of the sources it gave. */
  readonly sources: readonly string[];
}

/** One source and how its clock lies to the others. */
export interface SourceReport {
  readonly source: NamedSource;
  readonly time: SourceTime;
  /** The ceremonies of the trace that it tells of. */
  readonly ceremonies: readonly string[];
}

/** An incident as its logs tell it. Holds no secret, no id and no name of the inputs but the names of the files. */
export interface Incident {
  readonly files: readonly FileReport[];
  readonly sources: readonly SourceReport[];
  readonly notes: readonly string[];
  readonly records: readonly TraceRecord[];
  readonly explanation: Explanation;
  readonly coverage: Coverage;
  /** Milliseconds since 1970 at which the trace begins, by the reference source's clock; absent where no log has a record. */
  readonly startMs?: number;
}

const OPTIONS = parameters<IncidentOptions>({
  importers: maybe(shape.list(arg.object)),
  progress: maybe(arg.callable),
  profile: maybe(arg.object),
  asked: maybe(arg.object),
  dateMs: maybe(arg.number),
  mapping: maybe(arg.object),
  offsets: maybe(arg.object),
  zones: maybe(arg.object),
});

/**
 * Reads the logs of a real incident, puts them on one clock, and explains what they show.
 *
 * Every file is recognised by its beginning and read as a stream. Nothing of it is kept but records whose values are tags.
 * A cause is said only where the logs cover what could contradict it, and where it holds for every offset that the clocks
 * leave open; otherwise it is `undecided`, and the missing probe is named.
 *
 * @param files in any order.
 * @throws {IncidentError} INCIDENT_UNKNOWN_FILE where no file is of a known kind; INCIDENT_UNKNOWN_SOURCE for an offset
 *   or a zone of a source that no file gave.
 *
 * @example
 * const incident = await explainIncident([
 *   { name: "network.har", open: () => createReadStream("network.har") },
 *   { name: "device-log.txt", open: () => createReadStream("device-log.txt") },
 * ]);
 * console.log(incident.explanation.verdict);
 */
export async function explainIncident(
  files: readonly IncidentFile[],
  options: IncidentOptions = {},
): Promise<Incident> {
  checkArguments("explainIncident", { files: [shape.list(arg.object), files], options: [OPTIONS, options] });
  const reports: FileReport[] = [];
  const sources: NamedSource[] = [];
  const { progress, ...context } = options;
  for (const { file, found } of await inReadingOrder(files, options.importers ?? IMPORTERS)) {
    if (found === undefined) {
      reports.push({ file: file.name, reason: "of no known kind", sources: [] });
      continue;
    }
    const { importer, recognition } = found;
    const read = await importer.read(file, {
      ...context,
      window: windowOf(sources),
      progress: progress && ((bytes) => progress(file.name, bytes)),
    });
    const named = read.map((source) => ({ ...source, file: file.name, id: "" }));
    for (const source of named) sources.push({ ...source, id: freeId(importer.id, sources) });
    reports.push({
      file: file.name,
      importer: importer.id,
      reason: recognition.reason,
      sources: sources.slice(sources.length - named.length).map(({ id }) => id),
    });
  }
  if (sources.length === 0) throw noneKnown(reports, options.importers ?? IMPORTERS);
  checkSources(options, sources);
  const merged = mergeSources(sources, options);
  const { records, explanation, coverage, startMs } = judge(merged);
  const beginsMs = Number.isFinite(startMs) ? startMs : firstMomentOf(sources);
  return {
    files: reports,
    sources: sources.map((source) => ({
      source,
      time: merged.clocks.times.get(source.id) ?? { correctionMs: [0, 0], by: "nothing", isLoose: true },
      ceremonies: merged.ceremonies
        .filter(({ parts }) => parts.some((part) => part.source === source))
        .map(({ id }) => id),
    })),
    notes: [
      ...merged.clocks.conflicts.map(({ text }) => text),
      ...overlapNotes(sources),
      ...looseNotes(merged.loose),
    ],
    records,
    explanation,
    coverage,
    ...(beginsMs !== undefined && { startMs: beginsMs }),
  };
}

/** Returns when the first of the logs begins, where no record has a time; `undefined` where none says. */
function firstMomentOf(sources: readonly NamedSource[]): number | undefined {
  const moments = sources
    .flatMap(({ coverage }) => coverage.map(({ at }) => at.fromMs))
    .filter((ms) => Number.isFinite(ms));
  return moments.length === 0 ? undefined : Math.min(...moments);
}

/** Recognises every file. Logs of whole sites come last: they are read for the time that the others speak of. */
async function inReadingOrder(files: readonly IncidentFile[], importers: readonly Importer[]) {
  const all: { readonly file: IncidentFile; readonly found: Recognised | undefined }[] = [];
  for (const file of files) all.push({ file, found: recognise(await headOf(file), importers) });
  return all.sort((a, b) => rankOf(a.found) - rankOf(b.found));
}

const rankOf = (found: Recognised | undefined) => (found?.importer.ofServer === true ? 1 : 0);

/** How far a clock that says its zone is taken to be off at most. */
const CLOCK_MS_MAX = 60 * 60_000;

function windowOf(sources: readonly NamedSource[]): Stamp | undefined {
  const times = sources
    .filter(({ clock }) => clock.kind === "utc" || clock.kind === "monotonic")
    .flatMap(({ episodes }) => episodes.map(({ at }) => at));
  if (times.length === 0) return undefined;
  return {
    fromMs: Math.min(...times.map(({ fromMs }) => fromMs)) - CLOCK_MS_MAX,
    toMs: Math.max(...times.map(({ toMs }) => toMs)) + CLOCK_MS_MAX,
  };
}

function freeId(importer: string, sources: readonly NamedSource[]): string {
  const taken = sources.filter(({ id }) => id === importer || id.startsWith(`${importer}-`)).length;
  return taken === 0 ? importer : `${importer}-${taken + 1}`;
}

function looseNotes(loose: readonly string[]): readonly string[] {
  return loose.map(
    (id) =>
      `${id} is left out: nothing in it ties its clock to the others. ` +
      "`--offset`, `--zone` or `--date` may, or a log that shares a request id or a ceremony with it.",
  );
}

function noneKnown(reports: readonly FileReport[], importers: readonly Importer[]): IncidentError {
  const names = reports.map(({ file }) => file).join(", ");
  return new IncidentError("INCIDENT_UNKNOWN_FILE", `no file is of a known kind: ${names}`, {
    hint: `known are ${importers.map(({ title }) => title).join("; ")}`,
  });
}

function checkSources({ offsets, zones }: IncidentOptions, sources: readonly NamedSource[]): void {
  for (const id of [...Object.keys(offsets ?? {}), ...Object.keys(zones ?? {})]) {
    if (sources.some((source) => source.id === id)) continue;
    throw new IncidentError("INCIDENT_UNKNOWN_SOURCE", `no file gave a source ${id}`, {
      hint: `the sources are ${sources.map((source) => source.id).join(", ")}`,
    });
  }
}
