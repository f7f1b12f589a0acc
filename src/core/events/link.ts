import { durationText, event, NOT_SHOWN, note } from "./event.js";
import { count, list, milliseconds, oneOf, optional, text } from "./member.js";

const LINK = { link: text, reason: optional(text) } as const;

/** The connection below CTAP, whatever carries it. */
export const LINK_EVENTS = {
  /** `hex` is the report header; the whole report only where the caller asked for frames. */
  "link.hid": event({ direction: oneOf("in", "out"), hex: text }, { text: NOT_SHOWN, tone: "wire" }),
  "link.opened": event(LINK, { text: ({ link, reason }) => `${link}: opened${note(reason)}`, tone: "wire" }),
  "link.closed": event(LINK, { text: ({ link, reason }) => `${link}: closed${note(reason)}`, tone: "wire" }),
  /** `code` is that of the error which the connection ended with. */
  "link.lost": event(
    { ...LINK, code: optional(text) },
    { text: ({ link, code, reason }) => `${link}: lost${note(code, reason)}`, tone: "bad" },
  ),
  "link.resynchronised": event(LINK, {
    text: ({ link, reason }) => `${link}: resynchronised${note(reason)}`,
    tone: "wire",
  }),
  "link.busy": event(
    { link: text, retryMs: milliseconds },
    {
      text: ({ link, retryMs }) => `${link} is busy, tries again after ${durationText(retryMs)}`,
      tone: "wire",
    },
  ),
  /**
   * No authenticator within reach. `offered`: the choices that the dialog gave the user. `setting`: the one that gave
   * the request to another dialog than the client's own.
   */
  "link.not-found": event(
    {
      offered: list,
      dialog: optional(oneOf("browser", "os")),
      setting: optional(oneOf("hello-for-passwords")),
    },
    { text: NOT_SHOWN, tone: "wire" },
  ),
  /** Something arrived that the link cannot carry, or could not be handed on; it was left out. */
  "link.ignored": event(
    { link: text, reason: oneOf("wrong-size", "foreign-sender", "reader-too-slow"), bytes: count },
    { text: NOT_SHOWN, tone: "wire" },
  ),
} as const;
