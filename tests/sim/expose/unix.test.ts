import { once } from "node:events";
import { lstat, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../../src/core/clock.js";
import { systemEnv } from "../../../src/env/system-env.js";
import { AsyncQueue } from "../../../src/core/queue.js";
import { startTrace, type TraceRecord } from "../../../src/core/trace.js";
import { exposeUnix } from "../../../src/sim/expose/unix.js";
import { openHidDevice } from "../../../src/transports/hid/channel.js";
import { toReports } from "../../../src/transports/hid/framing.js";
import { unixHidPort } from "../../../src/transports/unix.js";
import { contractFirmware } from "../../contract/ctap-device.js";
import { describeExposed } from "../../contract/exposed.js";

const FIRMWARE = { cbor: contractFirmware };

let folder = "";
let sockets = 0;
const freshPath = () => join(folder, `key-${sockets++}`);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "expose-"));
});
afterAll(() => rm(folder, { recursive: true }));

describeExposed("on a stream socket", async () => {
  const path = freshPath();
  return { exposed: await exposeUnix(systemEnv(), FIRMWARE, path), open: () => unixHidPort(path) };
});

describe("exposeUnix", () => {
  test("removes the socket file when it is done", async () => {
    const path = freshPath();
    const exposed = await exposeUnix(systemEnv(), FIRMWARE, path);
    expect((await lstat(path)).isSocket()).toBe(true);
    await exposed[Symbol.asyncDispose]();
    await expect(lstat(path)).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("does not touch a file that is no socket", async () => {
    const path = freshPath();
    await writeFile(path, "precious");
    await expect(exposeUnix(systemEnv(), FIRMWARE, path)).rejects.toMatchObject({
      code: "EXPOSE_PATH_TAKEN",
    });
    expect(await readFile(path, "utf8")).toBe("precious");
  });

  test("does not push out somebody who listens", async () => {
    const path = freshPath();
    const first = await exposeUnix(systemEnv(), FIRMWARE, path);
    await expect(exposeUnix(systemEnv(), FIRMWARE, path)).rejects.toMatchObject({
      code: "EXPOSE_ADDRESS_IN_USE",
    });
    const device = await openHidDevice(systemEnv(), await unixHidPort(path));
    expect((await device.transact(Uint8Array.of(4)))[0]).toBe(0);
    await device[Symbol.asyncDispose]();
    await first[Symbol.asyncDispose]();
  });

  test("replaces a socket whose owner died", async () => {
    const path = freshPath();
    // A server that closes takes its file along; a file linked elsewhere stays, as after a crash.
    const dead = createServer();
    dead.listen(`${path}.dead`);
    await once(dead, "listening");
    const { link } = await import("node:fs/promises");
    await link(`${path}.dead`, path);
    await new Promise((resolve) => dead.close(resolve));
    expect((await lstat(path)).isSocket()).toBe(true);
    const exposed = await exposeUnix(systemEnv(), FIRMWARE, path);
    const device = await openHidDevice(systemEnv(), await unixHidPort(path));
    expect((await device.transact(Uint8Array.of(4)))[0]).toBe(0);
    await device[Symbol.asyncDispose]();
    await exposed[Symbol.asyncDispose]();
  });

  test("says when the path cannot be", async () => {
    const path = join(folder, "no", "such", "folder");
    await expect(exposeUnix(systemEnv(), FIRMWARE, path)).rejects.toMatchObject({ code: "EXPOSE_FAILED" });
    await expect(unixHidPort(path)).rejects.toMatchObject({ code: "DEVICE_GONE", aftermath: "none" });
  });

  test("puts reports together that arrive in pieces, and takes apart those that arrive at once", async () => {
    const path = freshPath();
    const exposed = await exposeUnix(systemEnv(), FIRMWARE, path);
    const client = connect(path);
    await once(client, "connect");
    const answered = (bytes: number) =>
      new Promise<Uint8Array>((resolve) => {
        let got = Buffer.alloc(0);
        const take = (chunk: Buffer) => {
          got = Buffer.concat([got, chunk]);
          if (got.length < bytes) return;
          client.off("data", take);
          resolve(got);
        };
        client.on("data", take);
      });
    const [init] = [...toReports({ channel: 0xffff_ffff, command: 0x06, payload: new Uint8Array(8) })] as [
      Uint8Array,
    ];
    const first = answered(64);
    for (const byte of init) client.write(Uint8Array.of(byte));
    expect((await first)[4]).toBe(0x86);
    const both = answered(128);
    client.write(Buffer.concat([init, init]));
    expect(await both).toHaveLength(128);
    client.destroy();
    await exposed[Symbol.asyncDispose]();
  });

  test("two programs share the device as a hidraw node: each finds its own answers", async () => {
    const path = freshPath();
    const exposed = await exposeUnix(systemEnv(), FIRMWARE, path);
    const one = await openHidDevice(systemEnv(), await unixHidPort(path));
    const two = await openHidDevice(systemEnv(), await unixHidPort(path), { busyRetryMs: 1 });
    expect(one.init.channel).not.toBe(two.init.channel);
    const bytes = Uint8Array.from({ length: 3000 }, (_, index) => index);
    expect(await Promise.all([one.ping(bytes), two.transact(Uint8Array.of(4))])).toEqual([
      bytes,
      Uint8Array.of(0, 0xa0),
    ]);
    await one[Symbol.asyncDispose]();
    await two[Symbol.asyncDispose]();
    await exposed[Symbol.asyncDispose]();
  });

  test("a client that does not read loses reports; the one beside it does not wait for it", async () => {
    const path = freshPath();
    const seen = new AsyncQueue<TraceRecord>(1_000_000);
    const trace = startTrace(systemClock, { write: (record) => seen.put(record) });
    const exposed = await exposeUnix({ ...systemEnv(), trace }, FIRMWARE, path);
    const nonCancellable = connect(path);
    await once(nonCancellable, "connect");
    nonCancellable.pause();
    const device = await openHidDevice(systemEnv(), await unixHidPort(path));
    // The system's own buffers come first: some hundred kilobytes.
    for (let lost = false; !lost;) {
      expect(await device.ping(new Uint8Array(7609))).toHaveLength(7609);
      lost = seen.drain().some((record) => record.kind === "link.ignored");
    }
    await device[Symbol.asyncDispose]();
    nonCancellable.destroy();
    await exposed[Symbol.asyncDispose]();
  });

  test("a power cycle hangs up on everybody and answers at the same path", async () => {
    let cycles = 0;
    const path = freshPath();
    const exposed = await exposeUnix(systemEnv(), { ...FIRMWARE, powerCycle: () => (cycles += 1) }, path);
    const port = await unixHidPort(path);
    const next = port.reports()[Symbol.asyncIterator]().next();
    next.catch(() => {});
    await exposed.powerCycle();
    await expect(next).rejects.toMatchObject({ code: "DEVICE_GONE" });
    await port.close();
    const device = await openHidDevice(systemEnv(), await unixHidPort(path));
    expect((await device.transact(Uint8Array.of(4)))[0]).toBe(0);
    expect(cycles).toBe(1);
    await device[Symbol.asyncDispose]();
    await exposed[Symbol.asyncDispose]();
  });
});
