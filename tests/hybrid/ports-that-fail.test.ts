import { describe, expect, test } from "vitest";
import { encodeMakeCredentialRequest } from "../../src/ctap/messages/make-credential.js";
import type { CtapHandler } from "../../src/ctap/device.js";
import type {
  AdvertScanner,
  Advertiser,
  ByteChannel,
  ChannelDialer,
  ChannelListener,
  Tunnel,
  TunnelDialer,
} from "../../src/hybrid/ports.js";
import type { LinkedPhone } from "../../src/hybrid/protocol/linking.js";
import { startQrInitiated } from "../../src/hybrid/qr-initiated.js";
import { startStateAssisted } from "../../src/hybrid/state-assisted.js";
import { SimPhone } from "../../src/sim/phone/phone.js";
import type { PhoneOptions } from "../../src/sim/phone/phone-options.js";
import { creation } from "../sim/authenticator/bench-key.js";
import {
  armedTimers,
  expectNoUnownedRejections,
  gone,
  never,
  ours,
  WAYS,
  type Way,
} from "../helpers/failing-ports.js";
import { HybridBench } from "./hybrid-bench.js";

const MAKE = encodeMakeCredentialRequest(creation({ options: { uv: true, rk: true } }));

const deadTunnel = (way: Way): Tunnel => ({
  closed: way === "hanging" ? never() : Promise.resolve({ code: 1006 }),
  send: () => {
    if (way === "throwing") throw new TypeError("not ours");
  },
  receive: () => gone(way, () => undefined),
  close: () => {
    if (way === "throwing") throw new TypeError("not ours");
  },
});

const scanner = (way: Way): AdvertScanner => ({
  listen: () => ({
    [Symbol.asyncIterator]: () => ({
      next: () => gone<IteratorResult<never>>(way, () => ({ done: true, value: undefined })),
      return: never,
    }),
  }),
});
const dialer = (way: Way): TunnelDialer => ({
  open: () => gone(way, () => ({ tunnel: deadTunnel("dead"), header: () => ["000000"] })),
});
/** A dialer whose tunnels open, and go wrong then. */
const dialerOf = (way: Way): TunnelDialer => ({
  open: async () => ({ tunnel: deadTunnel(way), header: () => ["000000"] }),
});
const held = (way: Way): AsyncDisposable => ({ [Symbol.asyncDispose]: () => gone(way, () => undefined) });
const advertiser = (way: Way): Advertiser => ({ advertise: () => gone(way, () => held("dead")) });
const deadChannel = (way: Way): ByteChannel => ({
  closed: never(),
  write: () => undefined,
  read: () => gone(way, () => undefined),
  close: () => undefined,
});
const channelDialer = (way: Way): ChannelDialer => ({ open: () => gone(way, () => deadChannel(way)) });
const channelListener = (way: Way): ChannelListener => ({
  listen: () =>
    gone(way, () => ({ ...held("dead"), psm: 0x80, accept: () => gone(way, () => deadChannel(way)) })),
});

expectNoUnownedRejections();

/** Longer than any timer of a phone, a tunnel or a client lasts after its ceremony. */
const AFTERWARDS_MS = 1_200_000;

/** A bench that says after a test what is still pending on its clock. */
function watchedBench(options: ConstructorParameters<typeof HybridBench>[0] = {}) {
  const bench = new HybridBench(options);
  const armed = armedTimers(bench.env.clock);
  const expectNothingPending = async () => {
    await bench.env.clock.advance(AFTERWARDS_MS);
    expect([...armed.values()]).toEqual([]);
  };
  return { bench, expectNothingPending };
}

/** A client's call with some ports replaced, and a good phone that scans its code. */
async function clientWith(ports: Partial<Parameters<typeof startQrInitiated>[1]>) {
  const { bench, expectNothingPending } = watchedBench({ channels: true });
  const { device, qr } = startQrInitiated(
    bench.client,
    { ...bench.ports, ...ports },
    { budgets: { linkMs: 60_000, lingerMs: 1_000 } },
  );
  void bench.scan(qr);
  const outcome = await bench.run(ours(device.transact(MAKE)));
  await device[Symbol.asyncDispose]();
  await bench.run(device.ended);
  await expectNothingPending();
  return outcome;
}

describe.each(WAYS)("a client's port that is %s", (way) => {
  test.each([
    ["scanner", { scanner: scanner(way) }],
    ["dialer", { dialer: dialer(way), channels: channelDialer("dead") }],
    ["tunnel", { dialer: dialerOf(way), channels: channelDialer("rejecting") }],
    ["channel dialer", { channels: channelDialer(way) }],
  ])("%s: the call settles, and so does what is left of it", async (_, ports) => {
    expect(await clientWith(ports)).toSatisfy((end) => typeof end === "string" || end instanceof Uint8Array);
  });

  test("of a linked phone: the call settles", async () => {
    const { bench, expectNothingPending } = watchedBench();
    const phone: LinkedPhone = bench.phone.link();
    for (const ports of [{ scanner: scanner(way) }, { dialer: dialer(way) }, { dialer: dialerOf(way) }]) {
      const { device } = startStateAssisted(bench.client, { ...bench.ports, ...ports }, phone, {
        budgets: { linkMs: 60_000, lingerMs: 1_000 },
      });
      expect(await bench.run(ours(device.transact(MAKE)))).toBeTypeOf("string");
      await bench.run(device.ended);
    }
    await expectNothingPending();
  });

  test("once it is connected: the request settles, and so does the connection", async () => {
    const { bench, expectNothingPending } = watchedBench({
      dialer: (good) => ({
        async open(...call) {
          const opened = await good.open(...call);
          let messages = 0;
          const tunnel: Tunnel = {
            ...deadTunnel(way),
            send: (message) => opened.tunnel.send(message),
            // Message 2 and the phone's hello come through.
            receive: (signal) =>
              messages++ < 2 ? opened.tunnel.receive(signal) : gone(way, () => undefined),
          };
          return { ...opened, tunnel };
        },
      }),
      phone: { sendsUpdate: false },
    });
    const { device, qr } = bench.invite({ budgets: { lingerMs: 1_000 } });
    void bench.scan(qr);
    const abort = new AbortController();
    bench.env.clock.arm(30_000, "test.abort", () => abort.abort());
    expect(await bench.run(ours(device.transact(MAKE, { signal: abort.signal })))).toBeTypeOf("string");
    await bench.run(device.ended);
    await expectNothingPending();
  });
});

/** A phone with some of its ports replaced, and a good client that waits for it. */
async function phoneWith(
  deps: Partial<ConstructorParameters<typeof SimPhone>[1]>,
  options: Partial<PhoneOptions> = {},
) {
  const { bench, expectNothingPending } = watchedBench({ channels: true });
  const { device, qr } = bench.invite({ budgets: { linkMs: 100_000, lingerMs: 0 } });
  const parts = {
    advertiser: bench.air,
    dialer: bench.service,
    channels: bench.channels,
    handle: bench.handle,
  };
  const phone = new SimPhone(bench.env, { ...parts, ...deps }, options);
  const asked = ours(device.transact(MAKE));
  const outcome = await bench.run(phone.scan(qr));
  await bench.run(asked);
  await bench.run(device.ended);
  await expectNothingPending();
  return { outcome, bench };
}

const handler =
  (way: Way, command: number): ((good: CtapHandler) => CtapHandler) =>
  (good) =>
  (request, options) =>
    request[0] === command ? gone(way, () => new Uint8Array(0)) : good(request, options);

describe.each(WAYS)("a phone's port that is %s", (way) => {
  test.each([
    ["advertiser", { advertiser: advertiser(way) }],
    ["dialer", { dialer: dialer(way) }],
    ["tunnel", { dialer: dialerOf(way) }],
    ["channel listener", { channels: channelListener(way) }],
  ])("%s: the session settles with an ending", async (_, deps) => {
    expect((await phoneWith(deps)).outcome.ending).toBeTypeOf("string");
  });

  test("authenticator: the session settles with an ending", async () => {
    const good = new HybridBench().handle;
    for (const command of [0x04, 0x01]) {
      const { outcome } = await phoneWith({ handle: handler(way, command)(good) });
      expect(outcome.ending).toBeTypeOf("string");
      const other = await phoneWith(
        { handle: handler(way, command)(good) },
        { requests: "as-authenticator" },
      );
      expect(other.outcome.ending).toBeTypeOf("string");
    }
  });

  test("advert that is taken down: what the session came to is kept, the tunnel is closed, and a note is left", async () => {
    let closed = 0;
    const bench = new HybridBench();
    const counting: TunnelDialer = {
      async open(...call) {
        const opened = await bench.service.open(...call);
        void opened.tunnel.closed.then(() => (closed += 1));
        return opened;
      },
    };
    const advertising: Advertiser = {
      async advertise(bytes) {
        await bench.air.advertise(bytes);
        return held(way);
      },
    };
    const { device, qr } = bench.invite();
    const phone = new SimPhone(bench.env, {
      advertiser: advertising,
      dialer: counting,
      handle: bench.handle,
    });
    const outcome = phone.scan(qr);
    await bench.run(device.transact(MAKE));
    expect(await bench.run(outcome)).toEqual({ ending: "served" });
    expect(closed).toBe(1);
    const notes = bench.stages("harness").filter((stage) => stage === "clean-up-failed");
    expect(notes).toHaveLength(way === "dead" ? 0 : 1);
  });

  test("and is switched off: the session says so", async () => {
    for (const deps of [
      { advertiser: advertiser("hanging") },
      { dialer: dialer("hanging") },
      { dialer: dialerOf("hanging") },
      { handle: handler("hanging", 0x01)(new HybridBench().handle) },
    ]) {
      const { bench, expectNothingPending } = watchedBench();
      const { device, qr } = bench.invite({ budgets: { linkMs: 20_000, lingerMs: 0 } });
      const parts = { advertiser: bench.air, dialer: bench.service, handle: bench.handle };
      const phone = new SimPhone(bench.env, { ...parts, ...deps });
      const asked = ours(device.transact(MAKE));
      const session = phone.scan(qr);
      bench.env.clock.arm(10_000, "test.off", () => phone.switchOff());
      expect(await bench.run(session)).toEqual({ ending: "switched-off", code: "ABORTED" });
      expect(bench.env.clock.nowMs()).toBe(10_000);
      await bench.run(asked);
      await expectNothingPending();
    }
  });
});

describe("what a phone is told by strangers", () => {
  test.each(["zz", "a0", "", "ff".repeat(2_000)])(
    "a call with the payload %j is not answered",
    async (text) => {
      const bench = new HybridBench();
      const push = {
        tunnelId: new Uint8Array(16),
        routingId: new Uint8Array(3),
        clientPayload: text,
      };
      expect(await bench.run(bench.phone.answerPush(push))).toMatchObject({
        ending: "handshake-failed",
        code: "CLIENT_PAYLOAD_MALFORMED",
      });
    },
  );

  test("a call through the relay that cannot be read leaves the phone alive, heard or not", async () => {
    for (const onCalled of [undefined, () => Promise.reject(new TypeError("not ours"))]) {
      const bench = new HybridBench();
      const parts = {
        advertiser: bench.air,
        dialer: bench.service,
        handle: bench.handle,
        push: bench.service.relay,
        ...(onCalled && { onCalled }),
      };
      const { contactId } = new SimPhone(bench.env, parts).link();
      const path = `/cable/contact/${Buffer.from(contactId).toString("base64url")}`;
      const url = `ws://relay${path}`;
      const headers = { "X-caBLE-Client-Payload": "zz" };
      await bench.run(bench.service.open(url, { headers }, new AbortController().signal));
      await bench.run(new Promise<void>((resolve) => void bench.env.clock.arm(5_000, "test.wait", resolve)));
    }
  });

  test("switched off between the call and the tap: the session ends, and its promise says how", async () => {
    const bench = new HybridBench({ phone: { tapDelayMs: 5_000 } });
    const { device } = startStateAssisted(bench.client, bench.ports, bench.phone.link(), {
      budgets: { linkMs: 20_000, lingerMs: 0 },
    });
    bench.env.clock.arm(3_000, "test.off", () => bench.phone.switchOff());
    expect(await bench.run(ours(device.transact(MAKE)))).toBeTypeOf("string");
    expect(await bench.run(bench.sessions[0] as Promise<unknown>)).toEqual({
      ending: "switched-off",
      code: "ABORTED",
    });
  });

  test("a stranger who calls first and says nothing keeps no client out", async () => {
    const bench = new HybridBench({ channels: true });
    const { device, qr } = bench.invite();
    void bench.scan(qr);
    for (let nr = 0; nr < 9; nr += 1) {
      bench.env.clock.arm(300 + nr, "test.stranger", () => {
        void bench.channels.open({ address: "", psm: 0x80 }).catch(() => undefined);
      });
    }
    expect((await bench.run(device.transact(MAKE)))[0]).toBe(0);
    expect(await bench.run(bench.sessions[0] as Promise<unknown>)).toEqual({ ending: "served" });
    expect(bench.stages()).toContain("channel-open");
  });
});

test.each([
  [
    "throws",
    () => {
      throw new Error("ENOSPC");
    },
  ],
  ["rejects", () => Promise.reject(new Error("ENOSPC"))],
] as readonly (readonly [string, unknown])[])(
  "a listener for links that %s costs the link and not the ceremony",
  async (_, onLinked) => {
    const bench = new HybridBench({ phone: { offersLink: true } });
    // A caller may hand in an async function where nothing is awaited.
    const { device, qr } = bench.invite({ onLinked: onLinked as () => void });
    void bench.scan(qr);
    expect((await bench.run(device.transact(MAKE)))[0]).toBe(0);
    await bench.run(device.ended);
    expect(bench.traced("link.hybrid")).toContainEqual(
      expect.objectContaining({ stage: "update", code: "LINK_NOT_KEPT" }),
    );
  },
);
