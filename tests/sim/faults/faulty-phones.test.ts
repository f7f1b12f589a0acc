import { describe, expect, test } from "vitest";
import { envFor } from "../../../src/core/env.js";
import { encodeGetAssertionRequest } from "../../../src/ctap/messages/get-assertion.js";
import { encodeMakeCredentialRequest } from "../../../src/ctap/messages/make-credential.js";
import type { QrInitiatedOptions } from "../../../src/hybrid/qr-initiated.js";
import type { LinkedPhone } from "../../../src/hybrid/protocol/linking.js";
import {
  phoneThatBotchesTheHandshake,
  phoneThatForgetsTheIndex,
  phoneThatLinksLate,
  phoneThatNeverReplies,
  phoneWith22ByteAdvert,
  phoneWithoutBluetoothPermission,
  phoneWithoutMobileData,
  phoneWithoutScreenLock,
} from "../../../src/sim/faults/faulty-phones.js";
import { LaggingStore } from "../../../src/sim/authenticator/store/lagging-store.js";
import type { SimPhone, PhoneDeps } from "../../../src/sim/phone/phone.js";
import { HybridBench, type HybridBenchOptions } from "../../hybrid/hybrid-bench.js";
import { assertion, creation } from "../authenticator/bench-key.js";

const MAKE = encodeMakeCredentialRequest(creation({ options: { uv: true, rk: true } }));
const GET = encodeGetAssertionRequest(assertion({ options: { uv: true } }));

interface RelaySession {
  readonly options?: HybridBenchOptions;
  readonly invitation?: QrInitiatedOptions;
}

/** A computer that shows a code, and this phone in front of it. */
function meet(
  make: (env: HybridBench["env"], parts: PhoneDeps) => SimPhone,
  { options = {}, invitation = {} }: RelaySession = {},
) {
  const bench = new HybridBench(options);
  const parts = {
    advertiser: bench.air,
    dialer: bench.service,
    handle: bench.handle,
    push: bench.service.relay,
  };
  const phone = make(envFor(bench.env, "bad phone"), parts);
  const { device, qr } = bench.invite({ budgets: { linkMs: 100_000 }, ...invitation });
  const session = phone.scan(qr);
  const ask = (request: Uint8Array) =>
    bench.run(
      device.transact(request).then(
        ([status]) => status,
        (error: unknown) => error,
      ),
    );
  return { bench, device, session, ask, phone };
}

const NOT_HEARD = { code: "TIMEOUT", timer: "hybrid.link", aftermath: "none" };

test("phoneThatBotchesTheHandshake is not believed, and nothing is asked of it", async () => {
  const { ask, bench, session } = meet(phoneThatBotchesTheHandshake);
  expect(await ask(MAKE)).toMatchObject({ code: "HANDSHAKE_REJECTED", aftermath: "none" });
  expect(await bench.run(session)).toEqual({ ending: "unexpected-eof" });
});

describe("phoneWith22ByteAdvert", () => {
  test("is never seen by a client that wants 20 bytes: the code stands there until its time is over", async () => {
    const { ask, bench, session } = meet(phoneWith22ByteAdvert, {
      invitation: { adverts: "exactly-20-bytes" },
    });
    expect(await ask(MAKE)).toMatchObject(NOT_HEARD);
    expect(bench.traced("link.hybrid")).toContainEqual(
      expect.objectContaining({ stage: "advert-too-long", bytes: 22 }),
    );
    expect(await bench.run(session)).toEqual({ ending: "unexpected-eof" });
  });

  test("is served by a client that reads on", async () => {
    const { ask } = meet(phoneWith22ByteAdvert);
    expect(await ask(MAKE)).toBe(0);
  });
});

test("phoneThatNeverReplies makes the key, tells its owner, and leaves the client in the dark", async () => {
  const { ask, bench } = meet(phoneThatNeverReplies);
  expect(await ask(MAKE)).toMatchObject({ code: "LINK_CLOSED", aftermath: "unknown" });
  expect(bench.store.credentials).toHaveLength(1);
  expect(bench.traced("user.saw")).toContainEqual(expect.objectContaining({ text: "Passkey saved" }));
  expect(bench.traced("timer.fired")).toMatchObject([{ timer: "tunnel.ttl" }]);
});

describe("phoneThatLinksLate", () => {
  test("is linked by a client that listens on", async () => {
    const links: LinkedPhone[] = [];
    const { ask, bench, device } = meet(phoneThatLinksLate, {
      invitation: { onLinked: (link) => links.push(link) },
    });
    expect(await ask(MAKE)).toBe(0);
    expect(links).toEqual([]);
    await bench.run(device.ended);
    expect(links).toHaveLength(1);
  });

  test("is not linked by one that hangs up", async () => {
    const links: LinkedPhone[] = [];
    const { ask, bench, device } = meet(phoneThatLinksLate, {
      invitation: { onLinked: (link) => links.push(link) },
    });
    await ask(MAKE);
    device.hangUp();
    await bench.env.clock.advance(60_000);
    expect(links).toEqual([]);
  });
});

describe("phoneThatForgetsTheIndex", () => {
  /** A phone that has made a passkey, and a way to ask it again. */
  async function forgetful() {
    const bench = new HybridBench();
    const store = new LaggingStore(bench.env.clock, 0);
    const { air: advertiser, service: dialer } = bench;
    const parts = { advertiser, dialer, handle: bench.authenticatorWith(store), store };
    const phone = phoneThatForgetsTheIndex(envFor(bench.env, "forgetful"), parts);
    const ask = async (request: Uint8Array) => {
      const { device, qr } = bench.invite();
      const session = bench.scan(qr, phone);
      const answer = await bench.run(
        device.transact(request).then(
          ([status]) => status,
          (error: unknown) => error,
        ),
      );
      return { answer, ending: await bench.run(session) };
    };
    expect((await ask(MAKE)).answer).toBe(0);
    return { ask, id: store.credentials[0]?.id as Uint8Array };
  }

  test("does not find the passkey it has: NO_CREDENTIALS, though it was named", async () => {
    const { ask, id } = await forgetful();
    const allowList = [{ type: "public-key", id }];
    const named = encodeGetAssertionRequest(assertion({ allowList, options: { uv: true } }));
    expect((await ask(named)).answer).toBe(0x2e);
  });

  test("hangs up without a word when none was named", async () => {
    const { ask } = await forgetful();
    const { answer, ending } = await ask(GET);
    expect(answer).toMatchObject({ code: "LINK_CLOSED", aftermath: "unknown" });
    expect(ending).toEqual({ ending: "no-answer" });
  });
});

test.each([
  ["phoneWithoutScreenLock", phoneWithoutScreenLock, { ending: "no-screen-lock" }],
  ["phoneWithoutBluetoothPermission", phoneWithoutBluetoothPermission, { ending: "bluetooth-refused" }],
  [
    "phoneWithoutMobileData",
    phoneWithoutMobileData,
    { ending: "tunnel-connect-failed", code: "TUNNEL_REFUSED" },
  ],
])("%s tells its owner why, and the client waits for ever", async (_, make, ending) => {
  const { ask, bench, session } = meet(make);
  expect(await bench.run(session)).toEqual(ending);
  expect(bench.traced("user.saw").at(-1)).toMatchObject({ where: "phone", tone: "failure" });
  expect(await ask(MAKE)).toMatchObject(NOT_HEARD);
});

test("a phone whose Bluetooth is off switches it on first, which takes two seconds", async () => {
  const on = new HybridBench();
  const off = new HybridBench({ phone: { bluetoothOn: false } });
  for (const bench of [on, off]) {
    const { qr, connect } = bench.invite();
    void bench.scan(qr);
    await bench.run(connect());
  }
  expect(off.env.clock.nowMs() - on.env.clock.nowMs()).toBe(2_000);
});

test("of several phones that scan one code the first is served; the others are refused by the tunnel service", async () => {
  const bench = new HybridBench();
  const others = [bench.anotherPhone("second"), bench.anotherPhone("third")];
  const { device, qr } = bench.invite();
  const first = bench.scan(qr);
  const rest = others.map((phone) => bench.scan(qr, phone));
  expect((await bench.run(device.transact(MAKE)))[0]).toBe(0);
  expect(await bench.run(first)).toEqual({ ending: "served" });
  for (const session of rest) {
    expect(await bench.run(session)).toEqual({ ending: "tunnel-connect-failed", code: "TUNNEL_REFUSED" });
  }
  expect(bench.store.credentials).toHaveLength(1);
});
