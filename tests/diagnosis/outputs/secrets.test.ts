import { describe, expect, test } from "vitest";
import type { TraceRecord } from "../../../src/core/trace.js";
import type { ExplainedTrace } from "../../../src/diagnosis/outputs/explained-trace.js";
import { toHar } from "../../../src/diagnosis/outputs/har.js";
import { toMermaid } from "../../../src/diagnosis/outputs/mermaid.js";
import { toOtlp } from "../../../src/diagnosis/outputs/otlp.js";
import { toTraceEvents } from "../../../src/diagnosis/outputs/trace-events.js";
import { scenarioNamed } from "../../../src/scenarios/catalogue.js";
import { runScenario } from "../../../src/scenarios/run.js";
import { explained } from "./explained.js";

const OUTPUTS: readonly (readonly [string, (trace: ExplainedTrace) => string])[] = [
  ["toTraceEvents", (trace) => toTraceEvents(trace)],
  ["toOtlp", (trace) => toOtlp(trace, { startEpochMs: 0 })],
  ["toMermaid", (trace) => toMermaid(trace)],
  ["toHar", (trace) => toHar(trace, { startEpochMs: 0 })],
];

/** The user of the catalogue's site, whom whole frames name in the clear. */
const USER_NAME = "hanako";
const hexOf = (text: string) => Buffer.from(text).toString("hex");

describe.each(OUTPUTS)("%s", (_, write) => {
  test("has no frame and no name of a run with full frames", async () => {
    const run = await runScenario(scenarioNamed("late-delivery"), { seed: "1", frames: "full" });
    const frames = run.records.flatMap((record) => (record.kind === "link.hid" ? [record.hex] : []));
    expect(frames.some((hex) => hex.includes(hexOf(USER_NAME)))).toBe(true);
    const output = write(run);
    expect(frames.filter((hex) => output.includes(hex.slice(0, 32)))).toEqual([]);
    for (const secret of [USER_NAME, hexOf(USER_NAME)]) expect(output).not.toContain(secret);
  });

  test("has no member that no kind of record names", async () => {
    const { records } = await runScenario(scenarioNamed("plain-login"), { seed: "1" });
    const more = records.map(
      (record) => ({ ...record, pin: "739152", sharedSecret: "c0ffee42" }) as unknown as TraceRecord,
    );
    const output = write(explained(more));
    expect(output).not.toContain("739152");
    expect(output).not.toContain("c0ffee42");
  });
});

test.each([
  ["toOtlp", () => toOtlp(explained([]), {} as never), "ARGUMENT_MISSING_MEMBER"],
  ["toOtlp", () => toOtlp(explained([]), { startEpochMs: Infinity }), "ARGUMENT_BAD_VALUE"],
  ["toHar", () => toHar(explained([]), { startEpochMs: -1 }), "ARGUMENT_BAD_VALUE"],
  ["toTraceEvents", () => toTraceEvents({} as never), "ARGUMENT_WRONG_TYPE"],
  [
    "toTraceEvents",
    () => toTraceEvents(explained([]), { startEpoch: 1 } as never),
    "ARGUMENT_UNKNOWN_MEMBER",
  ],
])("%s refuses what it cannot take", (_, call, code) => {
  expect(call).toThrow(expect.objectContaining({ code }) as Error);
});
