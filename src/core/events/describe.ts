import { printable } from "../printable.js";
import type { EventView, Tone } from "./event.js";
import type { RecordFrame } from "./frame.js";
import { EVENTS, type EventKind, type EventsByKind, type TraceRecord } from "./table.js";

type RecordOf<Kind extends EventKind> = { [K in Kind]: EventsByKind[K] & RecordFrame }[Kind];

const VIEWS: { readonly [Kind in EventKind]: EventView<RecordOf<Kind>> } = EVENTS;

/**
 * Describes one record in a sentence whose subject is its actor; `undefined` for what only programs read. Records come
 * from anywhere: the sentence is {@link printable}.
 */
export function describeRecord(record: TraceRecord): string | undefined {
  const text = textOf(record);
  return text === undefined ? undefined : printable(text);
}

function textOf<Kind extends EventKind>(record: RecordOf<Kind>): string | undefined {
  return VIEWS[record.kind].text(record);
}

/** Returns the tone of one record. */
export function toneOf(record: TraceRecord): Tone {
  return toneIn(record);
}

function toneIn<Kind extends EventKind>(record: RecordOf<Kind>): Tone {
  const { tone } = VIEWS[record.kind];
  return typeof tone === "function" ? tone(record) : tone;
}
