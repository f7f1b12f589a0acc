import type { TraceRecord } from "../../../src/core/trace.js";
import type { LogMapping } from "../../../src/incident/app-log/log-mapping.js";
import { Challenges, cut, idOf, type LogWriter } from "./world.js";

/** Records of a site's own log: its rows, flags and mails; and of the telemetry of its page. */
const KINDS: readonly TraceRecord["kind"][] = [
  "rp.row",
  "rp.flag",
  "rp.mail",
  "page.gave-up",
  "page.threw",
  "page.call-failed",
  "page.aborted",
  "page.unsupported",
  "page.settled",
  "user.saw",
];

function isLogged(record: TraceRecord): boolean {
  if (record.kind === "user.saw") return record.where === "page" || record.where === "mail";
  if (record.kind === "timer.armed" || record.kind === "timer.fired" || record.kind === "timer.disarmed")
    return record.actor === "page";
  return KINDS.includes(record.kind);
}

/** A site's own log with the telemetry of its page, JSON lines. */
export const siteLogWriter: LogWriter = {
  name: "site-log",
  write(records, how) {
    const challenges = new Challenges();
    const lines = records.flatMap((record) => {
      if (record.kind === "rp.request" && record.call.endsWith("/options"))
        challenges.next(record.ceremony ?? "");
      if (record.ceremony === undefined) return [];
      const challenge = challenges.of(record.ceremony).toString("base64url");
      const time = new Date(cut(record.atMs, how)).toISOString();
      const frame = { time, ceremony: record.ceremony, challenge };
      const isStart = record.kind === "rp.response" && record.call.endsWith("/options");
      if (isStart) return [{ ...frame, event: "options" }];
      if (!isLogged(record)) return [];
      const { actor } = record;
      const event = Object.entries(record).filter(([name]) => !FRAME.includes(name));
      return [
        {
          ...frame,
          actor,
          event: record.kind,
          ...Object.fromEntries(
            event.map(([name, value]: readonly [string, unknown]) => [
              `m_${name}`,
              name === "credential" ? idOf(String(value)).toString("base64url") : value,
            ]),
          ),
        },
      ];
    });
    const lastMs = records.at(-1)?.atMs ?? 0;
    const [first, last] = [-10_000, lastMs + 10_000].map((ms) => ({
      time: new Date(cut(ms, how)).toISOString(),
      event: "heartbeat",
    }));
    if (lines.length > 0)
      return [first, ...lines, last].map((line) => JSON.stringify(line)).join("\n") + "\n";
  },
};

const FRAME = ["atMs", "actor", "span", "ceremony", "kind"];
const ACTORS = ["site", "page", "mail", "browser", "phone-page", "gateway"];
const FLAGS = ["value", "aborted"];
const NUMBERS = ["budgetMs"];
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  "rp.row": ["credential", "change"],
  "rp.flag": ["flag", "value"],
  "rp.mail": ["subject", "stage"],
  "page.gave-up": ["method", "aborted"],
  "page.threw": [],
  "page.call-failed": ["call"],
  "page.aborted": ["method", "by"],
  "page.unsupported": ["feature"],
  "page.settled": ["method", "outcome", "credential", "name", "reason"],
  "user.saw": ["where", "text", "tone"],
  "timer.armed": ["timer", "budgetMs", "id"],
  "timer.fired": ["timer", "budgetMs", "id"],
  "timer.disarmed": ["timer", "budgetMs", "id"],
};

/** How the lines of {@link siteLogWriter} are read. */
export const SITE_LOG_MAPPING: LogMapping = {
  schema: 1,
  time: { from: "time" },
  ceremony: "ceremony",
  challenge: "challenge",
  shows: ["rp.probe", "page.script", "user"],
  lines: Object.entries(MEMBERS).flatMap(([kind, members]) =>
    ACTORS.map((actor) => ({
      when: { event: kind, actor },
      actor,
      event: {
        kind,
        ...Object.fromEntries(
          members.map((name) => [
            name,
            FLAGS.includes(name)
              ? { from: `m_${name}` }
              : ({
                  from: `m_${name}`,
                  as: name === "credential" ? "credential" : NUMBERS.includes(name) ? "number" : "text",
                } as const),
          ]),
        ),
      },
    })),
  ),
};
