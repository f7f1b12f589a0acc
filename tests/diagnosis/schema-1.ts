import type { TraceRecord } from "../../src/core/trace.js";

/** Kinds that named their ceremony in schema 1 already. */
const NAMED =
  /^(page\.(called|settled|gave-up|call-failed|threw)|rp\.(request|response|row|login|no-answer))$/;
/** Timers that did, beside the site's challenge only those of codes. */
const NAMED_TIMERS: readonly string[] = ["rp.challenge", "otp.ttl", "idp.code"];

/** A recording as schema 1 would have had it: no spans, no ids of timers, and ids of ceremonies in few places. */
export function asSchema1(records: readonly TraceRecord[]): readonly TraceRecord[] {
  return records
    .filter(({ kind }) => !kind.startsWith("span."))
    .map((record) => {
      const isNamed =
        NAMED.test(record.kind) ||
        record.kind.startsWith("factor.") ||
        ("timer" in record && NAMED_TIMERS.includes(record.timer));
      const hidden = ["span", "id", ...(isNamed ? [] : ["ceremony"])];
      const left = Object.fromEntries(Object.entries(record).filter(([name]) => !hidden.includes(name)));
      return (left["kind"] === "run.started" ? { ...left, schema: 1 } : left) as unknown as TraceRecord;
    });
}
