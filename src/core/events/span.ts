import { event, NOT_SHOWN } from "./event.js";
import { oneOf, text, type ValuesOf } from "./member.js";

const STARTED = {
  /**
   * From the outside in: one registration, login or fallback attempt; one call of `navigator.credentials`; one CTAP
   * command and its answer; one connection to an authenticator.
   */
  name: oneOf("ceremony", "request", "exchange", "link"),
  /** What the span is about: `registration`, `create`, `makeCredential`, the label of a link. */
  label: text,
  /** Id of the span that holds this one. */
  parent: text,
} as const;

const ENDED = { status: oneOf("ok", "error") } as const;

/** The tree that records belong to. */
export const SPAN_EVENTS = {
  "span.started": event(STARTED, { text: NOT_SHOWN, tone: "wire" }),
  "span.ended": event(ENDED, { text: NOT_SHOWN, tone: "wire" }),
} as const;

/** Kinds of spans, see {@link SPAN_EVENTS}. */
export type SpanName = ValuesOf<typeof STARTED>["name"];

export type SpanStatus = ValuesOf<typeof ENDED>["status"];
