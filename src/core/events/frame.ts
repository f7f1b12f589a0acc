import { documented, instant, name, optional, type ValuesOf } from "./member.js";

/** Members of every record, whatever its kind. */
export const FRAME = {
  atMs: documented(instant, "Milliseconds since the trace began."),
  actor: documented(name, "The party that recorded it: browser, site, key, ..."),
  span: documented(
    name,
    "Id of the span that the record belongs to; run is the root. In span.* records, the span that starts or ends.",
  ),
  ceremony: optional(
    documented(
      name,
      "Id of the ceremony that the span is a part of; absent for what belongs to no ceremony.",
    ),
  ),
  source: optional(
    documented(
      name,
      "Of a trace that was put together from logs: name of the log that the record comes from.",
    ),
  ),
  derived: optional(
    documented(
      name,
      "Of a record that no log holds: what it was concluded from. Absent for what was recorded.",
    ),
  ),
} as const;

/** What every record says beside its event. */
export type RecordFrame = ValuesOf<typeof FRAME>;

/** Which span and ceremony something belongs to, as OpenTelemetry's span context. */
export type TraceContext = Pick<RecordFrame, "span" | "ceremony">;

/** Id of the span that holds all others: the run itself. */
export const RUN_SPAN = "run";
