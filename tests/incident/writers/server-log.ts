import type { LogMapping } from "../../../src/incident/app-log/log-mapping.js";
import type { TraceRecord } from "../../../src/core/trace.js";
import { Challenges, cut, idOf, type LogWriter } from "./world.js";

/** What a server does itself: it is called, answers, writes rows, and hands mails over. */
const CALLS = /^(?:registration|login)\/(?:options|finish)$/;

/** A log that a server writes of its own work, JSON lines; it knows nothing of the page, the browser and the key. */
export const serverLogWriter: LogWriter = {
  name: "server-log",
  write(records, how) {
    const challenges = new Challenges();
    const lines = records.flatMap((record) => {
      if (record.kind === "rp.request" && record.call.endsWith("/options"))
        challenges.next(record.ceremony ?? "");
      const line = record.ceremony === undefined ? undefined : lineOf(record);
      if (line === undefined) return [];
      const challenge = challenges.of(record.ceremony ?? "").toString("base64url");
      return [{ time: timeOf(record.atMs, how), attempt: record.ceremony, challenge, ...line }];
    });
    if (lines.length === 0) return undefined;
    const [first, last] = [-10_000, (records.at(-1)?.atMs ?? 0) + 10_000].map((ms) => ({
      time: timeOf(ms, how),
      msg: "health",
    }));
    return [first, ...lines, last].map((line) => JSON.stringify(line)).join("\n") + "\n";
  },
};

const timeOf = (ms: number, how: Parameters<typeof cut>[1]) => new Date(cut(ms, how)).toISOString();

function lineOf(record: TraceRecord): object | undefined {
  switch (record.kind) {
    case "rp.request":
      return CALLS.test(record.call) ? { msg: "called", call: record.call } : undefined;
    case "rp.response":
      // What a gateway answers in its place the server does not see.
      return record.code !== "GATEWAY_TIMEOUT" && CALLS.test(record.call)
        ? { msg: "answered", call: record.call, status: record.status, code: record.code }
        : undefined;
    case "rp.row":
      return record.change === "visible"
        ? undefined
        : {
            msg: "row",
            change: record.change,
            credential: idOf(record.credential).toString("base64url"),
          };
    case "rp.mail":
      return record.stage === "queued" ? { msg: "mail", subject: record.subject } : undefined;
    default:
      return undefined;
  }
}

const text = (from: string) => ({ from, as: "text" }) as const;

/** How the lines of {@link serverLogWriter} are read. */
export const SERVER_LOG_MAPPING: LogMapping = {
  schema: 1,
  time: { from: "time" },
  ceremony: "attempt",
  challenge: "challenge",
  shows: ["rp", "rp.probe"],
  lines: [
    { when: { msg: "called" }, event: { kind: "rp.request", call: text("call") } },
    {
      when: { msg: "answered" },
      event: {
        kind: "rp.response",
        call: text("call"),
        status: { from: "status", as: "number" },
        code: text("code"),
      },
    },
    {
      when: { msg: "row" },
      event: {
        kind: "rp.row",
        change: text("change"),
        credential: { from: "credential", as: "credential" },
      },
    },
    {
      when: { msg: "mail" },
      actor: "mail",
      event: { kind: "rp.mail", subject: text("subject"), stage: "queued" },
    },
  ],
};
