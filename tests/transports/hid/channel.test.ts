import { describe, expect, test } from "vitest";
import { concat, toHex } from "../../../src/core/bytes.js";
import { sleep } from "../../../src/core/clock.js";
import { envFor, type VirtualEnv } from "../../../src/core/env.js";
import { virtualEnv } from "../../../src/env/virtual-env.js";
import { AbortedError, TimeoutError } from "../../../src/core/errors.js";
import type { CtapHandler, KeepaliveStatus } from "../../../src/ctap/device.js";
import { TransportError } from "../../../src/ctap/transport-error.js";
import { type SimHidKnobs, simHidPort } from "../../../src/sim/hid/sim-hid.js";
import { openHidDevice, type HidDeviceOptions } from "../../../src/transports/hid/channel.js";
import type { HidMessage } from "../../../src/transports/hid/framing.js";
import { scriptedHidPort, type ScriptedHidPort } from "../../helpers/scripted-hid-port.js";
import { contractFirmware } from "../../contract/ctap-device.js";

const GET_INFO = Uint8Array.of(0x04);
const MAKE_CREDENTIAL = Uint8Array.of(0x01);
const SELECTION = Uint8Array.of(0x0b);
const CHANNEL = 0x01020304;
const INIT = 0x06;
const CBOR = 0x10;
const CANCEL = 0x11;
const KEEPALIVE = 0x3b;
const ERROR = 0x3f;

const kinds = (env: VirtualEnv, kind: string) => env.records.filter((record) => record.kind === kind);
const fired = (env: VirtualEnv) =>
  kinds(env, "timer.fired").map((record) => "timer" in record && record.timer);

/** A host on a simulated cable; each test turns one knob. */
async function onCable(setup: { cbor?: CtapHandler; knobs?: SimHidKnobs; options?: HidDeviceOptions } = {}) {
  const env = virtualEnv("channel");
  const port = simHidPort(envFor(env, "key"), { cbor: setup.cbor ?? contractFirmware }, setup.knobs);
  const device = await env.clock.run(openHidDevice(envFor(env, "host"), port, setup.options));
  return { env, port, device };
}

const initAnswer = (nonce: Uint8Array, channel = CHANNEL): Uint8Array =>
  concat(nonce, Uint8Array.of(channel >>> 24, channel >>> 16, channel >>> 8, channel, 2, 5, 4, 3, 0x05));

/** A host and a device whose words, INIT apart, are the test's. */
async function onScript(
  hear: (message: HidMessage, port: ScriptedHidPort) => void,
  options: HidDeviceOptions = {},
  beforeWrite?: (written: number) => Promise<void>,
) {
  const env = virtualEnv("script");
  const port = scriptedHidPort((message, port) => {
    if (message.command !== INIT) return hear(message, port);
    port.say({ ...message, payload: initAnswer(message.payload) });
  }, beforeWrite);
  const device = await env.clock.run(openHidDevice(env, port, options));
  return { env, port, device };
}

const answer = (message: HidMessage, ...payload: number[]): HidMessage => ({
  ...message,
  payload: Uint8Array.from(payload),
});

describe("opening", () => {
  const opening = (
    respond: (message: HidMessage, port: ScriptedHidPort) => void,
    options?: HidDeviceOptions,
  ) => {
    const env = virtualEnv("opening");
    const port = scriptedHidPort(respond);
    return { env, port, opened: env.clock.run(openHidDevice(env, port, options)) };
  };

  test("reads what the INIT response says", async () => {
    const { opened } = opening((message, port) =>
      port.say({ ...message, payload: initAnswer(message.payload) }),
    );
    expect((await opened).init).toEqual({
      channel: CHANNEL,
      protocolVersion: 2,
      deviceVersion: { major: 5, minor: 4, build: 3 },
      capabilities: { wink: true, cbor: true, msg: true, raw: 5 },
    });
  });

  test("asks on the broadcast channel with a nonce from the entropy it was given", async () => {
    const { env, port, opened } = opening((message, port) =>
      port.say({ ...message, payload: initAnswer(message.payload) }),
    );
    await opened;
    const expected = virtualEnv(env.seed).entropy.bytes(8);
    expect(port.messages).toEqual([{ channel: 0xffff_ffff, command: INIT, payload: expected }]);
  });

  test("ignores the answer to another program's nonce", async () => {
    const { opened } = opening((message, port) => {
      port.say({ ...message, payload: initAnswer(new Uint8Array(8), 0x99) });
      port.say({ ...message, payload: initAnswer(message.payload) });
    });
    expect((await opened).init.channel).toBe(CHANNEL);
  });

  test("accepts an answer longer than 17 bytes", async () => {
    const { opened } = opening((message, port) =>
      port.say({ ...message, payload: concat(initAnswer(message.payload), new Uint8Array(60)) }),
    );
    expect((await opened).init.channel).toBe(CHANNEL);
  });

  test("an answer of 16 bytes breaks the protocol", async () => {
    const { opened } = opening((message, port) =>
      port.say({ ...message, payload: initAnswer(message.payload).subarray(0, 16) }),
    );
    await expect(opened).rejects.toMatchObject({ code: "PROTOCOL_VIOLATION", aftermath: "none" });
  });

  test("no answer: hid.init, nothing left behind, and the port closed", async () => {
    const { env, port, opened } = opening(() => {});
    await expect(opened).rejects.toMatchObject({ code: "TIMEOUT", timer: "hid.init", aftermath: "none" });
    expect(env.clock.nowMs()).toBe(3_000);
    expect((await port.reports()[Symbol.asyncIterator]().next()).done).toBe(true);
  });

  test("waits for a slow board: 372 ms", async () => {
    const { env } = await onCable({ knobs: { initDelayMs: 372 } });
    expect(env.clock.nowMs()).toBe(372);
  });

  test("asks again while another program's lock lasts", async () => {
    let asked = 0;
    const { env, opened } = opening((message, port) => {
      if (++asked < 4) port.say({ ...message, command: ERROR, payload: Uint8Array.of(6) });
      else port.say({ ...message, payload: initAnswer(message.payload) });
    });
    await opened;
    expect(env.clock.nowMs()).toBe(300);
    expect(kinds(env, "link.busy")).toHaveLength(3);
  });

  test("a refusal is named", async () => {
    const { opened } = opening((message, port) =>
      port.say({ ...message, command: ERROR, payload: Uint8Array.of(0x0b) }),
    );
    await expect(opened).rejects.toMatchObject({ code: "HID_INVALID_CHANNEL", error: 0x0b });
  });

  test("the caller's signal ends it", async () => {
    const { opened } = opening(() => {}, { signal: AbortSignal.abort("enough") });
    await expect(opened).rejects.toMatchObject({ code: "ABORTED", aftermath: "none", cause: "enough" });
  });

  test("a device that goes away meanwhile", async () => {
    const { opened } = opening((_, port) => port.end(new TransportError("DEVICE_GONE", "pulled")));
    await expect(opened).rejects.toMatchObject({ code: "DEVICE_GONE" });
  });
});

describe("a transaction", () => {
  test("carries requests and answers of several reports", async () => {
    const { env, device } = await onCable({ cbor: (request) => Promise.resolve(request.toReversed()) });
    const request = Uint8Array.from({ length: 7609 }, (_, index) => index);
    expect(await env.clock.run(device.transact(request))).toEqual(request.toReversed());
  });

  test("a request longer than 7609 bytes never leaves, and the next needs no INIT", async () => {
    const { env, device } = await onCable();
    await expect(env.clock.run(device.transact(new Uint8Array(7610)))).rejects.toMatchObject({
      code: "HID_MESSAGE_TOO_LONG",
      aftermath: "none",
    });
    await env.clock.run(device.transact(GET_INFO));
    expect(kinds(env, "link.resynchronised")).toEqual([]);
  });

  test("other programs' frames in between change nothing", async () => {
    const { env, device } = await onCable({
      cbor: () => Promise.resolve(new Uint8Array(500)),
      knobs: { foreignFrames: true },
    });
    expect(await env.clock.run(device.transact(GET_INFO))).toHaveLength(500);
  });

  test("onKeepalive hears changes, not repeats; unknown bytes become findings", async () => {
    const { env, device } = await onScript((message, port) => {
      for (const status of [1, 1, 2, 2, 3, 3, 1]) {
        port.say({ ...answer(message, status), command: KEEPALIVE });
      }
      port.say(answer(message, 0));
    });
    const heard: KeepaliveStatus[] = [];
    await env.clock.run(device.transact(GET_INFO, { onKeepalive: (status) => heard.push(status) }));
    expect(heard).toEqual(["processing", "up-needed", "processing"]);
    expect(kinds(env, "ctap.finding")).toEqual([
      expect.objectContaining({ command: "getInfo", fault: "HID_KEEPALIVE_STATUS_0x03", offset: 7 }),
    ]);
  });

  test("a callback that throws fails its own call and nobody else's", async () => {
    const { env, device } = await onCable();
    const onKeepalive = () => {
      throw new RangeError("the caller's bug");
    };
    await expect(env.clock.run(device.transact(SELECTION, { onKeepalive }))).rejects.toThrow(RangeError);
    expect((await env.clock.run(device.transact(GET_INFO)))[0]).toBe(0);
  });

  test.each([
    [0x01, "HID_INVALID_CMD", "none"],
    [0x05, "HID_MSG_TIMEOUT", "none"],
    [0x0a, "HID_LOCK_REQUIRED", "none"],
    [0x7f, "HID_OTHER", "unknown"],
    [0x55, "HID_0x55", "unknown"],
  ])("ERROR %i is %s with aftermath %s", async (byte, code, aftermath) => {
    const { env, device } = await onScript((message, port) =>
      port.say({ ...answer(message, byte), command: ERROR }),
    );
    await expect(env.clock.run(device.transact(GET_INFO))).rejects.toMatchObject({
      code,
      aftermath,
      error: byte,
    });
  });

  test("a channel the device forgot is asked for anew before the next request", async () => {
    let given = CHANNEL;
    const env = virtualEnv("forgotten");
    const port = scriptedHidPort((message, port) => {
      const unknown = message.channel !== 0xffff_ffff && message.channel !== given;
      if (unknown) port.say({ ...message, command: ERROR, payload: Uint8Array.of(0x0b) });
      else if (message.command === INIT)
        port.say({ ...message, payload: initAnswer(message.payload, given) });
      else port.say(answer(message, 0));
    });
    const device = await env.clock.run(openHidDevice(env, port));
    given = 0x77;
    await expect(env.clock.run(device.transact(GET_INFO))).rejects.toMatchObject({
      code: "HID_INVALID_CHANNEL",
      aftermath: "none",
    });
    expect([...(await env.clock.run(device.transact(GET_INFO)))]).toEqual([0]);
    expect(device.init.channel).toBe(0x77);
  });

  test("the commands only CTAPHID has: ping, wink, lock, msg", async () => {
    const { env, port, device } = await onScript((message, port) => port.say(message));
    expect([...(await env.clock.run(device.ping(Uint8Array.of(1, 2, 3))))]).toEqual([1, 2, 3]);
    await env.clock.run(device.wink());
    await env.clock.run(device.lock(10));
    const apdu = Uint8Array.of(0, 3, 0, 0, 0, 0, 0);
    expect(await env.clock.run(device.sendMsg(apdu))).toEqual(apdu);
    expect(port.messages.slice(1).map(({ command, payload }) => `${command} ${toHex(payload)}`)).toEqual([
      "1 010203",
      "8 ",
      "4 0a",
      "3 00030000000000",
    ]);
  });

  test.each([-1, 11, 1.5])("a lock of %d seconds is the programmer's mistake", async (seconds) => {
    const { env, device } = await onCable();
    await expect(env.clock.run(device.lock(seconds))).rejects.toBeInstanceOf(RangeError);
  });
});

describe("silence", () => {
  const touchAfter =
    (ms: number): CtapHandler =>
    async () => {
      await sleep(clockOf.env.clock, ms, "test.touch");
      return Uint8Array.of(0);
    };
  const clockOf = {} as { env: VirtualEnv };
  const opened = async (setup: Parameters<typeof onCable>[0]) => {
    const stage = await onCable(setup);
    clockOf.env = stage.env;
    return stage;
  };

  test("keepalives keep a request alive for as long as it takes", async () => {
    const { env, device } = await opened({ cbor: touchAfter(118_000) });
    expect([...(await env.clock.run(device.transact(MAKE_CREDENTIAL)))]).toEqual([0]);
    expect(fired(env)).toEqual([]);
  });

  test("20 s without a frame is hid.silence, and the device may still act", async () => {
    const { env, device } = await opened({ cbor: touchAfter(118_000), knobs: { keepaliveMs: null } });
    const call = env.clock.run(device.transact(MAKE_CREDENTIAL));
    await expect(call).rejects.toMatchObject({
      code: "TIMEOUT",
      timer: "hid.silence",
      budgetMs: 20_000,
      aftermath: "unknown",
    });
    expect(env.clock.nowMs()).toBe(20_000);
    expect(fired(env)).toEqual(["hid.silence"]);
  });

  test("it counts from the last frame: keepalives that stop at 2 s end it at 22 s", async () => {
    const knobs = { stallAfterMs: 2_050, stallForMs: 25_000 };
    const { env, device } = await opened({ cbor: touchAfter(118_000), knobs });
    await expect(env.clock.run(device.transact(MAKE_CREDENTIAL))).rejects.toMatchObject({
      timer: "hid.silence",
    });
    expect(env.clock.nowMs()).toBe(22_000);
  });

  test("null waits for ever", async () => {
    const setup = { cbor: touchAfter(600_000), knobs: { keepaliveMs: null }, options: { silenceMs: null } };
    const { env, device } = await opened(setup);
    expect([...(await env.clock.run(device.transact(MAKE_CREDENTIAL)))]).toEqual([0]);
    expect(env.records.filter((record) => "timer" in record && record.timer === "hid.silence")).toEqual([]);
  });

  test("giving up tells the device: it is sent CANCEL and the touch comes to nothing", async () => {
    const { env, port, device } = await onScript(() => {}, { silenceMs: 1_000 });
    await expect(env.clock.run(device.transact(MAKE_CREDENTIAL))).rejects.toMatchObject({
      timer: "hid.silence",
    });
    expect(port.messages.map(({ command }) => command)).toEqual([INIT, CBOR, CANCEL]);
  });

  test("a message announced longer than it is ends in silence, not for ever", async () => {
    const { env, device } = await onScript((message, port) => {
      const report = new Uint8Array(64);
      report.set([1, 2, 3, 4, 0x80 | message.command, 0, 200]);
      port.sayReport(report);
    });
    await expect(env.clock.run(device.transact(GET_INFO))).rejects.toMatchObject({ timer: "hid.silence" });
  });
});

describe("busy", () => {
  test("a device busy for a moment is asked again every 100 ms", async () => {
    const { env, device } = await onCable({ knobs: { busyMs: 700 } });
    expect((await env.clock.run(device.transact(GET_INFO)))[0]).toBe(0);
    expect(env.clock.nowMs()).toBe(700);
    expect(kinds(env, "link.busy")).toHaveLength(7);
  });

  test("a device busy for the whole budget is CHANNEL_BUSY, nothing left behind, hid.busy named", async () => {
    const { env, device } = await onCable({
      knobs: { busyMs: Infinity },
      options: { busyPatienceMs: 2_050 },
    });
    await expect(env.clock.run(device.transact(GET_INFO))).rejects.toMatchObject({
      code: "CHANNEL_BUSY",
      aftermath: "none",
      hint: expect.stringContaining("another program") as string,
    });
    expect(env.clock.nowMs()).toBe(2_050);
    expect(fired(env)).toEqual(["hid.busy"]);
  });

  test("an abort ends the waiting at once", async () => {
    const { env, device } = await onCable({ knobs: { busyMs: Infinity } });
    const abort = new AbortController();
    env.clock.arm(350, "test.abort", () => abort.abort());
    const call = device.transact(GET_INFO, { signal: abort.signal });
    await expect(env.clock.run(call)).rejects.toMatchObject({ code: "ABORTED", aftermath: "none" });
    expect(env.clock.nowMs()).toBe(350);
  });

  test("a lock of another program makes a request wait, not fail", async () => {
    const { env, port, device } = await onCable();
    const other = await env.clock.run(openHidDevice(envFor(env, "other"), port.openAgain()));
    await env.clock.run(other.lock(3));
    expect((await env.clock.run(device.transact(GET_INFO)))[0]).toBe(0);
    expect(env.clock.nowMs()).toBe(3_000);
  });
});

describe("cancelling", () => {
  const abortAfter = (env: VirtualEnv, ms: number, reason?: unknown) => {
    const abort = new AbortController();
    env.clock.arm(ms, "test.abort", () => abort.abort(reason));
    return abort.signal;
  };

  test("sends CANCEL and gives the device's own answer", async () => {
    const { env, device } = await onCable();
    const call = device.transact(SELECTION, { signal: abortAfter(env, 500) });
    expect([...(await env.clock.run(call))]).toEqual([0x2d]);
    expect(env.clock.nowMs()).toBe(500);
  });

  test("a real answer that crosses the CANCEL is the answer", async () => {
    const { env, device } = await onScript((message, port) => {
      if (message.command === CANCEL) port.say({ ...answer(message, 0, 0xa0), command: CBOR });
    });
    const call = device.transact(MAKE_CREDENTIAL, { signal: abortAfter(env, 500) });
    expect([...(await env.clock.run(call))]).toEqual([0, 0xa0]);
  });

  test("a device that ignores it: the reason after hid.cancel, and it may still act", async () => {
    const { env, device } = await onCable({ knobs: { cancel: "ignored" } });
    const call = device.transact(SELECTION, { signal: abortAfter(env, 500, "enough") });
    await expect(env.clock.run(call)).rejects.toMatchObject({
      code: "ABORTED",
      aftermath: "unknown",
      cause: "enough",
    });
    expect(env.clock.nowMs()).toBe(1_500);
    expect(fired(env)).toEqual(["hid.cancel"]);
  });

  test("a budget of the caller stays the reason: the report names its timer", async () => {
    const { env, device } = await onCable({ knobs: { cancel: "ignored" } });
    const reason = new TimeoutError({ timer: "client.ceremony", budgetMs: 500, aftermath: "unknown" });
    const call = device.transact(SELECTION, { signal: abortAfter(env, 500, reason) });
    await expect(env.clock.run(call)).rejects.toBe(reason);
  });

  test("old firmware's error frame in answer to CANCEL is the caller's own reason", async () => {
    const { env, device } = await onCable({ knobs: { cancel: "answered-as-error" } });
    const reason = new AbortedError("enough");
    const call = device.transact(SELECTION, { signal: abortAfter(env, 500, reason) });
    await expect(env.clock.run(call)).rejects.toBe(reason);
    expect(env.clock.nowMs()).toBe(500);
  });

  test("U2F cannot be cancelled: the caller leaves at once and no CANCEL is sent", async () => {
    const { env, port, device } = await onScript(() => {});
    const call = device.sendMsg(new Uint8Array(7), { signal: abortAfter(env, 500) });
    await expect(env.clock.run(call)).rejects.toMatchObject({ code: "ABORTED", aftermath: "unknown" });
    expect(port.messages.map(({ command }) => command)).toEqual([INIT, 0x03]);
  });

  test("an abort while the request is being written waits for its end: half a message cannot be cancelled", async () => {
    const abort = new AbortController();
    const { env, port, device } = await onScript(
      (message, port) => {
        if (message.command === CANCEL) port.say({ ...answer(message, 0x2d), command: CBOR });
      },
      {},
      (written) => {
        if (written === 2) abort.abort();
        return Promise.resolve();
      },
    );
    const call = device.transact(new Uint8Array(200), { signal: abort.signal });
    expect([...(await env.clock.run(call))]).toEqual([0x2d]);
    expect(port.messages.map(({ command }) => command)).toEqual([INIT, CBOR, CANCEL]);
  });

  test("the second 0x2D of a device that answers twice is not the next request's answer", async () => {
    const knobs = { cancel: "answered-twice", staleAnswerMs: 50 } as const;
    const slowInfo: CtapHandler = async (request, options) => {
      if (request[0] === GET_INFO[0]) await sleep(env.clock, 200, "test.slow");
      return contractFirmware(request, options);
    };
    const { env, device } = await onCable({ cbor: slowInfo, knobs });
    const cancelled = device.transact(SELECTION, { signal: abortAfter(env, 500) });
    const next = device.transact(GET_INFO);
    const answers = await env.clock.run(Promise.all([cancelled, next]));
    expect(answers.map(([status]) => status)).toEqual([0x2d, 0]);
    expect(kinds(env, "link.resynchronised")).toEqual([expect.objectContaining({ reason: "cancelled" })]);
  });

  test("a late answer nobody waits for is traced as discarded, and the next request gets its own", async () => {
    const late: CtapHandler = async (request, options) => {
      if (request[0] === GET_INFO[0]) return contractFirmware(request, options);
      await sleep(env.clock, 118_000, "test.touch");
      return Uint8Array.of(0, 0xa0);
    };
    const { env, device } = await onCable({ cbor: late, knobs: { cancel: "ignored" } });
    const call = device.transact(MAKE_CREDENTIAL, { signal: abortAfter(env, 60_000) });
    await expect(env.clock.run(call)).rejects.toMatchObject({ aftermath: "unknown" });
    await env.clock.advance(60_000);
    expect(kinds(env, "ctap.discarded")).toEqual([
      expect.objectContaining({ command: "makeCredential", status: "OK", atMs: 118_000 }),
    ]);
    expect((await env.clock.run(device.transact(GET_INFO)))[0]).toBe(0);
  });
});

describe("a device that had begun", () => {
  /** Says that it waits for a touch, and goes on 100 ms later. */
  const begun = (further: (message: HidMessage, port: ScriptedHidPort, env: VirtualEnv) => void) => {
    const world: { env?: VirtualEnv } = {};
    const script = onScript((message, port) => {
      if (message.command !== CBOR) return;
      port.say({ ...answer(message, 2), command: KEEPALIVE });
      const env = world.env as VirtualEnv;
      env.clock.arm(100, "test.further", () => further(message, port, env));
    });
    return script.then((opened) => Object.assign(opened, Object.assign(world, { env: opened.env })));
  };

  test.each([0x01, 0x03, 0x05, 0x06, 0x0b, 0x7f])(
    "and says CTAPHID_ERROR 0x%s: it may still act, and is told to stop",
    async (error) => {
      const { env, port, device } = await begun((message, port) =>
        port.say({ ...answer(message, error), command: ERROR }),
      );
      await expect(env.clock.run(device.transact(MAKE_CREDENTIAL))).rejects.toMatchObject({
        error,
        aftermath: "unknown",
      });
      expect(port.messages.map(({ command }) => command)).toEqual([INIT, CBOR, CANCEL]);
    },
  );

  test("and answers another command: it is told to stop", async () => {
    const { env, port, device } = await begun((message, port) =>
      port.say({ ...answer(message, 0), command: 0x03 }),
    );
    await expect(env.clock.run(device.transact(MAKE_CREDENTIAL))).rejects.toMatchObject({
      code: "PROTOCOL_VIOLATION",
      aftermath: "unknown",
    });
    expect(port.messages.map(({ command }) => command)).toEqual([INIT, CBOR, CANCEL]);
  });

  test("whose caller fails over a keepalive: it is told to stop", async () => {
    const { env, port, device } = await begun((message, port) =>
      port.say({ ...answer(message, 1), command: KEEPALIVE }),
    );
    const mistake = new Error("the caller's own");
    const onKeepalive = (status: KeepaliveStatus) => {
      if (status === "processing") throw mistake;
    };
    await expect(env.clock.run(device.transact(MAKE_CREDENTIAL, { onKeepalive }))).rejects.toBe(mistake);
    expect(port.messages.map(({ command }) => command)).toEqual([INIT, CBOR, CANCEL]);
  });
});

test.each([
  [1, "none"],
  [4, "unknown"],
])(
  "a foreign port whose write of report %i throws what it likes is gone, aftermath %s",
  async (nth, aftermath) => {
    const cause = new Error("EPIPE");
    // Write 0 is INIT's.
    const { env, device } = await onScript(
      () => {},
      {},
      (written) => (written === nth ? Promise.reject(cause) : Promise.resolve()),
    );
    await expect(env.clock.run(device.transact(new Uint8Array(200)))).rejects.toMatchObject({
      code: "DEVICE_GONE",
      aftermath,
      cause,
    });
  },
);

describe("a device that breaks the rules", () => {
  const header = (...bytes: number[]) => {
    const report = new Uint8Array(64);
    report.set([1, 2, 3, 4, ...bytes]);
    return report;
  };
  const BROKEN: readonly (readonly [string, readonly Uint8Array[]])[] = [
    ["skips a packet", [header(0x90, 0, 100), header(1)]],
    ["sends a packet twice", [header(0x90, 0, 200), header(0), header(0)]],
    ["starts over in the middle", [header(0x90, 0, 100), header(0x90, 0, 1)]],
    ["answers another command", [header(0x83, 0, 2, 0x90)]],
    ["sends a continuation of nothing", [header(0)]],
    ["announces more than packets can carry", [header(0x90, 0xff, 0xff)]],
    ["sends 63 bytes", [header(0x90, 0, 1).subarray(0, 63)]],
  ];

  test.each(BROKEN)("%s: PROTOCOL_VIOLATION, then INIT before the next request", async (_, reports) => {
    let broken = true;
    const { env, port, device } = await onScript((message, port) => {
      if (broken) reports.forEach((report) => port.sayReport(report));
      else port.say(answer(message, 0));
      broken = false;
    });
    await expect(env.clock.run(device.transact(GET_INFO))).rejects.toMatchObject({
      code: "PROTOCOL_VIOLATION",
      aftermath: "unknown",
    });
    expect([...(await env.clock.run(device.transact(GET_INFO)))]).toEqual([0]);
    expect(port.messages.map(({ channel, command }) => [channel, command])).toEqual([
      [0xffff_ffff, INIT],
      [CHANNEL, CBOR],
      [CHANNEL, INIT],
      [CHANNEL, CBOR],
    ]);
  });

  test("a frame too many after the answer: INIT before the next request", async () => {
    const { env, device } = await onScript((message, port) => {
      port.say(answer(message, 0));
      port.sayReport(header(0));
    });
    await env.clock.run(device.transact(GET_INFO));
    await env.clock.run(device.transact(GET_INFO));
    expect(kinds(env, "link.resynchronised")).toEqual([
      expect.objectContaining({ reason: "unexpected frame" }),
    ]);
  });

  test("frames left over when INIT is asked for are dropped", async () => {
    const env = virtualEnv("leftover");
    const port = scriptedHidPort((message, port) => {
      if (message.command === INIT) {
        port.say({ channel: CHANNEL, command: CBOR, payload: Uint8Array.of(0x2d) });
        port.say({ ...message, payload: initAnswer(message.payload) });
      } else port.say(answer(message, 0));
    });
    const device = await env.clock.run(openHidDevice(env, port));
    await env.clock.run(device.resynchronise());
    expect([...(await env.clock.run(device.transact(GET_INFO)))]).toEqual([0]);
    expect(kinds(env, "ctap.discarded")).toHaveLength(1);
  });
});

describe("the end of a device", () => {
  test("unplugged in the middle of a request: DEVICE_GONE, and it may have acted", async () => {
    const { env, device } = await onCable({ knobs: { unplugAtMs: 2_500 } });
    await expect(env.clock.run(device.transact(SELECTION))).rejects.toMatchObject({
      code: "DEVICE_GONE",
      aftermath: "unknown",
    });
    expect(env.clock.nowMs()).toBe(2_500);
    expect(kinds(env, "link.lost")).toHaveLength(1);
    await expect(env.clock.run(device.transact(GET_INFO))).rejects.toMatchObject({
      code: "DEVICE_GONE",
      aftermath: "none",
    });
  });

  test.each([1, 2, 3, 4])("a write that fails at report %i: nothing was sent", async (failing) => {
    const { env, device } = await onScript(
      () => {},
      {},
      (written) =>
        written === failing
          ? Promise.reject(new TransportError("DEVICE_GONE", "the pipe broke"))
          : Promise.resolve(),
    );
    await expect(env.clock.run(device.transact(new Uint8Array(200)))).rejects.toMatchObject({
      code: "DEVICE_GONE",
      aftermath: "none",
    });
  });

  test("lost between the first report and the last: a device cannot act on half a message", async () => {
    const held: { port?: ScriptedHidPort } = {};
    const { env, port, device } = await onScript(
      () => {},
      {},
      async (written) => {
        if (written !== 2) return;
        held.port?.end(new TransportError("DEVICE_GONE", "pulled"));
        await Promise.resolve();
      },
    );
    held.port = port;
    await expect(env.clock.run(device.transact(new Uint8Array(200)))).rejects.toMatchObject({
      code: "DEVICE_GONE",
      aftermath: "none",
    });
  });

  test("a link that ends in good order without us is LINK_CLOSED", async () => {
    const { env, device } = await onScript((_, port) => port.end());
    await expect(env.clock.run(device.transact(GET_INFO))).rejects.toMatchObject({
      code: "LINK_CLOSED",
      aftermath: "unknown",
    });
  });

  test("disposed of in the middle of a request: the device is told, the caller too, the queue as well", async () => {
    const { env, port, device } = await onScript(() => {});
    const running = device.transact(MAKE_CREDENTIAL);
    const queued = device.transact(GET_INFO);
    const ends = Promise.allSettled([running, queued]);
    await env.clock.advance(100);
    await env.clock.run(Promise.resolve(device[Symbol.asyncDispose]()));
    expect(await env.clock.run(ends)).toMatchObject([
      { reason: { code: "DEVICE_GONE", aftermath: "unknown" } },
      { reason: { code: "DEVICE_GONE", aftermath: "none" } },
    ]);
    expect(port.messages.map(({ command }) => command)).toEqual([INIT, CBOR, CANCEL]);
  });
});

describe("the trace", () => {
  const hexes = (env: VirtualEnv) =>
    kinds(env, "link.hid").map((record) => ("hex" in record ? record.hex : ""));
  const secret = new Uint8Array(100).fill(0x5e);

  test("carries headers only: what is in a message may be somebody's key", async () => {
    const { env, device } = await onCable({ cbor: (request) => Promise.resolve(request) });
    await env.clock.run(device.transact(secret));
    expect(hexes(env).length).toBe(6);
    expect(hexes(env).join(" ")).not.toContain("5e5e");
  });

  test("carries whole reports where somebody asked for them", async () => {
    const { env, device } = await onCable({
      cbor: (request) => Promise.resolve(request),
      options: { frames: "full" },
    });
    await env.clock.run(device.transact(secret));
    expect(hexes(env).every((hex) => hex.length === 128)).toBe(true);
  });

  test("opened, closed, and every budget that was armed was fired or disarmed", async () => {
    const { env, device } = await onCable({ knobs: { busyTimes: 2 } });
    await env.clock.run(device.transact(GET_INFO));
    const abort = new AbortController();
    await env.clock.run(
      device.transact(SELECTION, { signal: abort.signal, onKeepalive: () => abort.abort() }),
    );
    await device[Symbol.asyncDispose]();
    expect(kinds(env, "link.opened")).toHaveLength(1);
    expect(kinds(env, "link.closed")).toHaveLength(1);
    const count = (kind: string) =>
      kinds(env, kind)
        .map((record) => ("timer" in record ? record.timer : ""))
        .toSorted();
    expect(count("timer.armed")).toEqual([...count("timer.fired"), ...count("timer.disarmed")].toSorted());
    expect(count("timer.armed")).toContain("hid.busy");
    expect(count("timer.armed")).toContain("hid.cancel");
  });

  test("the same seed gives the same bytes and the same trace", async () => {
    const run = async () => {
      const { env, device } = await onCable({ knobs: { foreignFrames: true, busyTimes: 1 } });
      await env.clock.run(device.transact(GET_INFO));
      return env.records;
    };
    expect(await run()).toEqual(await run());
  });
});

describe("a port of a caller's own that throws what is no error of ours", () => {
  test.each([
    ["on INIT", 0, "none"],
    ["on the only report of a request", 1, "unknown"],
  ])("%s: the error is typed and says what may be left", async (_, reportsBefore, aftermath) => {
    const failing = (written: number) =>
      written === reportsBefore ? Promise.reject(new TypeError("not ours")) : Promise.resolve();
    const asked = onScript(() => {}, {}, failing).then(({ env, device }) =>
      env.clock.run(device.transact(GET_INFO)),
    );
    await expect(asked).rejects.toMatchObject({ code: "DEVICE_GONE", aftermath });
  });

  test("that hangs when it is closed keeps no caller waiting", async () => {
    const env = virtualEnv("closing");
    const port = simHidPort(envFor(env, "key"), { cbor: contractFirmware });
    const device = await env.clock.run(
      openHidDevice(env, {
        ...port,
        label: "x",
        reports: () => port.reports(),
        write: (...w) => port.write(...w),
        close: () => new Promise<void>(() => {}),
      }),
    );
    await env.clock.run(Promise.resolve(device[Symbol.asyncDispose]()));
  });
});
