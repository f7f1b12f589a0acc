import { guessOfPath } from "../call-path.js";
import { harCallOf } from "../har/har-call.js";
import { ceremoniesOf } from "../har/har-ceremonies.js";
import type { ImportedRecord, Importer } from "../importer.js";
import { INCIDENT_LIMITS } from "../limits.js";
import { Counter } from "../tags.js";
import { counted } from "../text/lines.js";
import { isObject, numberIn, objectIn, parsed, textIn, type JsonObject } from "../webauthn-json/walk.js";
import { inEpisode } from "./automation-events.js";
import { consoleRecord } from "./console-text.js";
import { PlaywrightBodies } from "./playwright-bodies.js";
import { sourceOf, Span, stampAt } from "./source.js";
import { isZip, LineTaker, unzipTexts, type ZipEntryTaker } from "./zip-texts.js";

const TRACE_FILE = /(?:^|[/-])(?:trace|\d+)(?:-trace)?\.(?:trace|network)$|\.(?:trace|network)$/;
const RESOURCE = /^resources\/[\w.-]{8,80}$/;
/** Versions whose lines are read as they are. */
const VERSIONS: readonly number[] = [6, 7, 8, 9];

/** A trace.zip of Playwright: calls, console and the pages' credentials. */
export const playwrightTrace: Importer = {
  id: "playwright-trace",
  title: "trace.zip of Playwright",
  recognise({ bytes, text, name }) {
    if (!isZip(bytes)) return undefined;
    if (/\.(?:trace|network|stacks)/.test(text))
      return { score: 0.95, reason: "a zip archive with Playwright's trace files" };
    return /trace.*\.zip$/i.test(name)
      ? { score: 0.7, reason: "a zip archive that is called a trace" }
      : undefined;
  },
  async read(file, { progress }) {
    const dropped = new Counter();
    const redactions = new Counter();
    const seen = new Span();
    const bodies = new PlaywrightBodies(dropped);
    const entries: JsonObject[] = [];
    const consoles: { readonly ms: number; readonly text: string }[] = [];
    let anchor: { readonly wallMs: number; readonly monotonicMs: number } | undefined;
    const versions = new Set<number>();

    const takeLine = (line: string) => {
      const event = parsed(line);
      if (!isObject(event)) return line.trim() === "" ? undefined : dropped.add("line that is no JSON");
      switch (textIn(event, "type")) {
        case "context-options": {
          versions.add(numberIn(event, "version") ?? 0);
          const wallMs = numberIn(event, "wallTime");
          const monotonicMs = numberIn(event, "monotonicTime");
          if (wallMs !== undefined && monotonicMs !== undefined) anchor ??= { wallMs, monotonicMs };
          return;
        }
        case "resource-snapshot": {
          const snapshot = objectIn(event, "snapshot");
          if (snapshot === undefined || entries.length >= INCIDENT_LIMITS.RECORDS_MAX)
            return dropped.add("call that is not read");
          entries.push(snapshot);
          return;
        }
        case "console": {
          const ms = numberIn(event, "time");
          const text = textIn(event, "text");
          if (ms !== undefined && text !== undefined && consoleRecord(text, stampAt(0)) !== undefined)
            consoles.push({ ms, text: text.slice(0, 8_192) });
          return;
        }
        case "before":
          if (/[Cc]redential|virtual[Aa]uth/.test(`${textIn(event, "class")}.${textIn(event, "method")}`))
            redactions.add("call with credentials or private keys");
          return;
        default:
      }
    };
    const taking = (name: string): ZipEntryTaker | undefined => {
      if (TRACE_FILE.test(name)) return new LineTaker(takeLine, INCIDENT_LIMITS.LINE_BYTES_MAX, dropped);
      return RESOURCE.test(name) ? bodies.taker(name.slice("resources/".length)) : undefined;
    };
    await unzipTexts(counted(file.open(), progress), taking, dropped);

    const calls = entries.flatMap((entry) => {
      const call = harCallOf(bodies.fill(entry), redactions);
      if (call !== undefined) seen.take({ fromMs: call.startMs, toMs: call.endMs });
      if (call !== undefined && (call.found.length > 0 || guessOfPath(call.path) !== undefined))
        return [call];
      dropped.add("call that has nothing to do with a passkey");
      return [];
    });
    calls.sort((a, b) => a.startMs - b.startMs);
    const ceremonies = ceremoniesOf(calls);
    const wallOf = (ms: number) =>
      anchor === undefined ? undefined : anchor.wallMs + ms - anchor.monotonicMs;
    const told = consoles.flatMap(({ ms, text }): readonly ImportedRecord[] => {
      const atMs = wallOf(ms);
      const record = atMs === undefined ? undefined : consoleRecord(text, stampAt(atMs, 1));
      return record === undefined ? [] : [inEpisode(record, ceremonies.episodes)];
    });
    const strange = [...versions].filter((version) => !VERSIONS.includes(version));
    return [
      sourceOf({
        title: "trace of Playwright",
        clock: { machine: "client", kind: "monotonic", precisionMs: 1 },
        ...ceremonies,
        records: [...ceremonies.records, ...told],
        probes: entries.length === 0 ? [] : ["rp"],
        seen,
        dropped,
        redactions,
        notes: strange.length === 0 ? [] : [`Its version ${strange.join(", ")} is not one that is known.`],
      }),
    ];
  },
};
