import { event } from "./event.js";
import { oneOf, optional, text } from "./member.js";

/** The user: prompts, answers, and what came to their eyes. */
export const USER_EVENTS = {
  "user.prompted": event(
    { prompt: text },
    { text: ({ prompt }) => `is asked to ${prompt.replace(" ", ": ")}`, tone: "user" },
  ),
  "user.answered": event(
    { prompt: text, answer: text },
    {
      text: ({ answer }) =>
        answer === "none" ? "gives no answer; the prompt is gone" : `answers: ${answer}`,
      tone: ({ answer }) => (answer === "approved" ? "good" : "user"),
    },
  ),
  /** The user cleared what the browser keeps for the site. */
  "user.cleared": event(
    { what: oneOf("site-data") },
    { text: () => "loses its cookies and site data: the user clears them", tone: "user" },
  ),
  /** A text or mail that the user got to see. `tone` is absent when it reported neither success nor failure. */
  "user.saw": event(
    {
      where: oneOf("page", "browser", "os", "phone", "mail", "sms"),
      text,
      tone: optional(oneOf("success", "failure")),
    },
    {
      text: ({ text: shown }) => `shows: "${shown}"`,
      tone: ({ tone }) => (tone === undefined ? "user" : tone === "failure" ? "bad" : "good"),
    },
  ),
} as const;
