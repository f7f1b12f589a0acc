import type { TraceRecord } from "../../core/trace.js";

type RecordOf<Kind extends TraceRecord["kind"]> = Extract<TraceRecord, { readonly kind: Kind }>;

/** One HTTP call to the site, as the site and the page recorded it. */
export interface HttpCall {
  /** What the trace shows first of it: that it arrived, or that it did not reach the site. */
  readonly request: RecordOf<"rp.request" | "rp.no-answer">;
  /** Absent where the trace shows no answer. */
  readonly response?: RecordOf<"rp.response">;
  /** The call ended without an answer from the site. */
  readonly noAnswer?: RecordOf<"rp.no-answer">;
  /** The site answered, and the page did not receive it. */
  readonly lost?: RecordOf<"page.call-failed">;
}

type Ended = { -readonly [Name in keyof HttpCall]: HttpCall[Name] };

/**
 * Pairs the records of each call to the site, in order of the requests: by ceremony and name, the first answer with the
 * first request that has none.
 */
export function httpCallsOf(records: readonly TraceRecord[]): readonly HttpCall[] {
  const calls: Ended[] = [];
  const open = new Map<string, Ended[]>();
  const lastAnswered = new Map<string, Ended>();
  const keyOf = ({ ceremony = "", call }: { readonly ceremony?: string; readonly call: string }) =>
    JSON.stringify([ceremony, call]);
  for (const record of records) {
    switch (record.kind) {
      case "rp.request": {
        const call: Ended = { request: record };
        calls.push(call);
        const waiting = open.get(keyOf(record));
        if (waiting === undefined) open.set(keyOf(record), [call]);
        else waiting.push(call);
        break;
      }
      case "rp.response":
      case "rp.no-answer": {
        const call = open.get(keyOf(record))?.shift() ?? unreached(record, calls);
        if (call === undefined) break;
        if (record.kind === "rp.response") call.response = record;
        else call.noAnswer = record;
        lastAnswered.set(keyOf(record), call);
        break;
      }
      case "page.call-failed": {
        const call = lastAnswered.get(keyOf(record)) ?? open.get(keyOf(record))?.[0];
        if (call !== undefined) call.lost = record;
        break;
      }
      default:
    }
  }
  return calls;
}

/** A call that ended before it came to the site; an answer without a request belongs to a trace that begins late. */
function unreached(record: RecordOf<"rp.response" | "rp.no-answer">, calls: Ended[]): Ended | undefined {
  if (record.kind === "rp.response") return undefined;
  const call: Ended = { request: record };
  calls.push(call);
  return call;
}
