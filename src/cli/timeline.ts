import { printable } from "../core/printable.js";
import { type TraceRecord, describeRecord } from "../entry/diagnosis.js";

/** What happened, one line each, as the scenario reports word it. */
export function timelineOf(records: readonly TraceRecord[]): string {
  return records
    .flatMap((record) => {
      const text = describeRecord(record);
      return text === undefined
        ? []
        : [`${(record.atMs / 1000).toFixed(3).padStart(10)}  ${printable(record.actor).padEnd(8)}  ${text}`];
    })
    .join("\n");
}
