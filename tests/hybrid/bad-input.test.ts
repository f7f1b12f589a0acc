import { describe, expect, test } from "vitest";
import { encodeMakeCredentialRequest } from "../../src/ctap/messages/make-credential.js";
import { defaultCrypto } from "../../src/crypto/default.js";
import { SEALED_BYTES_MAX, SEQUENCE_MAX } from "../../src/hybrid/protocol/constants.js";
import { Crypter } from "../../src/hybrid/protocol/crypter.js";
import { hybridSettings } from "../../src/hybrid/hybrid-options.js";
import { HybridConnection } from "../../src/hybrid/connection.js";
import type { HandshakeComplete } from "../../src/hybrid/stages.js";
import { padMessage } from "../../src/hybrid/protocol/padding.js";
import { encodePostHandshake } from "../../src/hybrid/protocol/post-handshake.js";
import { withScannerFaults, withTunnelFaults, type LinkFaultRule } from "../../src/sim/faults/link-faults.js";
import { creation } from "../sim/authenticator/bench-key.js";
import { memoryTunnels } from "../helpers/memory-tunnels.js";
import { HybridBench, type HybridBenchOptions } from "./hybrid-bench.js";

const MAKE = encodeMakeCredentialRequest(creation({ options: { uv: true } }));

/** A computer whose tunnel does this to its messages, and what came of one request. */
async function askThrough(rules: readonly LinkFaultRule[], options: HybridBenchOptions = {}) {
  let book = { assertAllUsed() {} };
  const bench: HybridBench = new HybridBench({
    ...options,
    dialer: (dialer) => {
      const faulty = withTunnelFaults(bench.env, dialer, rules);
      book = faulty;
      return faulty;
    },
  });
  const { device, qr } = bench.invite();
  const session = bench.scan(qr);
  const outcome = await bench.run(
    device.transact(MAKE).then(
      () => "answered",
      (error: unknown) => error,
    ),
  );
  await bench.run(device.ended);
  book.assertAllUsed();
  return { bench, outcome, ending: await bench.run(session) };
}

const rule = (nth: number, effect: LinkFaultRule["effect"], direction: "in" | "out" = "in") => [
  { id: "fault", nth, direction, effect },
];

const LAST = { do: "corrupt", offset: -1 } as const;

/** What comes in: 1 message 2, 2 the map, 3 the update, 4 the answer. What goes out: 1 message 1, 2 the request. */
describe("a message that is not what was sent", () => {
  test.each([
    ["message 2, altered", rule(1, LAST), "HANDSHAKE_REJECTED", "none"],
    ["message 2, its key no point", rule(1, { do: "corrupt", offset: 1 }), "HANDSHAKE_MALFORMED", "none"],
    ["message 2, in another form", rule(1, { do: "corrupt", offset: 0 }), "HANDSHAKE_MALFORMED", "none"],
    ["message 2, too long", rule(1, { do: "lengthen", toBytes: 82 }), "HANDSHAKE_MALFORMED", "none"],
    ["message 2, empty", rule(1, { do: "replace", bytes: new Uint8Array(0) }), "HANDSHAKE_MALFORMED", "none"],
    ["message 2, lost", rule(1, { do: "lose" }), "HANDSHAKE_MALFORMED", "none"],
    ["message 2, twice", rule(1, { do: "duplicate" }), "FRAME_REJECTED", "none"],
    ["message 1, altered", rule(1, LAST, "out"), "TUNNEL_CLOSED", "none"],
    ["the map, altered", rule(2, LAST), "FRAME_REJECTED", "none"],
    ["the map, lost", rule(2, { do: "lose" }), "FRAME_REJECTED", "none"],
    ["the map behind the update", rule(2, { do: "swap" }), "FRAME_REJECTED", "none"],
    [
      "the map, too long for anybody",
      rule(2, { do: "lengthen", toBytes: SEALED_BYTES_MAX + 1 }),
      "FRAME_TOO_LARGE",
      "none",
    ],
    ["the map, twice", rule(2, { do: "duplicate" }), "FRAME_REJECTED", "none"],
    ["the update, altered", rule(3, LAST), "FRAME_REJECTED", "unknown"],
    ["the update, lost", rule(3, { do: "lose" }), "FRAME_REJECTED", "unknown"],
    ["the request, altered", rule(2, LAST, "out"), "LINK_CLOSED", "unknown"],
    ["the request, twice", rule(2, { do: "duplicate" }, "out"), "LINK_CLOSED", "unknown"],
    ["the answer, altered", rule(4, LAST), "FRAME_REJECTED", "unknown"],
    [
      "the answer, too long for anybody",
      rule(4, { do: "lengthen", toBytes: SEALED_BYTES_MAX + 1 }),
      "FRAME_TOO_LARGE",
      "unknown",
    ],
    ["the answer, empty", rule(4, { do: "replace", bytes: new Uint8Array(0) }), "FRAME_REJECTED", "unknown"],
    ["a tunnel that breaks before message 2", rule(1, { do: "hang-up" }), "TUNNEL_CLOSED", "none"],
    ["a tunnel that breaks before the answer", rule(4, { do: "hang-up" }), "LINK_CLOSED", "unknown"],
  ] as const)("%s", async (_, rules, code, aftermath) => {
    const { bench, outcome } = await askThrough(rules);
    expect(outcome).toMatchObject({ code, aftermath });
    const last = bench.traced("link.hybrid").filter((line) => "actor" in line && line.actor === "client");
    expect(last).toContainEqual(
      expect.objectContaining({ stage: code === "LINK_CLOSED" ? "tunnel-closed" : "failed" }),
    );
  });

  test("in the handshake, the trace says where it failed", async () => {
    const { bench } = await askThrough(rule(1, LAST));
    expect(bench.traced("link.hybrid")).toContainEqual(
      expect.objectContaining({
        actor: "client",
        stage: "failed",
        step: "handshake",
        code: "HANDSHAKE_REJECTED",
      }),
    );
  });

  test("the phone ends as silently as phones do when message 1 is wrong", async () => {
    const { bench, ending } = await askThrough(rule(1, LAST, "out"));
    expect(ending).toMatchObject({ ending: "handshake-failed", code: "HANDSHAKE_REJECTED" });
    expect(bench.stages("phone").at(-1)).toBe("failed");
  });

  test("the phone drops the connection over a request it cannot open, and makes nothing", async () => {
    const { bench, ending } = await askThrough(rule(2, LAST, "out"));
    expect(ending).toMatchObject({ ending: "protocol-error", code: "FRAME_REJECTED" });
    expect(bench.traced("ctap.credential")).toEqual([]);
  });
});

describe("a late message", () => {
  test("is waited for", async () => {
    const { outcome, bench } = await askThrough(rule(4, { do: "delay", delayMs: 20_000 }));
    expect(outcome).toBe("answered");
    expect(bench.env.clock.nowMs()).toBeGreaterThan(20_000);
  });
});

describe("a relay that lies", () => {
  test.each([
    ["gives the phone no routing id", "missing"],
    ["gives the phone two", "twice"],
    ["gives the phone a word", "garbled"],
  ] as const)("and %s: the phone ends, and the client never hears of it", async (_, routingIdHeader) => {
    const bench = new HybridBench({ service: { routingIdHeader } });
    const { qr, connect } = bench.invite({ budgets: { linkMs: 60_000 } });
    const session = bench.scan(qr);
    await expect(bench.run(connect())).rejects.toMatchObject({ timer: "hybrid.link", aftermath: "none" });
    expect(await session).toEqual({ ending: "tunnel-connect-failed", code: "TUNNEL_BAD_ROUTING_ID" });
  });

  test("and gives the phone somebody else's routing id: the client finds nobody", async () => {
    const bench = new HybridBench({ service: { routingIdHeader: "somebody-else's" } });
    const { qr, connect } = bench.invite();
    void bench.scan(qr);
    await expect(bench.run(connect())).rejects.toMatchObject({
      code: "TUNNEL_REFUSED",
      httpStatus: 404,
      aftermath: "none",
    });
    expect(bench.stages()).toEqual(["qr-shown", "advert-seen", "tunnel-opening", "tunnel-refused", "failed"]);
  });

  test("and ends the tunnel over a long answer: the key is made, the answer lost", async () => {
    const handle = async ([command]: Uint8Array) =>
      command === 4 ? Uint8Array.of(0, 0xa0) : new Uint8Array(20_000);
    const { outcome, bench } = await askThrough([], { handle, phone: { requests: "as-authenticator" } });
    expect(outcome).toMatchObject({ code: "LINK_CLOSED", aftermath: "unknown" });
    expect(bench.traced("link.hybrid")).toContainEqual(
      expect.objectContaining({ actor: "client", stage: "tunnel-closed", closeCode: 1009 }),
    );
  });

  test.each([[400], [403], [410], [503]])("and answers %i is named with its status", async (httpStatus) => {
    const bench = new HybridBench();
    const { qr, connect } = bench.invite();
    void bench.scan(qr);
    bench.env.clock.arm(800, "test.turn", () => bench.service.setBehaviour({ httpStatus }));
    await expect(bench.run(connect())).rejects.toMatchObject({ code: "TUNNEL_REFUSED", httpStatus });
  });

  test("and cannot be reached has no status", async () => {
    const bench = new HybridBench();
    const { qr, connect } = bench.invite();
    void bench.scan(qr);
    bench.env.clock.arm(800, "test.turn", () => bench.service.setBehaviour({ refuse: "everybody" }));
    await expect(bench.run(connect())).rejects.toMatchObject({
      code: "TUNNEL_REFUSED",
      httpStatus: undefined,
      aftermath: "none",
    });
  });
});

describe("the air", () => {
  test("is full of strangers: they are passed over, each of them once", async () => {
    const bench = new HybridBench({ air: { repeats: 3 } });
    await bench.air.foreignAdvert();
    await bench.air.foreignAdvert(new Uint8Array(20));
    await bench.air.foreignAdvert(new Uint8Array(3));
    const { qr, connect } = bench.invite();
    void bench.scan(qr);
    await bench.run(connect());
    expect(bench.stages().filter((stage) => stage === "advert-foreign")).toHaveLength(3);
    expect(bench.traced("link.hybrid")).toContainEqual(
      expect.objectContaining({ stage: "advert-seen", foreignAdverts: 3 }),
    );
  });

  test.each([
    ["altered in the block", { do: "corrupt", offset: 0 }],
    ["altered in the tag", { do: "corrupt", offset: -1 }],
    ["lost", { do: "lose" }],
  ] as const)("an advert that is %s is not heard; the next one is", async (_, effect) => {
    const bench: HybridBench = new HybridBench({
      air: { repeats: 1 },
      scanner: (scanner) => withScannerFaults(bench.env, scanner, [{ id: "radio", nth: 1, effect }]),
    });
    const { qr, connect } = bench.invite();
    void bench.scan(qr);
    await bench.run(connect());
    expect(bench.env.clock.nowMs()).toBe(1_550 + 250);
  });

  test("that goes silent for good ends the search", async () => {
    const bench = new HybridBench();
    const { connect } = bench.invite();
    bench.env.clock.arm(5_000, "test.unplug", () => bench.air.unplug());
    await expect(bench.run(connect())).rejects.toMatchObject({ code: "PHONE_NOT_HEARD", aftermath: "none" });
    expect(bench.stages()).toEqual(["qr-shown", "failed"]);
  });
});

/** A line to a phone that is played by hand, with counters where the test wants them. */
function line(sequence: { readonly seal?: number; readonly open?: number } = {}) {
  const bench = new HybridBench();
  const [tunnel, phone] = memoryTunnels();
  const key = new Uint8Array(32);
  const keys = { clientToPhone: key, phoneToClient: key };
  const crypter = new Crypter(keys, { crypto: defaultCrypto, role: "client", sequence });
  const handshake = {
    tunnel,
    crypter,
    known: { pattern: "NKpsk0", phoneKey: new Uint8Array(65) },
    postHandshakeMessage: { info: Uint8Array.of(0xa0), features: ["ctap"], revision: 1 },
  } as unknown as HandshakeComplete;
  return { key, phone, line: new HybridConnection(bench.client, handshake, hybridSettings({})) };
}

describe("a counter at its end", () => {
  test("sends no more: aftermath none, because nothing left", async () => {
    const { line: connection } = line({ seal: SEQUENCE_MAX + 1 });
    await expect(connection.ask(MAKE)).rejects.toMatchObject({
      code: "SEQUENCE_EXHAUSTED",
      aftermath: "none",
    });
  });

  test("takes no more: the request that waits is unknown", async () => {
    const { line: connection, phone } = line({ open: SEQUENCE_MAX + 1 });
    const answer = connection.ask(MAKE);
    phone.send(new Uint8Array(48));
    await expect(answer).rejects.toMatchObject({ code: "SEQUENCE_EXHAUSTED", aftermath: "unknown" });
  });
});

describe("padding", () => {
  const sealed = (key: Uint8Array, padded: Uint8Array) =>
    defaultCrypto.gcmSeal(key, new Uint8Array(12), padded, new Uint8Array(0));

  test("that is longer than its message ends the connection", async () => {
    const { line: connection, phone, key } = line();
    const answer = connection.ask(MAKE);
    phone.send(sealed(key, new Uint8Array(32).fill(0xff)));
    await expect(answer).rejects.toMatchObject({ code: "PADDING_INVALID", aftermath: "unknown" });
  });

  test("that is all there is leaves no frame", async () => {
    const { line: connection, phone, key } = line();
    const answer = connection.ask(MAKE);
    phone.send(sealed(key, padMessage(new Uint8Array(0))));
    await expect(answer).rejects.toMatchObject({ code: "FRAME_MALFORMED", aftermath: "unknown" });
  });
});

describe("what a phone says of itself", () => {
  const saying = async (postHandshake: Uint8Array) => {
    const bench = new HybridBench({
      phone: { tamper: (what, bytes) => (what === "hello" ? postHandshake : bytes) },
    });
    const { qr, connect } = bench.invite();
    void bench.scan(qr);
    return expect(bench.run(connect())).rejects;
  };

  test("is not CBOR", async () => {
    await (
      await saying(Uint8Array.of(0xff))
    ).toMatchObject({ code: "POST_HANDSHAKE_MALFORMED", aftermath: "none" });
  });

  test("lacks what getInfo would say", async () => {
    await (await saying(Uint8Array.of(0xa0))).toMatchObject({ code: "POST_HANDSHAKE_MALFORMED" });
  });

  test("names no CTAP", async () => {
    const postHandshake = encodePostHandshake({ features: ["dc"] });
    await (await saying(postHandshake)).toMatchObject({ code: "PHONE_WITHOUT_CTAP", aftermath: "none" });
  });
});

describe("a text that is no code for a phone", () => {
  test.each([
    ["another scheme", "https://example.com", "QR_NOT_FIDO"],
    ["letters among the digits", "FIDO:/12a", "DIGITS_INVALID"],
    ["digits that are no CBOR", "FIDO:/255", "QR_MALFORMED"],
    ["a map with nothing in it", "FIDO:/160", "QR_MISSING_FIELD"],
  ])("%s", async (_, text, code) => {
    const bench = new HybridBench();
    await expect(bench.run(bench.phone.scan(text))).rejects.toMatchObject({ code, aftermath: "none" });
    expect(bench.traced("user.saw")).toMatchObject([{ where: "phone", tone: "failure" }]);
    expect(bench.service.relay.size).toBe(0);
  });

  test("a code with members nobody knows is read all the same", async () => {
    const bench = new HybridBench();
    const { qr, connect } = bench.invite({ unknown: new Map([[65_535, 0]]) });
    void bench.scan(qr);
    await expect(bench.run(connect())).resolves.toBeDefined();
  });

  test("somebody else's code: the phone waits for somebody else", async () => {
    const bench = new HybridBench();
    const theirs = bench.invite();
    const { connect } = bench.invite({ budgets: { scanMs: 30_000 } });
    void bench.scan(theirs.qr);
    await expect(bench.run(connect())).rejects.toMatchObject({ timer: "hybrid.scan" });
    expect(bench.stages()).toContain("advert-foreign");
  });
});
