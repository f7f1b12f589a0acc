import { describe, expect, test } from "vitest";
import { encodeMakeCredentialRequest } from "../../src/ctap/messages/make-credential.js";
import { virtualEnv } from "../../src/env/virtual-env.js";
import { startQrInitiated } from "../../src/hybrid/qr-initiated.js";
import { l2capTunnel } from "../../src/hybrid/l2cap.js";
import type { L2capReading } from "../../src/hybrid/protocol/l2cap-framing.js";
import { channelPair, SimChannels } from "../../src/sim/hybrid/channels.js";
import { creation } from "../sim/authenticator/bench-key.js";
import { HybridBench } from "./hybrid-bench.js";

const MAKE = encodeMakeCredentialRequest(creation({ options: { uv: true, rk: true } }));

function tunnels(reading: L2capReading = {}, mtuBytes = 512) {
  const env = virtualEnv("l2cap");
  const [client, phone] = channelPair(env, { latencyMs: 10, mtuBytes, refuses: false });
  return { env, channel: client, client: l2capTunnel(client, reading), phone: l2capTunnel(phone, reading) };
}

const FIRST = new Uint8Array(81).fill(1);
const LATER = new Uint8Array(48).fill(2);

describe("an L2CAP channel as a tunnel", () => {
  test.each([
    ["crlf", 512],
    ["crlf", 7],
    ["sdu", 512],
  ] as const)(
    "keeps messages whole and in order, framed by %s in pieces of %i",
    async (framing, mtuBytes) => {
      const { env, client, phone } = tunnels({ framing }, mtuBytes);
      client.send(FIRST);
      client.send(LATER);
      client.close();
      const got = await env.clock.run(Promise.all([phone.receive(), phone.receive(), phone.receive()]));
      expect(got).toEqual([FIRST, LATER, undefined]);
      expect(await phone.closed).toEqual({ code: 1000 });
    },
  );

  test("asks its reader about an end that may be none", async () => {
    const { env, client, phone } = tunnels();
    // 48 bytes, as many as a message may have, then what looks like its end; and 30 more, as many again.
    const tricky = new Uint8Array(80);
    tricky.set([0x0d, 0x0a], 48);
    client.send(FIRST);
    client.send(tricky);
    await env.clock.run(phone.receive());
    phone.expect?.((candidate) => candidate.length === 80);
    expect(await env.clock.run(phone.receive())).toEqual(tricky);
  });

  test("a channel that ends within a message ended abnormally", async () => {
    const { env, channel, phone } = tunnels();
    channel.write(FIRST.subarray(0, 40));
    channel.close();
    expect(await env.clock.run(phone.receive())).toBeUndefined();
    expect(await phone.closed).toEqual({ code: 1006 });
  });

  test("a message without an end is not collected for ever", async () => {
    const { env, channel, phone } = tunnels({}, 2 ** 21);
    channel.write(new Uint8Array(2 ** 20 + 10));
    expect(await env.clock.run(phone.receive())).toBeUndefined();
    expect(await phone.closed).toEqual({ code: 1009 });
  });

  test("a wait that is given up loses nothing", async () => {
    const { env, client, phone } = tunnels();
    const abort = new AbortController();
    const given = phone.receive(abort.signal);
    abort.abort(new Error("enough"));
    await expect(given).rejects.toThrow("enough");
    client.send(FIRST);
    expect(await env.clock.run(phone.receive())).toEqual(FIRST);
  });
});

/** An invitation by a client whose channels are these. */
function invite({ client, air, service }: HybridBench, channels: SimChannels | undefined) {
  return startQrInitiated(client, { scanner: air, dialer: service, ...(channels && { channels }) });
}

describe("a phone with a channel of its own", () => {
  test("is met there by a client that offered to: no tunnel to it is opened", async () => {
    const bench = new HybridBench({ channels: true });
    const { device, qr } = bench.invite();
    const session = bench.scan(qr);
    expect((await bench.run(device.transact(MAKE)))[0]).toBe(0);
    expect(await bench.run(session)).toEqual({ ending: "served" });
    expect(bench.stages()).toContain("channel-open");
    expect(bench.stages()).not.toContain("tunnel-opening");
    expect(bench.traced("link.hybrid")).toContainEqual(
      expect.objectContaining({ stage: "advert-sent", bytes: 24 }),
    );
  });

  test("is met in the tunnel when the channel does not open", async () => {
    const bench: HybridBench = new HybridBench({ channels: true });
    const refusing = new SimChannels(bench.env, { refuses: true });
    const { device, qr } = invite(bench, refusing);
    const session = bench.scan(qr);
    expect((await bench.run(device.transact(MAKE)))[0]).toBe(0);
    expect(await bench.run(session)).toEqual({ ending: "served" });
    expect(bench.stages().slice(0, 5)).toEqual([
      "qr-shown",
      "advert-seen",
      "channel-refused",
      "tunnel-opening",
      "tunnel-open",
    ]);
  });

  test("does without a tunnel service where it was told to, and the client came that way", async () => {
    const bench = new HybridBench({ channels: true, phone: { usesTunnel: false } });
    const { device, qr } = bench.invite();
    const session = bench.scan(qr);
    expect((await bench.run(device.transact(MAKE)))[0]).toBe(0);
    expect(await bench.run(session)).toEqual({ ending: "served" });
    expect([bench.stages("phone"), bench.stages()].flat()).not.toContain("tunnel-opening");
  });

  test("opens a tunnel all the same for a client that offered nothing else", async () => {
    const bench = new HybridBench({ channels: true, phone: { usesTunnel: false } });
    const { device, qr } = invite(bench, undefined);
    const session = bench.scan(qr);
    expect((await bench.run(device.transact(MAKE)))[0]).toBe(0);
    expect(await bench.run(session)).toEqual({ ending: "served" });
    expect(bench.stages("phone")).toContain("tunnel-open");
  });

  test("tells its radio that clients are going to connect, and under which UUID to send", async () => {
    const bench = new HybridBench({ channels: true, phone: { serviceUuid: 0xfde2 } });
    const told: unknown[] = [];
    const { air } = bench;
    const advertise = air.advertise.bind(air);
    air.advertise = (bytes, terms) => {
      told.push(terms);
      return advertise(bytes, terms);
    };
    const { device, qr } = bench.invite();
    void bench.scan(qr);
    expect((await bench.run(device.transact(MAKE)))[0]).toBe(0);
    expect(told).toEqual([{ serviceUuid: 0xfde2, connectable: true }]);
  });

  test("is met in the tunnel by a client that did not offer to", async () => {
    const bench = new HybridBench({ channels: true });
    const { device, qr } = invite(bench, undefined);
    void bench.scan(qr);
    expect((await bench.run(device.transact(MAKE)))[0]).toBe(0);
    expect(bench.stages()).not.toContain("channel-open");
  });
});
