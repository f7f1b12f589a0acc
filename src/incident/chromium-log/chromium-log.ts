import type { Coverage, ImportedSource, Importer, Stamp } from "../importer.js";
import { Counter } from "../tags.js";
import { isDeviceLogLine, readDeviceLog, type DeviceLog } from "./entries.js";
import { followDevice, type DeviceFlow } from "./device-flow.js";

/** Nobody copies a log sooner after its last entry: until then nothing more was written. */
const COPIED_MS_MIN = 1_000;

const FORMS = { page: "copy of its page", stderr: "standard error", feedback: "feedback report" } as const;

/** Chromium's FIDO device log. */
export const chromiumLog: Importer = {
  id: "chromium-log",
  title: "FIDO device log of Chrome, Edge or Chromium: page copy, standard error, feedback report",
  recognise({ text }) {
    const lines = text.split("\n");
    const own = lines.filter((line) =>
      isDeviceLogLine(line.endsWith("\r") ? line.slice(0, -1) : line),
    ).length;
    if (own === 0) return undefined;
    const score = own >= 3 || own >= lines.length / 4 ? 0.95 : 0.7;
    return { score, reason: `entries of the FIDO log in ${own} of its first ${lines.length} lines` };
  },
  async read(file, { dateMs, progress }) {
    const dropped = new Counter();
    const redactions = new Counter();
    const log = await readDeviceLog(file.open(), { dropped, dateMs, progress });
    const flow = followDevice(log.entries, redactions);
    const hasDebug = log.entries.some(({ level }) => level === "DEBUG");
    const source: ImportedSource = {
      title: `FIDO device log of Chromium (${FORMS[log.form]})`,
      clock: {
        machine: "client",
        kind: log.hasZone ? "utc" : "local",
        precisionMs: log.precisionMs,
        ...(!log.hasZone && !log.hasDate && dateMs === undefined && { hasNoDate: true }),
      },
      records: flow.records,
      episodes: flow.episodes,
      anchors: flow.anchors,
      coverage: coverageOf(log, flow, hasDebug),
      level: hasDebug ? "Debug" : "Event and Error: CTAP messages are not in it",
      dropped: dropped.list,
      redactions: redactions.list,
      notes: notesOf(log, flow, hasDebug),
    };
    return [source];
  },
};

function coverageOf({ entries }: DeviceLog, flow: DeviceFlow, hasDebug: boolean): readonly Coverage[] {
  const [first] = entries;
  const last = entries.at(-1);
  if (first === undefined || last === undefined) return [];
  const at: Stamp = { fromMs: first.at.fromMs, toMs: last.at.toMs + COPIED_MS_MIN };
  return [
    { probe: "page", at },
    ...(hasDebug
      ? ([
          { probe: "ctap", at },
          { probe: "link", at },
        ] as const)
      : []),
    ...(flow.hasSteps ? [{ probe: "timer" as const, at }] : []),
  ];
}

function notesOf(
  log: DeviceLog,
  { episodes, interleaved }: DeviceFlow,
  hasDebug: boolean,
): readonly string[] {
  return [
    ...(log.wasNewestFirst ? ["It stands newest first, and was turned round."] : []),
    ...(hasDebug
      ? []
      : ["Its level leaves out what was said to the key: set the level to Debug before the next attempt."]),
    ...(episodes.length === 0 ? ["No request for a passkey is in it."] : []),
    ...(interleaved
      ? ["Commands to several authenticators overlap, and the log does not say which answer is whose."]
      : []),
  ];
}
