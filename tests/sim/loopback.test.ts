import { describe, expect, test } from "vitest";
import { AbortedError } from "../../src/core/errors.js";
import { virtualEnv } from "../../src/env/virtual-env.js";
import { CtapStatus } from "../../src/ctap/status.js";
import { LoopbackDevice } from "../../src/sim/loopback.js";
import { contractFirmware, describeCancellation, describeCtapDevice } from "../contract/ctap-device.js";
import { BenchKey } from "./authenticator/bench-key.js";

const GET_INFO = Uint8Array.of(0x04);
const SELECTION = Uint8Array.of(0x0b);

const overFirmware = (delayMs: number) => async () => {
  const env = virtualEnv("contract");
  const options = { requestDelayMs: delayMs, responseDelayMs: delayMs };
  const device = new LoopbackDevice(env, contractFirmware, options);
  return { device, settle: <T>(work: Promise<T>) => env.clock.run(work) };
};

const overAuthenticator = async () => {
  const bench = new BenchKey({ behaviour: { walksAway: true } });
  const device = new LoopbackDevice(bench.env, bench.key.handle);
  return { device, settle: <T>(work: Promise<T>) => bench.run(work) };
};

describeCtapDevice("LoopbackDevice", overFirmware(0));
describeCtapDevice("LoopbackDevice over a slow road", overFirmware(5));
describeCancellation("LoopbackDevice", overFirmware(0));
describeCancellation("LoopbackDevice over a slow road", overFirmware(5));

describeCtapDevice("SimAuthenticator behind a LoopbackDevice", overAuthenticator);
describeCancellation("SimAuthenticator behind a LoopbackDevice", overAuthenticator);

describe("LoopbackDevice", () => {
  test("takes its time both ways", async () => {
    const env = virtualEnv("loopback");
    const arrivals: number[] = [];
    const device = new LoopbackDevice(
      env,
      async () => {
        arrivals.push(env.clock.nowMs());
        return Uint8Array.of(0);
      },
      { requestDelayMs: 30, responseDelayMs: 70 },
    );
    await env.clock.run(device.transact(GET_INFO));
    expect([arrivals, env.clock.nowMs()]).toEqual([[30], 100]);
  });

  test("a cancel travels as long as a request", async () => {
    const env = virtualEnv("loopback");
    const heard: number[] = [];
    const device = new LoopbackDevice(
      env,
      (request, options) => {
        options?.signal?.addEventListener("abort", () => heard.push(env.clock.nowMs()));
        return contractFirmware(request, options);
      },
      { requestDelayMs: 50 },
    );
    const abort = new AbortController();
    env.clock.arm(200, "test.abort", () => abort.abort());
    const response = await env.clock.run(device.transact(SELECTION, { signal: abort.signal }));
    expect([[...response], heard]).toEqual([[CtapStatus.KEEPALIVE_CANCEL], [250]]);
  });

  test("disposed of while the handler works: unknown, and the late answer is traced", async () => {
    const env = virtualEnv("loopback");
    const device = new LoopbackDevice(env, async () => {
      await new Promise<void>((resolve) => env.clock.arm(1_000, "test.work", resolve));
      return Uint8Array.of(0);
    });
    env.clock.arm(100, "test.dispose", () => void device[Symbol.asyncDispose]());
    await expect(env.clock.run(device.transact(GET_INFO))).rejects.toMatchObject({
      code: "DEVICE_GONE",
      aftermath: "unknown",
    });
    expect(env.clock.nowMs()).toBe(100);
    await env.clock.advance(1_000);
    expect(env.records).toMatchObject([
      { kind: "ctap.discarded", command: "getInfo", status: "OK", atMs: 1_000, actor: "harness" },
    ]);
  });

  test("disposed of while the request is on its way: none, and it never arrives", async () => {
    const env = virtualEnv("loopback");
    const arrived: Uint8Array[] = [];
    const device = new LoopbackDevice(
      env,
      async (request) => {
        arrived.push(request);
        return Uint8Array.of(0);
      },
      { requestDelayMs: 500 },
    );
    env.clock.arm(100, "test.dispose", () => void device[Symbol.asyncDispose]());
    await expect(env.clock.run(device.transact(GET_INFO))).rejects.toMatchObject({ aftermath: "none" });
    await env.clock.advance(1_000);
    expect(arrived).toEqual([]);
  });

  test("says what it was told to be", () => {
    const infoInAdvance = Uint8Array.of(0xa0);
    const options = { transport: "hybrid", label: "phone", infoInAdvance, oneShot: true } as const;
    const device = new LoopbackDevice(virtualEnv("loopback"), contractFirmware, options);
    expect(device).toMatchObject(options);
  });

  test("gives up with the caller's own reason", async () => {
    const reason = new AbortedError("changed my mind");
    const device = new LoopbackDevice(virtualEnv("loopback"), contractFirmware);
    const call = device.transact(GET_INFO, { signal: AbortSignal.abort(reason) });
    await expect(call).rejects.toBe(reason);
  });
});
