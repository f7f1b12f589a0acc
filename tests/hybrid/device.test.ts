import { describe, expect, test } from "vitest";
import { AbortedError } from "../../src/core/errors.js";
import { within } from "../../src/core/within.js";
import { encodeMakeCredentialRequest } from "../../src/ctap/messages/make-credential.js";
import { FRAME_QUIRKS } from "../../src/hybrid/protocol/frames.js";
import type { QrInitiatedOptions } from "../../src/hybrid/qr-initiated.js";
import { register } from "../../src/webauthn/client/register.js";
import { contractFirmware, describeCtapDevice } from "../contract/ctap-device.js";
import { creationOptions, ORIGIN } from "../helpers/ceremony-options.js";
import { creation } from "../sim/authenticator/bench-key.js";
import { HybridBench, type HybridBenchOptions } from "./hybrid-bench.js";

const MAKE = encodeMakeCredentialRequest(creation({ options: { uv: true } }));

/** A device whose phone has been found and waits to be asked. */
async function ready(options: HybridBenchOptions = {}, transaction: QrInitiatedOptions = {}) {
  const bench = new HybridBench(options);
  const { device, qr, connect } = bench.invite(transaction);
  const session = bench.scan(qr);
  await bench.run(connect());
  return { bench, device, session, settle: <T>(work: Promise<T>) => bench.run(work) };
}

const contractPhone = { requests: "as-authenticator" } as const;

// Cancellation is not for a phone: nothing on the wire cancels. What happens instead is below.
describeCtapDevice("HybridDevice", () => ready({ handle: contractFirmware, phone: contractPhone }));
describeCtapDevice("HybridDevice that stays open", () =>
  ready({ handle: contractFirmware, phone: contractPhone }, { shutsDown: "when-disposed" }),
);
describeCtapDevice("HybridDevice over L2CAP", () =>
  ready({ handle: contractFirmware, phone: contractPhone, channels: true }),
);
describeCtapDevice("HybridDevice whose phone has not been found yet", async () => {
  const bench = new HybridBench({ handle: contractFirmware, phone: contractPhone });
  const { device, qr } = bench.invite();
  bench.env.clock.arm(5_000, "test.scan", () => void bench.scan(qr));
  return { device, settle: <T>(work: Promise<T>) => bench.run(work) };
});

describe("a request in flight that its caller gives up", () => {
  const abortAt = (bench: HybridBench, atMs: number, reason?: Error) => {
    const abort = new AbortController();
    bench.env.clock.arm(atMs, "test.abort", () => abort.abort(reason));
    return abort.signal;
  };

  test("is let go at once, with aftermath unknown", async () => {
    const { bench, device } = await ready({ behaviour: { verifyMs: 30_000 } });
    const call = device.transact(MAKE, { signal: abortAt(bench, 10_000, new AbortedError("enough")) });
    await expect(bench.run(call)).rejects.toMatchObject({ code: "ABORTED", aftermath: "unknown" });
    expect(bench.env.clock.nowMs()).toBe(11_550);
  });

  test("is shut down, not cancelled: the phone makes its key, and the answer is discarded", async () => {
    const { bench, device, session } = await ready({ behaviour: { verifyMs: 30_000 } });
    await expect(bench.run(device.transact(MAKE, { signal: abortAt(bench, 10_000) }))).rejects.toThrow();
    expect(await bench.run(session)).toEqual({ ending: "eof-while-processing" });
    await bench.run(device.ended);
    expect(bench.store.credentials).toHaveLength(1);
    expect(bench.traced("ctap.credential")).toMatchObject([{ change: "created", atMs: 31_650 }]);
    expect(bench.traced("ctap.discarded")).toMatchObject([
      { command: "makeCredential", status: "OK", actor: "client", atMs: 31_750 },
    ]);
    expect(bench.stages("client").slice(-2)).toEqual(["shutdown-sent", "tunnel-closed"]);
  });

  test("is dropped by a phone that listens", async () => {
    const { bench, device, session } = await ready({
      behaviour: { verifyMs: 30_000 },
      phone: { ignoresShutdown: false },
    });
    await expect(bench.run(device.transact(MAKE, { signal: abortAt(bench, 10_000) }))).rejects.toThrow();
    expect(await bench.run(session)).toEqual({ ending: "eof-while-processing" });
    await bench.run(device.ended);
    expect(bench.traced("ctap.credential")).toEqual([]);
    expect(bench.traced("ctap.discarded").filter((line) => "status" in line && line.status === "OK")).toEqual(
      [],
    );
  });

  test("keeps the name of the timer that ended it", async () => {
    const { bench, device } = await ready({ behaviour: { walksAway: true } });
    const budget = { timer: "page.guard", budgetMs: 60_000, aftermath: "unknown" } as const;
    const call = within(bench.env, budget, (signal) => device.transact(MAKE, { signal }));
    await expect(bench.run(call)).rejects.toMatchObject({ code: "TIMEOUT", timer: "page.guard" });
  });
});

describe("an orphan", () => {
  test("comes of a browser's timer: an error at 180 s, a key at 195 s, and nobody to take the answer", async () => {
    const bench = new HybridBench({
      behaviour: { verifyMs: 195_000 },
      phone: { platformTimeoutMs: 300_000 },
      service: { ttlMs: 600_000 },
    });
    const { device, qr } = bench.invite();
    const session = bench.scan(qr);
    const options = creationOptions({ authenticatorSelection: { residentKey: "required" } });
    const abort = new AbortController();
    bench.env.clock.arm(180_000, "test.abort", () => abort.abort());
    const page = register(bench.client, device, options, { origin: ORIGIN, signal: abort.signal });
    await expect(bench.run(page)).rejects.toMatchObject({ code: "ABORTED", aftermath: "unknown" });
    expect([bench.env.clock.nowMs(), bench.store.credentials.length]).toEqual([180_000, 0]);
    expect(await bench.run(session)).toEqual({ ending: "eof-while-processing" });
    await bench.run(device.ended);
    expect(bench.store.credentials).toHaveLength(1);
    expect(bench.traced("user.saw").at(-1)).toMatchObject({ text: "Passkey saved", atMs: 196_650 });
    expect(bench.traced("ctap.discarded")).toMatchObject([{ status: "OK", atMs: 196_750 }]);
  });

  test("comes of a tunnel that breaks under the answer", async () => {
    // Handshake and its answer, the map, the update, the request: the sixth message is the answer.
    const { bench, device, session } = await ready({ service: { dropAfter: 5 } });
    await expect(bench.run(device.transact(MAKE))).rejects.toMatchObject({
      code: "LINK_CLOSED",
      aftermath: "unknown",
    });
    expect(await bench.run(session)).toEqual({ ending: "served" });
    expect(bench.traced("ctap.credential")).toMatchObject([{ change: "created" }]);
    expect(bench.traced("link.hybrid").at(-1)).toMatchObject({ stage: "tunnel-closed", closeCode: 1006 });
  });

  test("comes of a tunnel whose time is over while the person thinks", async () => {
    const { bench, device } = await ready({
      behaviour: { verifyMs: 150_000 },
      phone: { platformTimeoutMs: null },
    });
    await expect(bench.run(device.transact(MAKE))).rejects.toMatchObject({ code: "LINK_CLOSED" });
    expect(bench.traced("timer.fired")).toMatchObject([
      { timer: "tunnel.ttl", actor: "service", atMs: 120_650 },
    ]);
    await bench.run(Promise.all(bench.sessions));
    expect(bench.traced("ctap.credential")).toMatchObject([{ change: "created", atMs: 151_650 }]);
  });
});

describe("what ends a request without a trace of doubt", () => {
  test("a tunnel that ends before anything was asked: aftermath none", async () => {
    const { bench, device } = await ready();
    bench.service.relay.close();
    await bench.env.clock.advance(1_000);
    await expect(bench.run(device.transact(MAKE))).rejects.toMatchObject({
      code: "LINK_CLOSED",
      aftermath: "none",
    });
  });

  test("a request while the phone is looked for, given up: aftermath none, and no key anywhere", async () => {
    const bench = new HybridBench();
    const { device, qr } = bench.invite();
    const abort = new AbortController();
    bench.env.clock.arm(1_000, "test.abort", () => abort.abort());
    const session = bench.scan(qr);
    await expect(bench.run(device.transact(MAKE, { signal: abort.signal }))).rejects.toMatchObject({
      code: "ABORTED",
      aftermath: "none",
    });
    await bench.run(device.ended);
    expect(await bench.run(session)).toMatchObject({ ending: "unexpected-eof" });
    expect(bench.traced("ctap.credential")).toEqual([]);
  });

  test("a second request to a phone that answered its one", async () => {
    const { bench, device } = await ready();
    await bench.run(device.transact(MAKE));
    const again = bench.run(device.transact(MAKE));
    await expect(again).rejects.toMatchObject({ code: "DEVICE_GONE", aftermath: "none" });
    await expect(bench.run(device.transact(MAKE))).rejects.toHaveProperty("hint");
  });
});

describe("disposing of a device", () => {
  test("during a request leaves the request unknown", async () => {
    const { bench, device } = await ready({ behaviour: { walksAway: true } });
    bench.env.clock.arm(1_000, "test.dispose", () => void device[Symbol.asyncDispose]());
    await expect(bench.run(device.transact(MAKE))).rejects.toMatchObject({
      code: "DEVICE_GONE",
      aftermath: "unknown",
    });
  });

  test("before the phone came ends the search", async () => {
    const bench = new HybridBench();
    const { device, connect } = bench.invite();
    bench.env.clock.arm(1_000, "test.dispose", () => void device[Symbol.asyncDispose]());
    await expect(bench.run(connect())).rejects.toMatchObject({ code: "DEVICE_GONE", aftermath: "none" });
    await bench.run(device.ended);
    expect(bench.stages()).toEqual(["qr-shown", "failed"]);
  });

  test("before anybody looked for the phone is over at once", async () => {
    const bench = new HybridBench();
    const { device } = bench.invite();
    await device[Symbol.asyncDispose]();
    await expect(bench.run(device.ended)).resolves.toBeUndefined();
  });

  test("listens on for three minutes, then hangs up on a phone that does not", async () => {
    const { bench, device } = await ready({
      behaviour: { walksAway: true },
      service: { ttlMs: null },
      phone: { platformTimeoutMs: null },
    });
    const call = device.transact(MAKE);
    bench.env.clock.arm(1_000, "test.dispose", () => void device[Symbol.asyncDispose]());
    await expect(bench.run(call)).rejects.toThrow();
    await bench.run(device.ended);
    expect(bench.traced("timer.fired")).toMatchObject([
      { timer: "hybrid.linger", budgetMs: 180_000, atMs: 182_550 },
    ]);
  });

  test("hanging up does not listen on", async () => {
    const { bench, device } = await ready({ behaviour: { walksAway: true } });
    const call = device.transact(MAKE);
    bench.env.clock.arm(1_000, "test.hang-up", () => device.hangUp());
    await expect(bench.run(call)).rejects.toThrow();
    await bench.run(device.ended);
    expect(bench.env.clock.nowMs()).toBeLessThan(4_000);
  });
});

describe("getInfo", () => {
  test("is answered from what the phone sent along, and never sent", async () => {
    const { bench, device } = await ready();
    const answer = await bench.run(device.transact(Uint8Array.of(0x04)));
    expect(answer[0]).toBe(0);
    expect(answer.subarray(1)).toEqual(device.infoInAdvance);
    expect(bench.env.clock.nowMs()).toBe(1_550);
  });
});

describe("budgets", () => {
  test.each([
    ["hybrid.link", { linkMs: 7_000 }, {}],
    ["hybrid.scan", { scanMs: 7_000 }, {}],
    ["hybrid.tunnel", { tunnelMs: 300 }, { phone: {} }],
    [
      "hybrid.handshake",
      { handshakeMs: 500 },
      { phone: { tamper: (what: string, bytes: Uint8Array) => (what === "advert" ? bytes : undefined) } },
    ],
  ] as const)("%s is named when it ends the search", async (timer, budgets, options) => {
    const bench = new HybridBench(options);
    const { qr, connect } = bench.invite({ budgets });
    if ("phone" in options) void bench.scan(qr);
    await expect(bench.run(connect())).rejects.toMatchObject({ code: "TIMEOUT", timer, aftermath: "none" });
    expect(bench.traced("timer.fired")).toMatchObject([{ timer, actor: "client" }]);
  });
});

describe("frames that are not quite right", () => {
  const hangsUpWithAFrame = (what: string, bytes: Uint8Array) =>
    what === "update" ? Uint8Array.of(0) : bytes;

  test("a phone's shutdown is a protocol error to Chromium", async () => {
    const { bench, device } = await ready(
      { phone: { tamper: hangsUpWithAFrame } },
      { frameQuirks: FRAME_QUIRKS.chromium },
    );
    await bench.env.clock.advance(1_000);
    await expect(bench.run(device.transact(MAKE))).rejects.toMatchObject({
      code: "FRAME_UNEXPECTED",
      aftermath: "none",
    });
  });

  test("a phone's shutdown is a hang-up to others", async () => {
    const { bench, device } = await ready({ phone: { tamper: hangsUpWithAFrame } });
    await bench.env.clock.advance(1_000);
    await expect(bench.run(device.transact(MAKE))).rejects.toMatchObject({
      code: "LINK_CLOSED",
      aftermath: "none",
    });
  });

  test.each([
    ["an update that is no CBOR", "02ff", "UPDATE_MALFORMED"],
    ["an answer that nobody asked for", "0100", "FRAME_UNEXPECTED"],
    ["a frame of a type that does not exist", "04", "FRAME_UNKNOWN_TYPE"],
    ["a digital credential that nobody asked for", "037b7d", "FRAME_UNEXPECTED"],
  ])("%s ends Chromium's connection", async (_, frame, code) => {
    const bytes = Uint8Array.from(Buffer.from(frame, "hex"));
    const tamper = (what: string, said: Uint8Array) => (what === "update" ? bytes : said);
    const { bench, device } = await ready({ phone: { tamper } }, { frameQuirks: FRAME_QUIRKS.chromium });
    await bench.env.clock.advance(1_000);
    await expect(bench.run(device.transact(MAKE))).rejects.toMatchObject({ code, aftermath: "none" });
    expect(bench.stages()).toContain("failed");
  });

  test("an update that is no CBOR is passed over by a tolerant client", async () => {
    const tamper = (what: string, said: Uint8Array) => (what === "update" ? Uint8Array.of(2, 0xff) : said);
    const { bench, device } = await ready({ phone: { tamper } });
    expect((await bench.run(device.transact(MAKE)))[0]).toBe(0);
  });

  test("an answer of another type than was asked for leaves the request unknown", async () => {
    const tamper = (what: string, said: Uint8Array) => (what === "answer" ? Uint8Array.of(9) : said);
    const { bench, device } = await ready({ phone: { tamper } });
    await expect(bench.run(device.transact(MAKE))).rejects.toMatchObject({
      code: "FRAME_UNKNOWN_TYPE",
      aftermath: "unknown",
    });
  });
});
