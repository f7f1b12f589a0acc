import { describe, expect, test } from "vitest";
import { virtualEnv } from "../../../src/env/virtual-env.js";
import { toHex } from "../../../src/core/bytes.js";
import type { TunnelDialer } from "../../../src/hybrid/ports.js";
import { SimAir } from "../../../src/sim/hybrid/air.js";
import {
  withScannerFaults,
  withTunnelFaults,
  type LinkFaultRule,
} from "../../../src/sim/faults/link-faults.js";
import { memoryTunnels } from "../../helpers/memory-tunnels.js";

const MESSAGES = [1, 2, 3].map((byte) => Uint8Array.of(byte, byte));

/** What the far side gets of three messages each way. */
async function through(rules: readonly LinkFaultRule[]) {
  const env = virtualEnv("faults");
  const [near, far] = memoryTunnels();
  const dialer: TunnelDialer = { open: async () => ({ tunnel: near, header: () => [] }) };
  const faulty = withTunnelFaults(env, dialer, rules);
  const { tunnel } = await faulty.open("", {}, new AbortController().signal);
  for (const message of MESSAGES) tunnel.send(message);
  for (const message of MESSAGES) far.send(message);
  await env.clock.advance(10_000);
  tunnel.close();
  const drain = async (side: typeof near) => {
    const got: string[] = [];
    for (;;) {
      const message = await side.receive();
      if (message === undefined) return got;
      got.push(toHex(message));
    }
  };
  return { env, faulty, incoming: await drain(tunnel), outgoing: await drain(far) };
}

test("without rules nothing is different", async () => {
  const { incoming, outgoing, faulty } = await through([]);
  expect([incoming, outgoing]).toEqual([
    ["0101", "0202", "0303"],
    ["0101", "0202", "0303"],
  ]);
  expect(() => faulty.assertAllUsed()).not.toThrow();
});

describe.each(["in", "out"] as const)("the second message going %s", (direction) => {
  test.each([
    ["is lost", { do: "lose" }, ["0101", "0303"]],
    ["comes twice", { do: "duplicate" }, ["0101", "0202", "0202", "0303"]],
    ["comes behind the third", { do: "swap" }, ["0101", "0303", "0202"]],
    ["comes late", { do: "delay", delayMs: 50 }, ["0101", "0303", "0202"]],
    ["is altered", { do: "corrupt", offset: 1 }, ["0101", "02fd", "0303"]],
    ["is altered at its end by one bit", { do: "corrupt", offset: -1, xor: 1 }, ["0101", "0203", "0303"]],
    ["grows", { do: "lengthen", toBytes: 4 }, ["0101", "02020000", "0303"]],
    ["is another", { do: "replace", bytes: Uint8Array.of(9) }, ["0101", "09", "0303"]],
    ["ends the tunnel", { do: "hang-up", code: 1011 }, ["0101"]],
  ] as const)("%s", async (_, effect, expected) => {
    const { incoming, outgoing, env } = await through([{ id: "fault", direction, nth: 2, effect }]);
    expect(direction === "in" ? incoming : outgoing).toEqual(expected);
    expect(env.records).toContainEqual(
      expect.objectContaining({ kind: "fault.injected", rule: "fault", effect: effect.do }),
    );
  });
});

describe("rules", () => {
  test("of one id are a mistake", () => {
    const rule = { id: "same", effect: { do: "lose" } } as const;
    expect(() => withScannerFaults(virtualEnv("x"), new SimAir(virtualEnv("x")), [rule, rule])).toThrow(
      RangeError,
    );
  });

  test("that never applied are told of", async () => {
    const { faulty } = await through([{ id: "never", nth: 9, effect: { do: "lose" } }]);
    expect(() => faulty.assertAllUsed()).toThrow(
      expect.objectContaining({ code: "FAULT_UNUSED", rules: ["never"] }),
    );
  });
});

describe("a scanner", () => {
  const heard = async (rules: readonly LinkFaultRule[]) => {
    const env = virtualEnv("scanner");
    const air = new SimAir(env);
    const faulty = withScannerFaults(env, air, rules);
    const got: string[] = [];
    const stop = new AbortController();
    const over = (async () => {
      for await (const { serviceData } of faulty.listen(stop.signal)) got.push(toHex(serviceData));
      return "ended";
    })().catch(() => "aborted");
    await air.advertise(new Uint8Array(20));
    await env.clock.advance(5_000);
    stop.abort(new Error("enough"));
    return { got, over: await over };
  };

  test("hears what there is, and ends with its signal", async () => {
    expect(await heard([])).toEqual({ got: ["00".repeat(20)], over: "aborted" });
  });

  test.each([
    ["nothing, when it is lost", { do: "lose" }, []],
    ["it twice", { do: "duplicate" }, ["00".repeat(20), "00".repeat(20)]],
    ["it with a suffix", { do: "lengthen", toBytes: 22 }, ["00".repeat(22)]],
  ] as const)("hears %s", async (_, effect, expected) => {
    expect((await heard([{ id: "fault", effect }])).got).toEqual(expected);
  });

  test("ends before an advert that hangs up", async () => {
    expect(await heard([{ id: "fault", effect: { do: "hang-up" } }])).toEqual({ got: [], over: "ended" });
  });
});
