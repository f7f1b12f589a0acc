import { describe, expect, test } from "vitest";
import { envFor, type VirtualEnv } from "../../../src/core/env.js";
import { virtualEnv } from "../../../src/env/virtual-env.js";
import { CtapCommand } from "../../../src/ctap/command.js";
import type { CtapHandler } from "../../../src/ctap/device.js";
import { encodeMakeCredentialRequest } from "../../../src/ctap/messages/make-credential.js";
import { CtapStatus } from "../../../src/ctap/status.js";
import { withFaults, type FaultRule } from "../../../src/sim/faults/faults.js";
import { LoopbackDevice } from "../../../src/sim/loopback.js";
import { contractFirmware, describeCtapDevice } from "../../contract/ctap-device.js";
import { BenchKey, creation } from "../authenticator/bench-key.js";

const GET_INFO = Uint8Array.of(CtapCommand.getInfo);
const SELECTION = Uint8Array.of(CtapCommand.selection);

/** Echoes every request behind status 0 and notes when it came. */
function echo(rules: readonly FaultRule[], env: VirtualEnv = virtualEnv("faults")) {
  const arrived: (readonly [atMs: number, hex: string])[] = [];
  const handler: CtapHandler = async (request) => {
    arrived.push([env.clock.nowMs(), Buffer.from(request).toString("hex")]);
    return Uint8Array.of(0, ...request);
  };
  const device = withFaults(env, new LoopbackDevice(env, handler), rules);
  return { env, device, arrived, ask: (request: Uint8Array) => env.clock.run(device.transact(request)) };
}

describeCtapDevice("a device without faults, behind withFaults", async () => {
  const env = virtualEnv("contract");
  const device = withFaults(env, new LoopbackDevice(env, contractFirmware), []);
  return { device, settle: (work) => env.clock.run(work) };
});

describe("effects", () => {
  test.each([
    ["request", [100], 100],
    ["response", [0], 100],
  ] as const)("delay of the %s", async (direction, arrivals, atMs) => {
    const { ask, arrived, env } = echo([{ id: "slow", direction, effect: { do: "delay", delayMs: 100 } }]);
    expect([...(await ask(GET_INFO))]).toEqual([0, 4]);
    expect(arrived.map(([when]) => when)).toEqual(arrivals);
    expect(env.clock.nowMs()).toBe(atMs);
  });

  test("lose-request: the device hears nothing, the client cannot know", async () => {
    const { ask, arrived } = echo([{ id: "lost", effect: { do: "lose-request" } }]);
    await expect(ask(GET_INFO)).rejects.toMatchObject({ code: "DEVICE_GONE", aftermath: "unknown" });
    expect(arrived).toEqual([]);
  });

  test("lose-response: the device works, the answer is gone", async () => {
    const { ask, arrived } = echo([{ id: "lost", effect: { do: "lose-response" } }]);
    await expect(ask(GET_INFO)).rejects.toMatchObject({ code: "DEVICE_GONE", aftermath: "unknown" });
    expect(arrived).toHaveLength(1);
  });

  test("corrupt: a message without that byte passes, and the rule counts as never met", async () => {
    const { ask, device } = echo([
      { id: "beyond", direction: "response", effect: { do: "corrupt", offset: 9 } },
    ]);
    expect([...(await ask(GET_INFO))]).toEqual([0, 4]);
    expect(() => device.assertAllUsed()).toThrow("never met: beyond");
  });

  test("silence lasts as long as the rule says", async () => {
    const { ask, env } = echo([{ id: "lost", effect: { do: "lose-response", silentMs: 3_000 } }]);
    await expect(ask(GET_INFO)).rejects.toMatchObject({ code: "DEVICE_GONE" });
    expect(env.clock.nowMs()).toBe(3_000);
  });

  test("silence for ever ends with the caller's patience", async () => {
    const { device, env } = echo([{ id: "lost", effect: { do: "lose-request", silentMs: Infinity } }]);
    const abort = new AbortController();
    env.clock.arm(7_000, "test.abort", () => abort.abort());
    const call = env.clock.run(device.transact(GET_INFO, { signal: abort.signal }));
    await expect(call).rejects.toMatchObject({ code: "DEVICE_GONE", aftermath: "unknown" });
    expect(env.clock.nowMs()).toBe(7_000);
  });

  test.each([
    ["request", 0],
    ["response", 1],
  ] as const)("answer in the %s's direction: the device got %i", async (direction, heard) => {
    const { ask, arrived } = echo([
      { id: "busy", direction, effect: { do: "answer", status: CtapStatus.CHANNEL_BUSY } },
    ]);
    expect([...(await ask(GET_INFO))]).toEqual([CtapStatus.CHANNEL_BUSY]);
    expect(arrived).toHaveLength(heard);
  });

  test("hang-up: over for good", async () => {
    const { ask } = echo([{ id: "unplug", nth: 1, effect: { do: "hang-up" } }]);
    await expect(ask(GET_INFO)).rejects.toMatchObject({ code: "LINK_CLOSED", aftermath: "unknown" });
    await expect(ask(GET_INFO)).rejects.toMatchObject({ code: "DEVICE_GONE", aftermath: "none" });
  });

  test("duplicate: heard twice, answered once", async () => {
    const { ask, arrived, env } = echo([{ id: "twice", effect: { do: "duplicate" } }]);
    expect([...(await ask(GET_INFO))]).toEqual([0, 4]);
    await env.clock.advance(1);
    expect(arrived).toHaveLength(2);
    expect(env.records.at(-1)).toMatchObject({ kind: "ctap.discarded", command: "getInfo", status: "OK" });
  });

  test.each([
    ["request", 1, 0x0f, [0, 4, 0x0d]],
    ["request", -1, 0xff, [0, 4, 0xfd]],
    ["response", 0, 0x27, [0x27, 4, 2]],
  ] as const)("corrupt the %s at %i", async (direction, offset, xor, answer) => {
    const rule = { id: "noise", direction, effect: { do: "corrupt", offset, xor } } as const;
    expect([...(await echo([rule]).ask(Uint8Array.of(4, 2)))]).toEqual(answer);
  });

  test("the caller's bytes are never the ones that are spoilt", async () => {
    const request = Uint8Array.of(4, 2);
    await echo([{ id: "noise", effect: { do: "corrupt", offset: 0 } }]).ask(request);
    expect([...request]).toEqual([4, 2]);
  });
});

describe("rules", () => {
  const answer = (id: string, more: Partial<FaultRule> = {}): FaultRule => ({
    id,
    effect: { do: "answer", status: CtapStatus.OTHER },
    ...more,
  });

  test("wait for their command", async () => {
    const { ask } = echo([answer("only selection", { command: CtapCommand.selection })]);
    expect((await ask(GET_INFO))[0]).toBe(CtapStatus.OK);
    expect((await ask(SELECTION))[0]).toBe(CtapStatus.OTHER);
  });

  test("wait for their turn, counted among the requests that match", async () => {
    const { ask } = echo([answer("second", { command: CtapCommand.getInfo, nth: 2 })]);
    const statuses: (number | undefined)[] = [];
    for (const request of [GET_INFO, SELECTION, GET_INFO, GET_INFO]) statuses.push((await ask(request))[0]);
    expect(statuses).toEqual([CtapStatus.OK, CtapStatus.OK, CtapStatus.OTHER, CtapStatus.OK]);
  });

  test("apply one after the other", async () => {
    const { ask, env } = echo([
      { id: "slow", effect: { do: "delay", delayMs: 40 } },
      { id: "slow back", direction: "response", effect: { do: "delay", delayMs: 2 } },
    ]);
    await ask(GET_INFO);
    expect(env.clock.nowMs()).toBe(42);
  });

  test("are traced by id", async () => {
    const { ask, env } = echo([answer("busy")]);
    await ask(GET_INFO);
    expect(env.records).toMatchObject([
      { kind: "fault.injected", rule: "busy", effect: "answer", atMs: 0, actor: "harness" },
    ]);
  });

  test("that never applied fail the run, by name", async () => {
    const { ask, device } = echo([answer("met", { nth: 1 }), answer("never", { nth: 9 })]);
    await ask(GET_INFO);
    expect(() => device.assertAllUsed()).toThrow(
      expect.objectContaining({ code: "FAULT_UNUSED", rules: ["never"] }),
    );
  });

  test("that a stronger rule kept from applying count as unused", async () => {
    const { ask, device } = echo([answer("first"), answer("second", { direction: "response" })]);
    await ask(GET_INFO);
    expect(() => device.assertAllUsed()).toThrow(expect.objectContaining({ rules: ["second"] }));
  });

  test("that all applied pass", async () => {
    const { ask, device } = echo([answer("met")]);
    await ask(GET_INFO);
    expect(() => device.assertAllUsed()).not.toThrow();
  });

  test.each([[[answer("one"), answer("one")]], [[answer("zeroth", { nth: 0 })]]])(
    "that cannot be are refused",
    (rules) => {
      expect(() => echo(rules)).toThrow(RangeError);
    },
  );
});

test("a lost response leaves a credential nobody knows of", async () => {
  const bench = new BenchKey();
  const env = envFor(bench.env, "client");
  const device = withFaults(env, new LoopbackDevice(env, bench.key.handle), [
    { id: "lost", command: CtapCommand.makeCredential, effect: { do: "lose-response" } },
  ]);
  const request = encodeMakeCredentialRequest(creation({ options: { rk: true } }));
  await expect(bench.run(device.transact(request))).rejects.toMatchObject({ aftermath: "unknown" });
  expect(bench.key.store.discoverableCount).toBe(1);
  device.assertAllUsed();
});
