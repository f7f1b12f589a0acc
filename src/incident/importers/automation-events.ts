import { fromBase64 } from "../../core/bytes.js";
import { harCallOf, type HarCall } from "../har/har-call.js";
import { ceremoniesOf } from "../har/har-ceremonies.js";
import type { ImportContext, ImportedRecord, ImportedSource, Importer, IncidentFile } from "../importer.js";
import { INCIDENT_LIMITS } from "../limits.js";
import { Counter, credentialTag } from "../tags.js";
import { jsonItems } from "../text/json-items.js";
import { guessOfPath } from "../call-path.js";
import { isObject, numberIn, objectIn, textIn, type JsonObject } from "../webauthn-json/walk.js";
import { consoleRecord } from "./console-text.js";
import { AutomationCalls } from "./automation-calls.js";
import { sourceOf, Span, stampAt } from "./source.js";

const CDP = /"method"\s*:\s*"(?:Network|WebAuthn|Runtime|Log)\.[a-zA-Z]+"/;
const BIDI = /"method"\s*:\s*"(?:network|log)\.[a-zA-Z]+"/;

/** Events of the Chrome DevTools Protocol or of WebDriver BiDi, one JSON document a line or in one list. */
export const automationEvents: Importer = {
  id: "automation-events",
  title: "events of the Chrome DevTools Protocol or of WebDriver BiDi, as JSON",
  recognise({ text }) {
    if (!/^\uFEFF?\s*[[{]/.test(text)) return undefined;
    if (CDP.test(text)) return { score: 0.9, reason: "events of the Chrome DevTools Protocol" };
    return BIDI.test(text) ? { score: 0.9, reason: "events of WebDriver BiDi" } : undefined;
  },
  async read(file, context) {
    return [await readEvents(file, context)];
  },
};

async function readEvents(file: IncidentFile, { progress }: ImportContext): Promise<ImportedSource> {
  const dropped = new Counter();
  const redactions = new Counter();
  const seen = new Span();
  const calls = new AutomationCalls();
  const records: ImportedRecord[] = [];
  const paths = (await beginsWithList(file)) ? ["[]"] : [""];
  let isBidi = false;
  for await (const items of jsonItems(file.open(), { paths, dropped, progress })) {
    for (const { value } of items) {
      if (!isObject(value)) continue;
      const method = textIn(value, "method") ?? "";
      const params = objectIn(value, "params");
      if (params === undefined) continue;
      if (/^network\./.test(method)) isBidi = true;
      const atMs = calls.take(method, params);
      if (atMs !== undefined) seen.take(stampAt(atMs, 1));
      const record = recordOf(method, params, { calls, redactions });
      if (record !== undefined && records.length < INCIDENT_LIMITS.RECORDS_MAX) records.push(record);
      else if (atMs === undefined) dropped.add("event that has nothing to do with a passkey");
    }
  }
  const found = calls.entries().flatMap((entry): readonly HarCall[] => {
    const call = harCallOf(entry, redactions);
    return call !== undefined && (call.found.length > 0 || guessOfPath(call.path) !== undefined)
      ? [call]
      : [];
  });
  found.sort((a, b) => a.startMs - b.startMs);
  const ceremonies = ceremoniesOf(found);
  return sourceOf({
    title: isBidi ? "events of WebDriver BiDi" : "events of the Chrome DevTools Protocol",
    clock: { machine: "client", kind: isBidi ? "utc" : "monotonic", precisionMs: 1 },
    ...ceremonies,
    records: [...ceremonies.records, ...records.map((record) => inEpisode(record, ceremonies.episodes))],
    probes: found.length === 0 ? [] : ["rp"],
    seen,
    dropped,
    redactions,
    notes: ["Bodies of answers are no events: options of a site are not in it."],
  });
}

async function beginsWithList(file: IncidentFile): Promise<boolean> {
  for await (const chunk of file.open()) {
    const text = new TextDecoder()
      .decode(chunk.subarray(0, 256))
      .replace(/^\uFEFF/, "")
      .trimStart();
    if (text !== "") return text.startsWith("[");
  }
  return false;
}

/** Puts what has a time and no name of its own into the ceremony that had begun last. */
export function inEpisode(
  record: ImportedRecord,
  episodes: ReturnType<typeof ceremoniesOf>["episodes"],
): ImportedRecord {
  const own = episodes.findLast(({ at }) => at.fromMs <= record.at.toMs);
  return own === undefined ? record : { ...record, episode: own.id };
}

interface Place {
  readonly calls: AutomationCalls;
  readonly redactions: Counter;
}

function recordOf(
  method: string,
  params: JsonObject,
  { calls, redactions }: Place,
): ImportedRecord | undefined {
  switch (method) {
    case "WebAuthn.credentialAdded":
    case "WebAuthn.credentialAsserted": {
      const credential = objectIn(params, "credential") ?? {};
      redactions.add("credential with its private key");
      const id = bytesIn(credential, "credentialId");
      const atMs = calls.lastMs;
      if (id === undefined || atMs === undefined) return undefined;
      return {
        // The event has no time; it came after the last one that has.
        at: stampAt(atMs),
        actor: "virtual",
        event: {
          kind: "ctap.credential",
          change: method.endsWith("Added") ? "created" : "used",
          credential: credentialTag(id),
          rpId: "",
          user: "",
        },
        derived: "timed by the event before it",
      };
    }
    case "Runtime.consoleAPICalled":
    case "Log.entryAdded":
    case "log.entryAdded": {
      const entry = objectIn(params, "entry") ?? params;
      const atMs = numberIn(entry, "timestamp");
      const text = textIn(entry, "text") ?? JSON.stringify(entry["args"] ?? "");
      return atMs === undefined ? undefined : consoleRecord(text, stampAt(atMs, 1));
    }
    default:
      return undefined;
  }
}

function bytesIn(object: JsonObject, name: string): Uint8Array | undefined {
  const text = textIn(object, name);
  if (text === undefined || text.length > 4_096) return undefined;
  try {
    return fromBase64(text);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
