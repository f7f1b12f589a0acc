import { describe, expect, test } from "vitest";
import { defaultCrypto } from "../../../src/crypto/default.js";
import { virtualEnv } from "../../../src/env/virtual-env.js";
import { sleep } from "../../../src/core/clock.js";
import type { CtapHandler } from "../../../src/ctap/device.js";
import { encodeGetAssertionRequest } from "../../../src/ctap/messages/get-assertion.js";
import { encodeMakeCredentialRequest } from "../../../src/ctap/messages/make-credential.js";
import { Crypter } from "../../../src/hybrid/protocol/crypter.js";
import { encodeFrame, type HybridFrame } from "../../../src/hybrid/protocol/frames.js";
import { SimPhone } from "../../../src/sim/phone/phone.js";
import { PhoneConversation } from "../../../src/sim/phone/phone-conversation.js";
import { PHONE_STANDARD } from "../../../src/sim/phone/phone-options.js";
import { memoryTunnels } from "../../helpers/memory-tunnels.js";
import { HybridBench, type HybridBenchOptions } from "../../hybrid/hybrid-bench.js";
import { assertion, creation } from "../authenticator/bench-key.js";

const MAKE = encodeMakeCredentialRequest(creation({ options: { uv: true, rk: true } }));
const GET = encodeGetAssertionRequest(assertion({ options: { uv: true } }));

/** What a phone makes of one request: how it ended for both. */
async function ask(request: Uint8Array, options: HybridBenchOptions = {}) {
  const bench = new HybridBench(options);
  const { device, qr } = bench.invite();
  const session = bench.scan(qr);
  const answer = await bench.run(
    device.transact(request).then(
      (bytes) => [...bytes.subarray(0, 1)],
      (error: unknown) => error,
    ),
  );
  return { bench, answer, outcome: await bench.run(session) };
}

const SILENCE = { code: "LINK_CLOSED", aftermath: "unknown" };

describe("a phone that is asked as Chrome's is", () => {
  test("makes a passkey and waits until the client hangs up", async () => {
    expect(await ask(MAKE)).toMatchObject({ answer: [0], outcome: { ending: "served" } });
  });

  test.each([
    ["to be selected", Uint8Array.of(0x0b), "request-unsupported"],
    ["something nobody knows", Uint8Array.of(0x7f), "request-invalid"],
    ["for a PIN token", Uint8Array.of(0x06, 0xa0), "request-invalid"],
    ["for its info with something behind", Uint8Array.of(0x04, 0xa0), "request-invalid"],
    ["in no CBOR", Uint8Array.of(0x01, 0xff), "request-invalid"],
    ["for a signature, with no passkey and none named", GET, "no-answer"],
  ])("hangs up without a word when it is asked %s", async (_, request, ending) => {
    expect(await ask(request)).toMatchObject({ answer: SILENCE, outcome: { ending } });
  });

  test("says that there is nothing when passkeys were named and it has none of them", async () => {
    const allowList = [{ type: "public-key", id: new Uint8Array(16) }];
    const request = encodeGetAssertionRequest(assertion({ allowList, options: { uv: true } }));
    expect(await ask(request)).toMatchObject({ answer: [0x2e], outcome: { ending: "served" } });
  });

  test("tells only what it has words for", async () => {
    const handle = async ([command]: Uint8Array) =>
      command === 4 ? Uint8Array.of(0, 0xa0) : Uint8Array.of(0x28);
    expect((await ask(MAKE, { handle })).answer).toEqual([0x7f]);
  });

  test.each([
    ["refused", { refuses: true }],
    ["not there within a minute", { walksAway: true }],
  ])("says denied when its owner has %s", async (_, behaviour) => {
    const { answer, bench } = await ask(MAKE, { behaviour });
    expect(answer).toEqual([0x27]);
    expect(bench.traced("user.saw").at(-1)).toMatchObject({ text: "Nothing was done" });
  });

  test("names its own limit when that ended the prompt", async () => {
    const { bench } = await ask(MAKE, { behaviour: { walksAway: true } });
    expect(bench.traced("timer.fired")).toMatchObject([
      { timer: "phone.platform", budgetMs: 60_000, actor: "phone", atMs: 61_650 },
    ]);
  });
});

describe("a client that breaks the rules", () => {
  /** A phone in the middle of a session, and a client that says what it likes. */
  function conversation(worksMs: number) {
    const env = virtualEnv("conversation");
    const handle: CtapHandler = async () => {
      await sleep(env.clock, worksMs, "test.works");
      return Uint8Array.of(0);
    };
    const [tunnel, client] = memoryTunnels();
    const key = new Uint8Array(32);
    const keys = { clientToPhone: key, phoneToClient: key };
    const crypter = new Crypter(keys, { crypto: defaultCrypto, role: "client" });
    const phone = new PhoneConversation(env, {
      tunnel,
      crypter: new Crypter(keys, { crypto: defaultCrypto, role: "phone" }),
      options: { ...PHONE_STANDARD, requests: "as-authenticator", sendsUpdate: false },
      handle,
      show: () => undefined,
      isFirst: true,
      link: undefined,
    });
    const over = phone.run(new AbortController().signal);
    const say = (frame: HybridFrame) => client.send(crypter.seal(encodeFrame(frame)));
    return { env, over, say, client };
  }

  const MALFORMED = Uint8Array.of(0xff);

  test("by a second request before the first was answered", async () => {
    const { env, over, say, client } = conversation(60_000);
    say({ type: "ctap", payload: MAKE });
    say({ type: "ctap", payload: MAKE });
    expect(await env.clock.run(client.closed)).toEqual({ code: 1000 });
    expect(env.clock.nowMs()).toBe(0);
    // The prompt stays, and the session is over when it is.
    await expect(env.clock.run(over)).rejects.toMatchObject({ code: "FRAME_UNEXPECTED" });
    expect(env.clock.nowMs()).toBe(60_000);
  });

  test("by an update that is no CBOR", async () => {
    const { env, over, say } = conversation(0);
    say({ type: "update", payload: MALFORMED });
    await expect(env.clock.run(over)).rejects.toMatchObject({ code: "UPDATE_MALFORMED" });
  });

  test("by a digital credential", async () => {
    const { env, over, say } = conversation(0);
    say({ type: "json", text: "{}" });
    await expect(env.clock.run(over)).rejects.toMatchObject({ code: "FRAME_UNEXPECTED" });
  });

  test("not by an update that is one, nor by asking again after an answer", async () => {
    const { env, over, say, client } = conversation(0);
    say({ type: "update", payload: Uint8Array.of(0xa0) });
    for (let i = 0; i < 2; i++) {
      say({ type: "ctap", payload: MAKE });
      await env.clock.advance(10);
    }
    say({ type: "shutdown" });
    expect(await env.clock.run(over)).toEqual({ ending: "served" });
    client.close();
  });
});

describe("a phone that is asked as an authenticator is", () => {
  test("answers with a status whatever it is asked", async () => {
    expect((await ask(Uint8Array.of(0x7f), { phone: { requests: "as-authenticator" } })).answer).toEqual([1]);
  });
});

test("a phone that hangs up after its answer, as iOS does, is no error to anybody", async () => {
  const { answer, outcome } = await ask(MAKE, { phone: { hangsUpAfterAnswer: true } });
  expect([answer, outcome]).toEqual([[0], { ending: "served" }]);
});

test("a phone that is switched off ends its tunnel", async () => {
  const bench = new HybridBench({ behaviour: { walksAway: true } });
  const { device, qr } = bench.invite();
  const session = bench.scan(qr);
  bench.env.clock.arm(10_000, "test.off", () => bench.phone.switchOff());
  await expect(bench.run(device.transact(MAKE))).rejects.toMatchObject(SILENCE);
  expect(await bench.run(session)).toMatchObject({ code: "ABORTED" });
});

test("a client that leaves before it asks anything: the phone says that nobody came", async () => {
  const bench = new HybridBench();
  const { device, qr, connect } = bench.invite();
  const session = bench.scan(qr);
  await bench.run(connect());
  await device[Symbol.asyncDispose]();
  expect(await bench.run(session)).toEqual({ ending: "unexpected-eof" });
});

test("a code that nobody answers for two minutes: the tunnel service ends the wait", async () => {
  const bench = new HybridBench();
  const { qr } = bench.invite();
  expect(await bench.run(bench.scan(qr))).toEqual({ ending: "unexpected-eof" });
  expect(bench.env.clock.nowMs()).toBe(120_700);
});

test("a phone without a push service cannot be linked", () => {
  const { env, air, service, handle } = new HybridBench();
  const lonely = new SimPhone(env, { advertiser: air, dialer: service, handle });
  expect(() => lonely.link()).toThrow(RangeError);
});

describe("the tunnel service it uses", () => {
  test.each([
    [1, "cable.auth.com"],
    [266, "cable.wufkweyy3uaxb.com"],
  ])("is the one of number %i, and the client finds it", async (tunnelCode, host) => {
    const asked: string[] = [];
    const bench: HybridBench = new HybridBench({
      phone: { tunnelCode },
      dialer: (dialer) => ({
        open(url, opening, signal) {
          asked.push(new URL(url).host);
          return dialer.open(url, opening, signal);
        },
      }),
    });
    const { qr, connect } = bench.invite();
    void bench.scan(qr);
    await bench.run(connect());
    expect(asked).toEqual([host]);
  });
});
