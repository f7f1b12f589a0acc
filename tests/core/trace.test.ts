import { describe, expect, test } from "vitest";
import { envFor } from "../../src/core/env.js";
import { systemEnv } from "../../src/env/system-env.js";
import { virtualEnv } from "../../src/env/virtual-env.js";
import { toHex } from "../../src/core/bytes.js";
import { MemorySink, jsonLinesSink, startTrace } from "../../src/core/trace.js";
import { VirtualClock } from "../../src/core/virtual-clock.js";

const FLAG = { kind: "rp.flag", flag: "passkeys", value: true } as const;

describe("a trace", () => {
  test("counts from its own beginning, whenever that was", async () => {
    const clock = new VirtualClock();
    const sink = new MemorySink();
    await clock.advance(1000);
    const trace = startTrace(clock, sink);
    await clock.advance(25);
    trace.emit(FLAG);
    expect(sink.records).toEqual([{ ...FLAG, atMs: 25, actor: "harness", span: "run" }]);
  });

  test("speaks as whoever it was made for, in one order", () => {
    const sink = new MemorySink();
    const trace = startTrace(new VirtualClock(), sink, "browser");
    trace.emit(FLAG);
    trace.as("phone").emit(FLAG);
    trace.as("phone").as("site").emit(FLAG);
    trace.emit(FLAG);
    expect(sink.records.map(({ actor }) => actor)).toEqual(["browser", "phone", "site", "browser"]);
  });

  test("as JSON lines, each record is one document that reads back the same", () => {
    const lines: string[] = [];
    const trace = startTrace(
      new VirtualClock(),
      jsonLinesSink((line) => lines.push(line)),
    );
    trace.emit({ kind: "user.saw", where: "mail", text: "two\nlines" });
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain("\n");
    expect(JSON.parse(lines[0] as string)).toEqual({
      kind: "user.saw",
      where: "mail",
      text: "two\nlines",
      atMs: 0,
      actor: "harness",
      span: "run",
    });
  });
});

describe("an env", () => {
  test("gives each actor a stream of chance and a name of its own", () => {
    const env = virtualEnv("seed");
    const [phone, site] = [envFor(env, "phone"), envFor(env, "site")];
    phone.trace.emit(FLAG);
    expect(env.records.map(({ actor }) => actor)).toEqual(["phone"]);
    expect(toHex(phone.entropy.bytes(16))).not.toBe(toHex(site.entropy.bytes(16)));
    expect(toHex(envFor(virtualEnv("seed"), "phone").entropy.bytes(16))).toBe(
      toHex(envFor(virtualEnv("seed"), "phone").entropy.bytes(16)),
    );
    expect(phone.clock).toBe(env.clock);
  });

  test("keeps no records of its own when another sink was given", () => {
    const sink = { write: () => {} };
    const env = virtualEnv("seed", sink);
    env.trace.emit(FLAG);
    expect(env.records).toEqual([]);
  });

  test("of the real world runs on the host's time and forgets its trace by default", () => {
    const env = systemEnv();
    env.trace.emit(FLAG);
    expect(Math.abs(env.clock.epochMs() - Date.now())).toBeLessThan(5000);
    const before = env.clock.nowMs();
    expect(env.clock.nowMs()).toBeGreaterThanOrEqual(before);
  });
});
