import { describe, expect, test } from "vitest";
import { toHex } from "../../../src/core/bytes.js";
import { sleep } from "../../../src/core/clock.js";
import { envFor, type VirtualEnv } from "../../../src/core/env.js";
import { virtualEnv } from "../../../src/env/virtual-env.js";
import type { CtapHandler } from "../../../src/ctap/device.js";
import type { HidFirmware } from "../../../src/sim/hid/hid-firmware.js";
import type { HidKnobs } from "../../../src/sim/hid/hid-knobs.js";
import { HidResponder } from "../../../src/sim/hid/responder.js";
import { simHidPort } from "../../../src/sim/hid/sim-hid.js";
import { openHidDevice } from "../../../src/transports/hid/channel.js";
import { MessageAssembler, toReports } from "../../../src/transports/hid/framing.js";
import { contractFirmware, describeCancellation, describeCtapDevice } from "../../contract/ctap-device.js";
import { describeHidPort } from "../../contract/hid-port.js";

describeCtapDevice("the HID channel on a simulated cable", openOnCable);
describeCancellation("the HID channel on a simulated cable", openOnCable);
describeHidPort("the simulated cable", async () => {
  const env = virtualEnv("contract");
  const port = simHidPort(env, { cbor: contractFirmware });
  return { port, settle: (work) => env.clock.run(work), unplug: () => port.unplug() };
});

async function openOnCable() {
  const env = virtualEnv("contract");
  const port = simHidPort(envFor(env, "key"), { cbor: contractFirmware });
  const device = await env.clock.run(openHidDevice(envFor(env, "host"), port));
  return { device, settle: <T>(work: Promise<T>) => env.clock.run(work) };
}

const BROADCAST = 0xffff_ffff;
const PING = 0x01;
const LOCK = 0x04;
const INIT = 0x06;
const CBOR = 0x10;
const CANCEL = 0x11;
const SELECTION = Uint8Array.of(0x0b);
const NONE = new Uint8Array(0);

interface Bench {
  readonly env: VirtualEnv;
  readonly device: HidResponder;
  /** Sends a message and gives what the device said meanwhile, as `channel command payload`. */
  readonly say: (channel: number, command: number, payload?: Uint8Array) => string[];
  /** What the device said since the last look. */
  readonly heard: () => string[];
  readonly allocate: () => number;
}

/** A device on a bench: every test below differs from this in one thing. */
function bench(knobs: Partial<HidKnobs> = {}, firmware: Partial<HidFirmware> = {}): Bench {
  const env = virtualEnv("bench");
  const assembler = new MessageAssembler();
  const said: string[] = [];
  const device = new HidResponder(
    env,
    { cbor: contractFirmware, ...firmware },
    {
      knobs,
      emit(report) {
        const message = assembler.push(report);
        if (!message) return;
        const { channel, command, payload } = message;
        said.push(`${channel.toString(16)} ${command.toString(16)} ${toHex(payload)}`.trim());
      },
    },
  );
  const heard = () => said.splice(0);
  const say = (channel: number, command: number, payload: Uint8Array = NONE) => {
    for (const report of toReports({ channel, command, payload })) device.receive(report);
    return heard();
  };
  const allocate = () => {
    const [answer = ""] = say(BROADCAST, INIT, new Uint8Array(8));
    return Number.parseInt(answer.split(" ")[2]?.slice(16, 24) ?? "", 16);
  };
  return { env, device, say, heard, allocate };
}

const hex = (channel: number) => channel.toString(16);

describe("channels", () => {
  test("INIT answers with the nonce, a new channel, version 2, 1.0.0 and the capabilities", () => {
    const { say } = bench({}, { msg: contractFirmware, wink: () => {} });
    expect(say(BROADCAST, INIT, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8))).toEqual([
      expect.stringMatching(/^ffffffff 6 0102030405060708[0-9a-f]{8}0201000005$/),
    ]);
  });

  test("without U2F and without a light the capabilities say CBOR and no MSG", () => {
    const { say } = bench();
    expect(say(BROADCAST, INIT, new Uint8Array(8))[0]).toMatch(/0c$/);
  });

  test("256 channels are remembered, the one used least recently is forgotten", () => {
    const { say, allocate } = bench();
    const [first, second] = [allocate(), allocate()];
    for (let n = 2; n < 256; n++) allocate();
    expect(say(first, PING)).toEqual([`${hex(first)} 1`]);
    allocate();
    expect(say(first, PING)).toEqual([`${hex(first)} 1`]);
    expect(say(second, PING)).toEqual([`${hex(second)} 3f 0b`]);
  });

  test("INIT on a channel keeps it and ends its half message", () => {
    const { device, say, heard, allocate } = bench();
    const channel = allocate();
    const [first, second] = [...toReports({ channel, command: PING, payload: new Uint8Array(100) })];
    device.receive(first as Uint8Array);
    expect(say(channel, INIT, new Uint8Array(8))[0]).toMatch(
      new RegExp(`^${hex(channel)} 6 0{16}${hex(channel).padStart(8, "0")}`),
    );
    device.receive(second as Uint8Array);
    expect(heard()).toEqual([]);
    expect(say(channel, PING)).toEqual([`${hex(channel)} 1`]);
  });

  test("INIT of another program is answered in the middle of a message and does not disturb it", () => {
    const { device, heard, allocate } = bench();
    const channel = allocate();
    const reports = [...toReports({ channel, command: PING, payload: new Uint8Array(60) })];
    device.receive(reports[0] as Uint8Array);
    expect(allocate()).not.toBe(channel);
    device.receive(reports[1] as Uint8Array);
    expect(heard()).toEqual([`${hex(channel)} 1 ${"00".repeat(60)}`]);
  });

  test("a power cycle forgets every channel and tells the firmware", () => {
    let cycles = 0;
    const { device, say, allocate } = bench({}, { powerCycle: () => (cycles += 1) });
    const channel = allocate();
    device.powerCycle();
    expect(say(channel, PING)).toEqual([`${hex(channel)} 3f 0b`]);
    expect(cycles).toBe(1);
  });
});

describe("messages a device refuses", () => {
  const cases: readonly (readonly [string, number, Uint8Array, string])[] = [
    ["a command nobody knows", 0x02, NONE, "01"],
    ["a vendor command", 0x41, NONE, "01"],
    ["the SYNC of U2FHID 1.0", 0x3c, NONE, "01"],
    ["KEEPALIVE, which only devices say", 0x3b, Uint8Array.of(1), "01"],
    ["U2F without U2F", 0x03, new Uint8Array(7), "01"],
    ["WINK without a light", 0x08, NONE, "01"],
    ["CBOR without a command byte", CBOR, NONE, "03"],
    ["LOCK without a time", LOCK, NONE, "03"],
    ["a lock of 11 seconds", LOCK, Uint8Array.of(11), "02"],
    ["CANCEL with a payload", CANCEL, Uint8Array.of(0), "03"],
    ["INIT with a short nonce", INIT, new Uint8Array(7), "03"],
  ];

  test.each(cases)("%s", (_, command, payload, error) => {
    const { say, allocate } = bench();
    const channel = allocate();
    expect(say(channel, command, payload)).toEqual([`${hex(channel)} 3f ${error}`]);
    expect(say(channel, PING)).toEqual([`${hex(channel)} 1`]);
  });

  test("a message longer than this device takes", () => {
    const { say, allocate } = bench({ messageBytesMax: 1200 });
    const channel = allocate();
    expect(say(channel, PING, new Uint8Array(1200))).toHaveLength(1);
    expect(say(channel, PING, new Uint8Array(1201))).toEqual([`${hex(channel)} 3f 03`]);
  });

  test("reports that are not 64 bytes are not reports", () => {
    const { device, heard } = bench();
    for (const length of [0, 4, 63, 65]) device.receive(new Uint8Array(length).fill(0xff));
    expect(heard()).toEqual([]);
  });

  test("an APDU too short for a header", () => {
    const { say, allocate } = bench({}, { msg: contractFirmware });
    const channel = allocate();
    expect(say(channel, 0x03, new Uint8Array(3))).toEqual([`${hex(channel)} 3f 03`]);
  });
});

test("a message begun inside another ends both: one INVALID_SEQ, no time-out after it, and a free device", async () => {
  const { env, device, say, heard, allocate } = bench();
  const channel = allocate();
  const [first, second] = [...toReports({ channel, command: PING, payload: new Uint8Array(100) })];
  device.receive(first as Uint8Array);
  device.receive(first as Uint8Array);
  expect(heard()).toEqual([`${hex(channel)} 3f 04`]);
  device.receive(second as Uint8Array);
  await env.clock.advance(1_000);
  expect(heard()).toEqual([]);
  expect(say(channel, PING)).toEqual([`${hex(channel)} 1`]);
});

describe("time", () => {
  test("half a message is given up 500 ms after its last packet, with MSG_TIMEOUT", async () => {
    const { env, device, heard, allocate } = bench();
    const channel = allocate();
    const reports = [...toReports({ channel, command: PING, payload: new Uint8Array(150) })];
    device.receive(reports[0] as Uint8Array);
    await env.clock.advance(499);
    device.receive(reports[1] as Uint8Array);
    await env.clock.advance(499);
    expect(heard()).toEqual([]);
    await env.clock.advance(2);
    expect(heard()).toEqual([`${hex(channel)} 3f 05`]);
    expect(env.records).toContainEqual(
      expect.objectContaining({ kind: "timer.fired", timer: "hid.reassembly", budgetMs: 500, atMs: 999 }),
    );
  });

  test("a keepalive every 100 ms while a request runs, and at once when the status changes", async () => {
    const cbor: CtapHandler = async (_, options) => {
      await sleep(env.clock, 250, "test.work");
      options?.onKeepalive?.("up-needed");
      await sleep(env.clock, 250, "test.touch");
      return Uint8Array.of(0);
    };
    const { env, say, heard, allocate } = bench({}, { cbor });
    const channel = allocate();
    say(channel, CBOR, SELECTION);
    const at: [number, string][] = [];
    for (let ms = 0; ms < 600; ms += 10) {
      await env.clock.advance(10);
      at.push(
        ...heard().map((said): [number, string] => [env.clock.nowMs(), said.split(" ").slice(1).join(" ")]),
      );
    }
    expect(at).toEqual([
      [100, "3b 01"],
      [200, "3b 01"],
      [250, "3b 02"],
      [350, "3b 02"],
      [450, "3b 02"],
      [500, "10 00"],
    ]);
  });

  test("U2F has no keepalives", async () => {
    const msg: CtapHandler = async () => {
      await sleep(env.clock, 1_000, "test.work");
      return Uint8Array.of(0x90, 0x00);
    };
    const { env, say, heard, allocate } = bench({}, { msg });
    const channel = allocate();
    say(channel, 0x03, new Uint8Array(7));
    await env.clock.advance(1_001);
    expect(heard()).toEqual([`${hex(channel)} 3 9000`]);
  });

  test("a lock keeps others out until it expires, and its owner in", async () => {
    const { env, say, allocate } = bench();
    const [owner, other] = [allocate(), allocate()];
    expect(say(owner, LOCK, Uint8Array.of(2))).toEqual([`${hex(owner)} 4`]);
    expect(say(other, PING)).toEqual([`${hex(other)} 3f 06`]);
    expect(say(owner, PING)).toEqual([`${hex(owner)} 1`]);
    await env.clock.advance(1_999);
    expect(say(other, PING)).toEqual([`${hex(other)} 3f 06`]);
    await env.clock.advance(1);
    expect(say(other, PING)).toEqual([`${hex(other)} 1`]);
  });

  test("where traffic renews a lock, it lasts from the owner's last message", async () => {
    const { env, say, allocate } = bench({ lockRenewedByTraffic: true });
    const [owner, other] = [allocate(), allocate()];
    say(owner, LOCK, Uint8Array.of(2));
    await env.clock.advance(1_500);
    say(owner, PING);
    await env.clock.advance(1_500);
    expect(say(other, PING)).toEqual([`${hex(other)} 3f 06`]);
  });

  test("a lock of zero seconds lets the others in", () => {
    const { say, allocate } = bench();
    const [owner, other] = [allocate(), allocate()];
    say(owner, LOCK, Uint8Array.of(10));
    say(owner, LOCK, Uint8Array.of(0));
    expect(say(other, PING)).toEqual([`${hex(other)} 1`]);
  });
});

describe("while a request runs", () => {
  /** Selection waits for a cancel. */
  const running = async (knobs: Partial<HidKnobs> = {}, firmware: Partial<HidFirmware> = {}) => {
    const stage = bench(knobs, firmware);
    const channel = stage.allocate();
    stage.say(channel, CBOR, SELECTION);
    await stage.env.clock.advance(1);
    stage.heard();
    return { ...stage, channel };
  };

  test("CANCEL is not answered; the request is, with KEEPALIVE_CANCEL", async () => {
    const { env, say, heard, channel } = await running();
    expect(say(channel, CANCEL)).toEqual([]);
    await env.clock.advance(0);
    expect(heard()).toEqual([`${hex(channel)} 10 2d`]);
  });

  test("a second CANCEL, and one without a request, change nothing", async () => {
    const { env, say, heard, channel } = await running();
    say(channel, CANCEL);
    say(channel, CANCEL);
    await env.clock.advance(0);
    expect(heard()).toEqual([`${hex(channel)} 10 2d`]);
    expect(say(channel, CANCEL)).toEqual([]);
  });

  test("another channel's CANCEL is ignored, also while it is locked out", async () => {
    const { env, say, heard, allocate } = bench();
    const [channel, other] = [allocate(), allocate()];
    say(channel, LOCK, Uint8Array.of(10));
    say(channel, CBOR, SELECTION);
    await env.clock.advance(1);
    heard();
    expect(say(other, CANCEL)).toEqual([]);
    await env.clock.advance(10);
    expect(heard()).toEqual([]);
  });

  test("everybody else, and a second request of the same channel, hear CHANNEL_BUSY", async () => {
    const { say, allocate, channel } = await running();
    const other = allocate();
    expect(say(other, PING)).toEqual([`${hex(other)} 3f 06`]);
    expect(say(channel, CBOR, SELECTION)).toEqual([`${hex(channel)} 3f 06`]);
  });

  test("256 INITs of other programs do not take its channel away", async () => {
    const { env, say, heard, allocate, channel } = await running();
    for (let n = 0; n < 300; n++) allocate();
    say(channel, CANCEL);
    await env.clock.advance(0);
    expect(heard()).toEqual([`${hex(channel)} 10 2d`]);
    expect(say(channel, PING)).toEqual([`${hex(channel)} 1`]);
  });

  test("INIT is CHANNEL_BUSY where every channel there is room for is in use", async () => {
    const { say } = await running({ channelsMax: 1 });
    expect(say(BROADCAST, INIT, new Uint8Array(8))).toEqual(["ffffffff 3f 06"]);
  });

  test("INIT on its channel ends it without an answer", async () => {
    const { env, say, heard, channel } = await running();
    expect(say(channel, INIT, new Uint8Array(8))).toHaveLength(1);
    await env.clock.advance(1_000);
    expect(heard()).toEqual([]);
  });

  test("firmware that ignores the end of one request is not given the next before it is done", async () => {
    let inside = 0;
    let most = 0;
    const cbor: CtapHandler = async () => {
      most = Math.max(most, ++inside);
      await sleep(env.clock, 300, "test.stubborn");
      inside--;
      return Uint8Array.of(0);
    };
    const { env, say, heard, allocate } = bench({}, { cbor });
    const channel = allocate();
    say(channel, CBOR, SELECTION);
    await env.clock.advance(100);
    say(channel, INIT, new Uint8Array(8));
    say(channel, CBOR, SELECTION);
    heard();
    await env.clock.advance(501);
    expect(heard().filter((said) => said.includes(" 10 "))).toEqual([`${hex(channel)} 10 00`]);
    expect(most).toBe(1);
  });

  test("firmware that throws is CTAPHID_ERROR OTHER and a finding, not a crash", async () => {
    const cbor: CtapHandler = () => {
      throw new RangeError("a bug");
    };
    const { env, heard, channel, say } = await running({}, { cbor });
    say(channel, CBOR, SELECTION);
    await env.clock.advance(1);
    expect(heard()).toEqual([`${hex(channel)} 3f 7f`]);
    expect(env.records).toContainEqual(
      expect.objectContaining({ kind: "ctap.finding", fault: "THREW_RangeError" }),
    );
  });

  test("an answer longer than 7609 bytes is OTHER", async () => {
    const cbor: CtapHandler = () => Promise.resolve(new Uint8Array(7610));
    const { env, heard, channel, say } = await running({}, { cbor });
    say(channel, CBOR, SELECTION);
    await env.clock.advance(1);
    expect(heard()).toEqual([`${hex(channel)} 3f 7f`]);
  });

  test("a cancel the knob makes late takes effect late", async () => {
    const { env, say, heard, channel } = await running({ cancelDelayMs: 1_500, keepaliveMs: null });
    say(channel, CANCEL);
    await env.clock.advance(1_499);
    expect(heard()).toEqual([]);
    await env.clock.advance(1);
    expect(heard()).toEqual([`${hex(channel)} 10 2d`]);
  });

  test.each([
    ["obeyed", ["10 2d"]],
    ["ignored", []],
    ["answered-twice", ["10 2d", "10 2d"]],
    ["answered-as-error", ["3f 2d"]],
  ] as const)("CANCEL %s", async (cancel, answers) => {
    const { env, say, heard, channel } = await running({ cancel, keepaliveMs: null });
    say(channel, CANCEL);
    await env.clock.advance(100);
    expect(heard()).toEqual(answers.map((answer) => `${hex(channel)} ${answer}`));
  });

  test("keepalives stall, come back, and say what the knob says", async () => {
    const knobs = { stallAfterMs: 150, stallForMs: 200, keepaliveStatuses: [1, 3] };
    const { env, heard, channel } = await running(knobs);
    const at: [number, string][] = [];
    for (let ms = 0; ms < 600; ms += 10) {
      await env.clock.advance(10);
      at.push(...heard().map((said): [number, string] => [env.clock.nowMs() - 1, said]));
    }
    // The first, at 0 ms, said 01; those of 200 and 300 ms would have said 01 and 03.
    expect(at).toEqual([
      [100, `${hex(channel)} 3b 03`],
      [400, `${hex(channel)} 3b 01`],
      [500, `${hex(channel)} 3b 03`],
      [600, `${hex(channel)} 3b 01`],
    ]);
  });
});

describe("busy for no reason", () => {
  test("for a while", async () => {
    const { env, say, allocate } = bench({ busyMs: 700 });
    const channel = allocate();
    expect(say(channel, PING)).toEqual([`${hex(channel)} 3f 06`]);
    await env.clock.advance(700);
    expect(say(channel, PING)).toEqual([`${hex(channel)} 1`]);
  });

  test("a number of times", () => {
    const { say, allocate } = bench({ busyTimes: 2 });
    const channel = allocate();
    expect([1, 2, 3].flatMap(() => say(channel, PING))).toEqual(
      ["3f 06", "3f 06", "1"].map((answer) => `${hex(channel)} ${answer}`),
    );
  });
});

describe("the cable", () => {
  test("every handle sees every report", async () => {
    const env = virtualEnv("shared");
    const port = simHidPort(env, { cbor: contractFirmware });
    const other = port.openAgain().reports()[Symbol.asyncIterator]();
    const [init] = toReports({ channel: BROADCAST, command: INIT, payload: new Uint8Array(8) });
    await port.write(init as Uint8Array);
    const mine = await port.reports()[Symbol.asyncIterator]().next();
    expect(await other.next()).toEqual(mine);
  });

  test("a reader too slow for its ring loses the reports that do not fit", async () => {
    const env = virtualEnv("ring");
    const port = simHidPort(env, { cbor: contractFirmware }, { readerReports: 64, pacingMs: 1 });
    const device = await env.clock.run(openHidDevice(env, port, { silenceMs: 5_000 }));
    const big = device.ping(new Uint8Array(7609));
    await expect(env.clock.run(big)).resolves.toHaveLength(7609);
    const lazy = port.openAgain();
    await env.clock.run(device.ping(new Uint8Array(7609)));
    await lazy.close();
    let kept = 0;
    for await (const _ of lazy.reports()) kept++;
    expect(kept).toBe(64);
  });

  test("a fault nobody met is named", async () => {
    const env = virtualEnv("unused");
    const faults = [
      { id: "second-answer-lost", direction: "to-host", nth: 2, effect: "drop" },
      { id: "hundredth-report-doubled", direction: "to-device", nth: 100, effect: "duplicate" },
    ] as const;
    const port = simHidPort(env, { cbor: contractFirmware }, { faults });
    const device = await env.clock.run(openHidDevice(env, port, { silenceMs: 1_000 }));
    await expect(env.clock.run(device.transact(Uint8Array.of(4)))).rejects.toMatchObject({
      timer: "hid.silence",
    });
    expect(port.unusedFaults).toEqual(["hundredth-report-doubled"]);
    expect(env.records).toContainEqual(
      expect.objectContaining({ kind: "fault.injected", rule: "second-answer-lost", effect: "drop" }),
    );
  });

  test("pacing takes its time: 129 reports there and 129 back at one a millisecond", async () => {
    const env = virtualEnv("pacing");
    const port = simHidPort(env, { cbor: contractFirmware }, { pacingMs: 1 });
    const device = await env.clock.run(openHidDevice(env, port));
    const startMs = env.clock.nowMs();
    await env.clock.run(device.ping(new Uint8Array(7609)));
    expect(env.clock.nowMs() - startMs).toBe(258);
  });

  test("plugged in again: old handles stay dead, the new one works, the firmware lost its memory", async () => {
    let cycles = 0;
    const env = virtualEnv("replug");
    const firmware = { cbor: contractFirmware, powerCycle: () => (cycles += 1) };
    const port = simHidPort(env, firmware);
    const device = await env.clock.run(openHidDevice(env, port));
    const again = port.replug();
    await expect(env.clock.run(device.transact(Uint8Array.of(4)))).rejects.toMatchObject({
      code: "DEVICE_GONE",
      aftermath: "none",
    });
    const fresh = await env.clock.run(openHidDevice(env, again));
    expect((await env.clock.run(fresh.transact(Uint8Array.of(4))))[0]).toBe(0);
    expect(cycles).toBe(1);
  });
});
