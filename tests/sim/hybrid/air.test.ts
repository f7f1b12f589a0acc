import { describe, expect, test } from "vitest";
import { toHex } from "../../../src/core/bytes.js";
import { virtualEnv } from "../../../src/env/virtual-env.js";
import { ServiceUuid } from "../../../src/hybrid/protocol/constants.js";
import type { ReceivedAdvert } from "../../../src/hybrid/ports.js";
import { SimAir, type AirOptions } from "../../../src/sim/hybrid/air.js";

const ADVERT = new Uint8Array(20).fill(7);

/** An air, and what is heard in it: when and what. */
function listening(options: Partial<AirOptions> = {}) {
  const env = virtualEnv("air");
  const air = new SimAir(env, options);
  const heard: (readonly [atMs: number, hex: string])[] = [];
  const stop = new AbortController();
  const over = (async () => {
    for await (const { serviceData } of air.listen(stop.signal)) {
      heard.push([env.clock.nowMs(), toHex(serviceData)]);
    }
    return "ended";
  })().catch(() => "aborted");
  return { env, air, heard, stop, over, times: () => heard.map(([atMs]) => atMs) };
}

test("who speaks is heard after a while", async () => {
  const { env, air, heard } = listening();
  await air.advertise(ADVERT);
  await env.clock.advance(10_000);
  expect(heard).toEqual([[300, toHex(ADVERT)]]);
});

test("who spoke before anybody listened is heard as well", async () => {
  const env = virtualEnv("air");
  const air = new SimAir(env);
  await air.advertise(ADVERT);
  await env.clock.advance(5_000);
  const scan = air.listen(new AbortController().signal)[Symbol.asyncIterator]();
  const first = await env.clock.run(scan.next());
  expect([env.clock.nowMs(), first.value]).toMatchObject([5_300, { serviceData: ADVERT }]);
});

test("who falls silent before is not heard", async () => {
  const { env, air, heard } = listening();
  const broadcast = await air.advertise(ADVERT);
  env.clock.arm(299, "test.silence", () => void broadcast[Symbol.asyncDispose]());
  await env.clock.advance(10_000);
  expect(heard).toEqual([]);
});

test("radios repeat themselves where they are told to", async () => {
  const { env, air, times } = listening({ repeats: 2 });
  await air.advertise(ADVERT);
  await env.clock.advance(10_000);
  expect(times()).toEqual([300, 550, 800]);
});

describe("loss", () => {
  test("of everything: nothing is ever heard, and time goes on", async () => {
    const { env, air, heard } = listening({ advertLossPct: 100 });
    await air.advertise(ADVERT);
    await env.clock.advance(3_600_000);
    expect(heard).toEqual([]);
  });

  test("of most: the hearing moves to a later chance, the same with the same seed", async () => {
    const once = async () => {
      const { env, air, times } = listening({ advertLossPct: 90 });
      await air.advertise(ADVERT);
      await env.clock.advance(60_000);
      return times();
    };
    const [first = 0, ...more] = await once();
    expect(more).toEqual([]);
    expect((first - 300) % 250).toBe(0);
    expect(first).toBeGreaterThan(300);
    expect(await once()).toEqual([first]);
  });

  test("of a share: as many chances come to nothing", async () => {
    const { env, air, times } = listening({ advertLossPct: 50, advertDelayMs: 0 });
    for (let i = 0; i < 400; i++) await air.foreignAdvert();
    await env.clock.advance(60_000);
    // Mean of a geometric distribution: one chance lost on average, 250 ms each.
    const mean = times().reduce((sum, atMs) => sum + atMs, 0) / times().length;
    expect(times()).toHaveLength(400);
    expect(mean).toBeGreaterThan(200);
    expect(mean).toBeLessThan(300);
  });
});

test("a scanner that sleeps most of the time hears in its next window", async () => {
  const { env, air, times } = listening({ dutyCycle: { everyMs: 5_000, listensMs: 100 } });
  await air.advertise(ADVERT);
  await env.clock.advance(30_000);
  expect(times()).toEqual([5_000]);
});

test("what is under another service's UUID is passed over; Google's old one is not", async () => {
  const { env, air, heard } = listening();
  await air.advertise(ADVERT, { serviceUuid: 0xfffd });
  await air.advertise(new Uint8Array(20), { serviceUuid: ServiceUuid.GOOGLE });
  await env.clock.advance(10_000);
  expect(heard).toEqual([[300, "00".repeat(20)]]);
});

describe("power", () => {
  test("off: nothing is heard until it is on again, and half a second longer", async () => {
    const { env, air, times } = listening();
    air.power(false);
    await air.advertise(ADVERT);
    env.clock.arm(8_000, "test.on", () => air.power(true));
    await env.clock.advance(30_000);
    expect(times()).toEqual([8_800]);
  });

  test("off in between: what was about to be heard is not", async () => {
    const { env, air, heard } = listening();
    await air.advertise(ADVERT);
    env.clock.arm(200, "test.off", () => air.power(false));
    await env.clock.advance(30_000);
    expect(heard).toEqual([]);
  });
});

test("a scan ends when its radio is gone", async () => {
  const { env, air, over } = listening();
  env.clock.arm(1_000, "test.unplug", () => air.unplug());
  expect(await env.clock.run(over)).toBe("ended");
});

test("a scan ends with its signal, and lets go of what it waited for", async () => {
  const { env, air, stop, over, heard } = listening();
  await air.advertise(ADVERT);
  stop.abort(new Error("enough"));
  expect(await env.clock.run(over)).toBe("aborted");
  await env.clock.advance(10_000);
  expect(heard).toEqual([]);
});

test("each broadcast has an address of its own", async () => {
  const env = virtualEnv("air");
  const air = new SimAir(env);
  await air.foreignAdvert();
  await air.foreignAdvert();
  const scan = air.listen(new AbortController().signal)[Symbol.asyncIterator]();
  const next = async () => ((await env.clock.run(scan.next())).value as ReceivedAdvert).address;
  expect(await next()).not.toBe(await next());
});
