import type { TraceEvent } from "../../core/trace.js";
import type { FileHead, Importer, ImportedRecord } from "../importer.js";
import { INCIDENT_LIMITS } from "../limits.js";
import { Counter } from "../tags.js";
import { linesOf } from "../text/lines.js";
import { isObject, parsed, textIn } from "../webauthn-json/walk.js";
import { LineClock } from "./line-clock.js";
import { sourceOf } from "./source.js";

const SUBSYSTEM = /com\.apple\.(?:AuthenticationServices\w*|WebKit|Safari\w*)/;
/** `ASAuthorizationError` codes. @see developer.apple.com, ASAuthorizationError.Code */
const CODES: Readonly<Record<string, string>> = {
  "1000": "unknown",
  "1001": "canceled",
  "1002": "invalidResponse",
  "1003": "notHandled",
  "1004": "failed",
  "1005": "notInteractive",
  "1006": "matchedExcludedCredential",
};
const EXCLUDED = "1006";

const FAILED = /\bcredential request failed with error\b.{0,400}?\bCode=(\d{4})\b/;
const NOT_PRESENTED = /\bTold not to present authorization sheet\b/;
const USER_CANCELLED = /\bRequest cancelled after ASCAuthorizationErrorUserCanceled\b/;
const MANAGER_CANCELLED = /\bRequest cancelled due to AuthenticatorManager::cancelRequest/;
const NO_MATCH = /\bNo matched credentials are found\b/;
const CREATES = /\bregist|\bmakeCredential|\battest|\bcreat/i;

interface Told {
  readonly actor: string;
  readonly event: TraceEvent;
  readonly derived?: string;
}

/** Apple's unified log, as far as its texts are known: `log show --style ndjson` or `--style compact`. */
export const unifiedLog: Importer = {
  id: "unified-log",
  title: "Apple's unified log: log show --style ndjson, --style compact",
  recognise,
  async read(file, { dateMs, progress }) {
    const dropped = new Counter();
    const redactions = new Counter();
    const clock = new LineClock({ machine: "client", dateMs });
    const records: ImportedRecord[] = [];
    let hidden = 0;
    for await (const lines of linesOf(file.open(), { dropped, progress })) {
      for (const line of lines) {
        if (line.trim() === "") continue;
        const entry = entryOf(line);
        if (entry === undefined) {
          dropped.add("line of another subsystem, or of no entry");
          continue;
        }
        const at = clock.take(entry.time);
        if (entry.text.includes("<private>")) hidden += 1;
        const told = toldBy(entry.text);
        if (told === undefined) dropped.add("entry that says no step of a passkey's request");
        else if (records.length < INCIDENT_LIMITS.RECORDS_MAX) records.push({ at, ...told });
      }
    }
    return [
      sourceOf({
        title: "unified log of macOS or iOS",
        clock: clock.clock,
        records,
        episodes: [],
        anchors: [],
        probes: [],
        seen: clock.seen,
        dropped,
        redactions,
        notes: [
          "Few of its texts are documented, and they change with each version: what is not in it proves nothing.",
          ...(hidden === 0 ? [] : [`Apple left values out of ${hidden} entries (<private>).`]),
        ],
      }),
    ];
  },
};

function recognise({ text }: FileHead) {
  const lines = text.split("\n").filter((line) => line.length < 16_384);
  const json = lines.filter(
    (line) => /"eventMessage"\s*:/.test(line) && /"(?:machTimestamp|subsystem)"\s*:/.test(line),
  );
  if (json.length > 0) return { score: 0.95, reason: "entries of `log show --style ndjson`" };
  const isCompact = lines.some(
    (line) =>
      /^Timestamp +Ty +Process/.test(line) ||
      /^\d{4}-\d{2}-\d{2} [\d:.]+(?:[+-]\d{4})? .*\[com\.apple\./.test(line),
  );
  return isCompact ? { score: 0.85, reason: "lines of `log show`, with their subsystems" } : undefined;
}

/** An entry with its time in front, in the form that a {@link LineClock} reads. */
function entryOf(line: string): { readonly time: string; readonly text: string } | undefined {
  if (line.startsWith("{")) {
    const entry = parsed(line);
    if (!isObject(entry)) return undefined;
    const text = textIn(entry, "eventMessage");
    const time = textIn(entry, "timestamp");
    if (text === undefined || time === undefined || !SUBSYSTEM.test(textIn(entry, "subsystem") ?? ""))
      return undefined;
    return { time, text };
  }
  return SUBSYSTEM.test(line) && /^\d{4}-\d{2}-\d{2} /.test(line) ? { time: line, text: line } : undefined;
}

function toldBy(text: string): Told | undefined {
  const failed = FAILED.exec(text);
  if (failed !== null) {
    const code = failed[1] ?? "";
    return {
      actor: "browser",
      event: {
        kind: "page.settled",
        method: CREATES.test(text) || code === EXCLUDED ? "create" : "get",
        outcome: "rejected",
        name: code === EXCLUDED ? "InvalidStateError" : "NotAllowedError",
        reason: CODES[code] ?? code,
      },
      derived: "the system told the browser that the request failed",
    };
  }
  if (USER_CANCELLED.test(text))
    return {
      actor: "user",
      event: { kind: "user.answered", prompt: "sheet of the system", answer: "refused" },
    };
  if (MANAGER_CANCELLED.test(text))
    return {
      actor: "page",
      event: { kind: "page.gave-up", method: CREATES.test(text) ? "create" : "get", aborted: true },
      derived: "the browser's manager cancelled the request",
    };
  if (NO_MATCH.test(text)) return { actor: "key", event: { kind: "ctap.nothing-found", rpId: "" } };
  if (NOT_PRESENTED.test(text))
    return {
      actor: "browser",
      event: { kind: "user.saw", where: "os", text: "no sheet: the system was told not to show it" },
    };
  return undefined;
}
