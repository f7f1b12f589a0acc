import { event, NOT_SHOWN } from "./event.js";
import { count, oneOf, text } from "./member.js";

/** Version of the records' shape; raised when a reader of old traces would misread new ones. */
export const TRACE_SCHEMA = 2;

/** What a trace is of: its first and its last record. */
export const RUN_EVENTS = {
  "run.started": event({ scenario: text, seed: text, schema: count }, { text: NOT_SHOWN, tone: "wire" }),
  "run.ended": event(
    { outcome: oneOf("as-expected", "unexpected", "no-expectation") },
    { text: NOT_SHOWN, tone: "wire" },
  ),
} as const;
