import { event, note } from "./event.js";
import { count, flag, list, oneOf, optional, text } from "./member.js";

/** The first HTTP status that is an error. */
const HTTP_ERROR_MIN = 400;

/** The relying party: its calls, its store, its mail. `credential` and `credentials` are tags, never ids. */
export const RP_EVENTS = {
  /** `account` names one of the site's accounts: `a1`, `a2`, ... in the order in which the site met them. */
  "rp.request": event(
    { call: text, account: optional(text) },
    { text: ({ call, ceremony }) => `${call} arrives${note(ceremony)}`, tone: "wire" },
  ),
  /** `credentials` are those that login options offered, `transports` every one that they were offered with. */
  "rp.response": event(
    {
      call: text,
      status: count,
      code: optional(text),
      credentials: optional(list),
      transports: optional(list),
    },
    {
      text: ({ call, status, code, credentials }) =>
        `${call} answered ${status}${note(code)}` +
        (credentials === undefined ? "" : `, offering ${credentials.join(", ") || "no credential"}`),
      tone: ({ status }) => (status >= HTTP_ERROR_MIN ? "bad" : "wire"),
    },
  ),
  "rp.row": event(
    { credential: text, change: oneOf("created", "deleted", "visible") },
    {
      text: ({ credential, change }) =>
        change === "visible" ? `row ${credential} reaches the read replica` : `row ${credential} ${change}`,
      tone: ({ change }) => (change === "deleted" ? "wire" : "good"),
    },
  ),
  "rp.flag": event(
    { flag: text, value: flag },
    { text: ({ flag: of, value }) => `account flag "${of}" is now ${value ? "on" : "off"}`, tone: "wire" },
  ),
  "rp.mail": event(
    { subject: text, stage: oneOf("queued", "sent", "delivered") },
    {
      text: ({ subject, stage }) => `mail "${subject}" ${stage}`,
      tone: ({ stage }) => (stage === "delivered" ? "good" : "wire"),
    },
  ),
  "rp.login": event(
    { outcome: oneOf("accepted", "refused"), reason: optional(text) },
    {
      text: ({ outcome, reason }) => `login ${outcome}${note(reason)}`,
      tone: ({ outcome }) => (outcome === "accepted" ? "good" : "bad"),
    },
  ),
  /** A real RP takes the simulated one's place. `probes`: what the harness can ask it about itself. */
  "rp.attached": event(
    { origin: text, probes: list },
    {
      text: ({ origin, probes }) =>
        `the real site ${origin}; ` +
        (probes.length > 0 ? `probes: ${probes.join(", ")}` : "no probe shows what it stores"),
      tone: "wire",
    },
  ),
  /** The harness asked a real RP which credentials it holds. `code`: the error that took the answer's place. */
  "rp.probe": event(
    {
      probe: oneOf("credentials"),
      outcome: oneOf("answered", "failed"),
      credentials: optional(list),
      httpStatus: optional(count),
      code: optional(text),
    },
    {
      text: ({ probe, outcome, credentials = [], httpStatus, code }) =>
        outcome === "answered"
          ? `asked for its ${probe}: ${credentials.join(", ") || "none"}`
          : `asked for its ${probe}, without success${note(httpStatus, code)}`,
      tone: "wire",
    },
  ),
  /** A call to a real RP ended without an answer; with aftermath `unknown` the RP may have acted on it. */
  "rp.no-answer": event(
    { call: text, code: text, aftermath: oneOf("none", "unknown") },
    {
      text: ({ call, code, aftermath }) =>
        `${call} ended without an answer (${code}); ` +
        (aftermath === "unknown" ? "the site may have acted on it" : "it did not reach the site"),
      tone: "wire",
    },
  ),
} as const;
