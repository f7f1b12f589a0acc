import { expect, test } from "vitest";
import { LatestRecords, RECORDS_MAX } from "../../src/cli/latest-records.js";

test.each([0, 1, RECORDS_MAX, RECORDS_MAX + 1, 2 * RECORDS_MAX, 5 * RECORDS_MAX + 7])(
  "of %i records the newest are kept, and the others counted",
  (count) => {
    const sink = new LatestRecords();
    for (let atMs = 0; atMs < count; atMs++) {
      sink.write({ atMs, actor: "service", span: "s1", kind: "tunnel.closed" } as never);
    }
    const kept = sink.records.map(({ atMs }) => atMs);
    expect(kept.length + sink.dropped).toBe(count);
    expect(kept.length).toBe(Math.min(count, RECORDS_MAX));
    expect([kept[0], kept.at(-1)]).toEqual(
      count === 0 ? [undefined, undefined] : [count - kept.length, count - 1],
    );
  },
);
