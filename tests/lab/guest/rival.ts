import { createInterface } from "node:readline";
import { openSession } from "../../../src/entry/ctap.js";
import { MemorySink, type TraceRecord, startTrace } from "../../../src/entry/diagnosis.js";
import { openUsbDevice } from "../../../src/entry/hid.js";
import { envFor, systemClock, systemEnv } from "../../../src/entry/sim.js";
import { isHarnessError } from "../../../src/index.js";

/** What another program came to, as a line of JSON. */
export interface RivalReport {
  readonly channel: number;
  /** What stopped it; absent when it got its touch. */
  readonly error?: { readonly code: string; readonly aftermath: string };
  readonly records: readonly TraceRecord[];
}

/**
 * Another program with the same key. A line `open PATH BUSY_MS` is answered with `ready`, once it has a channel; then
 * `touch` makes it want a touch, and is answered with a report.
 */
export async function rival(): Promise<void> {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  for (let line = await lines.next(); line.done !== true; line = await lines.next()) {
    const [, path = "", busyMs = ""] = line.value.split(" ");
    const sink = new MemorySink();
    const env = envFor({ ...systemEnv(), trace: startTrace(systemClock, sink) }, "rival");
    const device = await openUsbDevice(env, path, { busyPatienceMs: Number(busyMs) });
    const session = await openSession(env, device);
    process.stdout.write("ready\n");
    await lines.next();
    const error = await session.selection().then(
      () => undefined,
      (refusal: unknown) => refusal,
    );
    if (error !== undefined && !isHarnessError(error)) throw new Error("a rival failed", { cause: error });
    await device[Symbol.asyncDispose]();
    const { channel } = device.init;
    const told = error !== undefined && { error: { code: error.code, aftermath: error.aftermath } };
    const report: RivalReport = { channel, ...told, records: sink.records };
    process.stdout.write(`${JSON.stringify(report)}\n`);
  }
}
