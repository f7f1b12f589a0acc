import { jsonLinesSink, type TraceRecord } from "../../../src/core/trace.js";

/** Records as a file has them. */
export function stored(records: readonly TraceRecord[]): string {
  const lines: string[] = [];
  const sink = jsonLinesSink((line) => lines.push(line));
  for (const record of records) sink.write(record);
  return `${lines.join("\n")}\n`;
}
