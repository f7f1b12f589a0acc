import { fromBase64 } from "../../core/bytes.js";
import type { FileHead, Importer, Stamp } from "../importer.js";
import { Counter } from "../tags.js";
import { linesOf } from "../text/lines.js";
import { CtapFlow } from "./ctap-flow.js";
import { HidReports } from "./hid-reports.js";
import { LogcatReader } from "./logcat-lines.js";
import { logcatEvent, PASSKEY_TAGS, SECRET_TAGS } from "./logcat-texts.js";
import { sourceOf, Span } from "./source.js";

const PACKET = /\b(Sent|Received) packet ([A-Za-z0-9+/=_-]{80,120})\s*$/;
/** What a line says of a passkey stands at its beginning. */
const TEXT_CHARS_MAX = 1_000;
const PACKET_TAG = "FidoCtapHidConnection";

/** Android's log: adb logcat, the log of a bug report, an export of Android Studio. */
export const logcat: Importer = {
  id: "logcat",
  title: "Android's log: logcat, bug report, Android Studio",
  recognise,
  async read(file, { dateMs, progress }) {
    const dropped = new Counter();
    const redactions = new Counter();
    const seen = new Span();
    const flow = new CtapFlow(redactions, dropped);
    const reports = new HidReports(flow, dropped);
    const reader = new LogcatReader(dateMs);
    let last: Stamp | undefined;
    let form = { precisionMs: 1, hasYear: true, isUtc: false };
    let hasCtap = false;
    let count = 0;
    for await (const lines of linesOf(file.open(), { dropped, progress })) {
      for (const line of lines) {
        const entry = reader.read(line);
        if (entry === undefined) {
          if (line.trim() !== "") dropped.add("line that is no line of logcat");
          continue;
        }
        count += 1;
        const { ms, tag, text } = entry;
        if (ms !== undefined) {
          last = { fromMs: ms, toMs: ms + entry.precisionMs };
          form = entry;
          seen.take(last);
        }
        const at = last ?? { fromMs: count, toMs: count };
        if (SECRET_TAGS.has(tag)) {
          redactions.add("line with keys or the text of a QR code");
          continue;
        }
        const packet = tag === PACKET_TAG ? PACKET.exec(text) : null;
        if (packet !== null) {
          hasCtap = true;
          takePacket(reports, at, packet, dropped);
          continue;
        }
        const told = logcatEvent(tag, text.slice(0, TEXT_CHARS_MAX));
        if (told !== undefined) flow.event(at, told.actor, told.event, told.derived);
        else
          dropped.add(
            PASSKEY_TAGS.test(tag) ? "line on a passkey that says no step of it" : "line of another program",
          );
      }
    }
    return [
      sourceOf({
        title: "Android's log (logcat)",
        clock: {
          machine: "phone",
          kind: last === undefined ? "none" : form.isUtc ? "utc" : "local",
          precisionMs: form.precisionMs,
          ...(last !== undefined && !form.hasYear && !form.isUtc && { hasNoDate: true as const }),
        },
        ...flow.end(),
        probes: hasCtap ? ["ctap", "link", "link.phone"] : ["link.phone"],
        seen,
        dropped,
        redactions,
        notes: [
          "Android keeps minutes of its log: what is not in it may have been before it.",
          ...(last === undefined ? ["Its lines have no times: adb logcat -v threadtime writes them."] : []),
        ],
      }),
    ];
  },
};

function recognise({ text }: FileHead) {
  const reader = new LogcatReader(undefined);
  const lines = text.split("\n").slice(0, 400);
  const own = lines.filter((line) => reader.read(line.replace(/\r$/, "")) !== undefined).length;
  if (/^-{3,} beginning of (?:main|system|crash|events|radio)/m.test(text))
    return { score: 0.95, reason: "logcat's line for the beginning of a buffer" };
  return own >= 3 && own >= lines.length / 2
    ? { score: 0.9, reason: `lines of logcat in ${own} of its first ${lines.length} lines` }
    : own >= 1 && own >= lines.length / 2
      ? { score: 0.6, reason: "a line of logcat" }
      : undefined;
}

function takePacket(
  reports: HidReports,
  at: Stamp,
  [, way, base64 = ""]: RegExpExecArray,
  dropped: Counter,
): void {
  try {
    reports.push(at, way === "Sent" ? "out" : "in", fromBase64(base64));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    dropped.add("packet that is no base64");
  }
}
