import type { TraceRecord } from "../../core/trace.js";
import { RUN_SPAN } from "../../core/trace.js";

type SpanRecord = Extract<TraceRecord, { readonly kind: "span.started" }>;

/** The records of a trace by the operation they belong to. */
export interface Operations {
  /** The record that opened each span. */
  readonly opened: ReadonlyMap<string, SpanRecord>;
  /** Records of each span; those of a trace without spans are in one group for each ceremony. */
  readonly bySpan: ReadonlyMap<string, readonly TraceRecord[]>;
  /** Records of a page and of the site for it, with those of the browser's requests and of their commands. */
  readonly byPage: ReadonlyMap<string, readonly TraceRecord[]>;
  /** Records of a browser's request, with those of its commands. */
  readonly byRequest: ReadonlyMap<string, readonly TraceRecord[]>;
  readonly byCeremony: ReadonlyMap<string, readonly TraceRecord[]>;
}

/** Kinds that no pair is made of, and of which a trace may hold thousands. */
const LEFT_OUT: readonly string[] = ["link.hid", "ctap.keepalive", "link.busy"];

/** Groups the records of every ceremony by span. */
export function operationsOf(records: readonly TraceRecord[]): Operations {
  const opened = new Map<string, SpanRecord>();
  for (const record of records) {
    if (record.kind === "span.started" && !opened.has(record.span)) opened.set(record.span, record);
  }
  const bySpan = new Map<string, TraceRecord[]>();
  const byPage = new Map<string, TraceRecord[]>();
  const byRequest = new Map<string, TraceRecord[]>();
  const byCeremony = new Map<string, TraceRecord[]>();
  for (const record of records) {
    const { ceremony, kind } = record;
    if (ceremony === undefined || LEFT_OUT.includes(kind)) continue;
    const span = record.span === RUN_SPAN ? ceremony : record.span;
    add(bySpan, span, record);
    add(byCeremony, ceremony, record);
    const request = enclosing(span, "request", opened);
    if (request !== undefined) add(byRequest, request, record);
    add(byPage, enclosing(span, "ceremony", opened) ?? ceremony, record);
  }
  return { opened, bySpan, byPage, byRequest, byCeremony };
}

/** Finds the span of a name that a span is, or is a part of. */
function enclosing(
  span: string,
  name: SpanRecord["name"],
  opened: ReadonlyMap<string, SpanRecord>,
): string | undefined {
  const seen = new Set<string>();
  for (let at = opened.get(span); at !== undefined && !seen.has(at.span); at = opened.get(at.parent)) {
    if (at.name === name) return at.span;
    seen.add(at.span);
  }
  return undefined;
}

function add(groups: Map<string, TraceRecord[]>, key: string, record: TraceRecord): void {
  const known = groups.get(key);
  if (known === undefined) groups.set(key, [record]);
  else known.push(record);
}
