import { seconds } from "../seconds.js";
import type { RecordFrame } from "./frame.js";
import type { Members, ValuesOf } from "./member.js";

/**
 * How an event reads at a glance: a message between parties, an act of the user, a success, a failure, a fault that the
 * run injected.
 */
export type Tone = "wire" | "user" | "good" | "bad" | "fault";

/** Defines how a record of one kind is shown to users. */
export interface EventView<Event> {
  /** Describes the record in a sentence without a subject, which is its actor; `undefined` leaves it out of reports. */
  readonly text: (event: Event) => string | undefined;
  readonly tone: Tone | ((event: Event) => Tone);
}

/** One kind of event: what its records hold and how they are shown. */
export interface EventDescriptor<M extends Members> extends EventView<ValuesOf<M> & RecordFrame> {
  readonly members: M;
}

/** Describes one kind of event. */
export function event<const M extends Members>(
  members: M,
  view: EventView<ValuesOf<M> & RecordFrame>,
): EventDescriptor<M> {
  return { members, ...view };
}

/** `text` of records that only programs read. */
export const NOT_SHOWN = (): undefined => undefined;

/** Formats a duration, one without bound included. */
export function durationText(ms: number): string {
  return ms === Infinity ? "an unlimited time" : seconds(ms);
}

/** ` (1006, CODE)`: what is known of the values given, in parentheses; nothing when none is. */
export function note(...values: readonly (string | number | undefined)[]): string {
  const known = values.filter((value) => value !== undefined && value !== "");
  return known.length === 0 ? "" : ` (${known.join(", ")})`;
}
