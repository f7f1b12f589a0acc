import type { TraceRecord } from "../../core/trace.js";

/** How an event reads at a glance: a message on the wire, the person's part, good news, bad news, our own doing. */
export type Tone = "wire" | "person" | "good" | "bad" | "fault";

/** The first HTTP status that is an error. */
const HTTP_ERROR_MIN = 400;

/** The tone of one record. */
export function toneOf(record: TraceRecord): Tone {
  switch (record.kind) {
    case "user.saw":
      return record.tone === undefined ? "person" : record.tone === "failure" ? "bad" : "good";
    case "user.prompted":
      return "person";
    case "user.answered":
      return record.answer === "approved" ? "good" : "person";
    case "page.settled":
      return record.outcome === "resolved" ? "good" : "bad";
    case "rp.response":
      return record.status >= HTTP_ERROR_MIN ? "bad" : "wire";
    case "rp.login":
    case "factor.attempt":
      return record.outcome === "accepted" ? "good" : "bad";
    case "rp.row":
      return record.change === "deleted" ? "wire" : "good";
    case "ctap.credential":
      return record.change === "created" || record.change === "used" ? "good" : "wire";
    case "rp.mail":
      return record.stage === "delivered" ? "good" : "wire";
    case "link.hybrid":
      return ["tunnel-refused", "channel-refused", "link-gone", "scan-failed", "failed"].includes(
        record.stage,
      )
        ? "bad"
        : "wire";
    case "timer.fired":
    case "page.gave-up":
    case "page.call-failed":
    case "page.threw":
    case "link.lost":
    case "ctap.finding":
    case "ctap.discarded":
      return "bad";
    case "fault.injected":
      return "fault";
    default:
      return "wire";
  }
}
