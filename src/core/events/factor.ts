import { durationText, event, note } from "./event.js";
import { count, milliseconds, oneOf, optional, text } from "./member.js";

/** Factors beside the passkey. A code is named by its number in the attempt, never by its digits. */
export const FACTOR_EVENTS = {
  "factor.code": event(
    {
      factor: text,
      number: count,
      change: oneOf(
        "issued",
        "sent-again",
        "voided",
        "undeliverable",
        "arrived",
        "filtered",
        "found",
        "relayed",
        "opened-by-scanner",
        "lost",
        "unreadable",
        "renewed",
      ),
      /** Whose telephone number the code was sent to: the user's mobile, a landline, another user's telephone. */
      route: optional(oneOf("mobile", "landline", "spouse")),
    },
    {
      text: ({ factor, number, change, route }) =>
        `${factor} code ${number} ${change.replaceAll("-", " ")}${note(route)}`,
      tone: "wire",
    },
  ),
  /** The RP judged what was entered; `failures` is its counter afterwards. */
  "factor.attempt": event(
    { factor: text, outcome: oneOf("accepted", "refused"), reason: optional(text), failures: count },
    {
      text: ({ factor, outcome, reason, failures }) =>
        `${factor} code ${outcome}${note(reason)}; failures: ${failures}`,
      tone: ({ outcome }) => (outcome === "accepted" ? "good" : "bad"),
    },
  ),
  "factor.lock": event(
    { change: oneOf("locked", "extended", "ended"), failures: count, budgetMs: milliseconds },
    {
      text: ({ change, failures, budgetMs }) =>
        change === "ended"
          ? "the lock ends"
          : `account ${change} for ${durationText(budgetMs)}; failures: ${failures}`,
      tone: "wire",
    },
  ),
  "factor.enrolment": event(
    {
      factor: text,
      change: oneOf("enrolled", "revoked", "kept", "linked"),
      by: oneOf("owner", "support"),
    },
    { text: ({ factor, change, by }) => `${factor} ${change} by ${by}`, tone: "wire" },
  ),
} as const;
