import { CTAP_EVENTS } from "./ctap.js";
import { FACTOR_EVENTS } from "./factor.js";
import { FAULT_EVENTS } from "./fault.js";
import type { RecordFrame } from "./frame.js";
import { HYBRID_EVENTS } from "./hybrid.js";
import { LINK_EVENTS } from "./link.js";
import type { Members, ValuesOf } from "./member.js";
import { PAGE_EVENTS } from "./page.js";
import { RP_EVENTS } from "./rp.js";
import { RUN_EVENTS } from "./run.js";
import { SPAN_EVENTS } from "./span.js";
import { TIMER_EVENTS } from "./timer.js";
import { USER_EVENTS } from "./user.js";

/**
 * Every kind of event, by layer. The types below, the readers of stored traces, the published schema, the shape of
 * scenario files and the reports derive from this table: an event is added here and nowhere else.
 *
 * Secrets never enter: no PIN, token, key or QR secret. A credential goes by its tag.
 */
export const EVENTS = {
  ...RUN_EVENTS,
  ...SPAN_EVENTS,
  ...CTAP_EVENTS,
  ...LINK_EVENTS,
  ...HYBRID_EVENTS,
  ...USER_EVENTS,
  ...PAGE_EVENTS,
  ...RP_EVENTS,
  ...FACTOR_EVENTS,
  ...TIMER_EVENTS,
  ...FAULT_EVENTS,
} as const;

type Table = typeof EVENTS;

/** Names of the kinds: `ctap.request`, ... */
export type EventKind = keyof Table;

/** What the records of each kind hold, the kind included. */
export type EventsByKind = {
  readonly [Kind in EventKind]: { readonly kind: Kind } & ValuesOf<Table[Kind]["members"]>;
};

/** One event, as an actor emits it. */
export type TraceEvent = EventsByKind[EventKind];

/** One record of a trace: an event, when it happened, who recorded it, and the span and ceremony it belongs to. */
export type TraceRecord = TraceEvent & RecordFrame;

/** Says whether a text names a kind of event. */
export function isEventKind(kind: string): kind is EventKind {
  return Object.hasOwn(EVENTS, kind);
}

/** Returns the members of a kind, for readers that go through them. */
export function membersOf(kind: EventKind): Members {
  return EVENTS[kind].members;
}

/** Names of all kinds, in the order of the table. */
export const EVENT_KINDS: readonly EventKind[] = Object.keys(EVENTS).filter(isEventKind);
