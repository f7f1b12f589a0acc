import { describe, expect, test } from "vitest";
import { encodeMakeCredentialRequest } from "../../src/ctap/messages/make-credential.js";
import { FRAME_QUIRKS } from "../../src/hybrid/protocol/frames.js";
import type { LinkedPhone } from "../../src/hybrid/protocol/linking.js";
import { startStateAssisted, type StateAssistedOptions } from "../../src/hybrid/state-assisted.js";
import { withTunnelFaults, type LinkFaultRule } from "../../src/sim/faults/link-faults.js";
import { creation } from "../sim/authenticator/bench-key.js";
import { HybridBench, type HybridBenchOptions } from "./hybrid-bench.js";

const MAKE = encodeMakeCredentialRequest(creation({ options: { uv: true } }));

/** A phone that gave its link in a session over a QR code. */
async function linked(options: HybridBenchOptions = {}) {
  const bench = new HybridBench({ ...options, phone: { offersLink: true, name: "Ada's", ...options.phone } });
  const links: LinkedPhone[] = [];
  const { device, qr } = bench.invite({ onLinked: (phone) => links.push(phone) });
  void bench.scan(qr);
  await bench.run(device.transact(MAKE));
  await bench.run(device.ended);
  return { bench, links, phone: links[0] as LinkedPhone };
}

function contact(bench: HybridBench, phone: LinkedPhone, options: StateAssistedOptions = {}) {
  return startStateAssisted(bench.client, bench.ports, phone, options);
}

describe("a phone that offers a link", () => {
  test("gives it in an update, and the client keeps all it needs", async () => {
    const { links, bench } = await linked();
    expect(links).toMatchObject([{ name: "Ada's", tunnelCode: 0 }]);
    expect(links[0]?.linkSecret).toHaveLength(32);
    expect(bench.stages()).toContain("linked");
  });

  test("does not give it to a client that cannot keep it", async () => {
    const bench = new HybridBench({ phone: { offersLink: true } });
    const { device, qr } = bench.invite();
    void bench.scan(qr);
    await bench.run(device.transact(MAKE));
    await bench.run(device.ended);
    expect(bench.stages()).not.toContain("linked");
    expect(bench.stages("phone")).not.toContain("linked");
  });

  test("may give it after the answer, while the client listens on", async () => {
    const { links, bench } = await linked({ phone: { linksLateMs: 10_000 } });
    expect(links).toHaveLength(1);
    const [linkedAt] = bench
      .traced("link.hybrid")
      .filter((line) => "stage" in line && line.stage === "linked");
    expect(linkedAt).toMatchObject({ actor: "phone", atMs: 12_450 });
  });

  test("with a wrong signature is not believed: Chromium hangs up, others pass it over", async () => {
    const forged = (what: string, bytes: Uint8Array) => {
      if (what !== "update") return bytes;
      // Canonical order: padding, then the map whose last member is the signature. Padding stays as it is.
      const at = bytes.length - 1;
      return bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));
    };
    for (const [quirks, code] of [
      [FRAME_QUIRKS.chromium, "LINK_SIGNATURE_WRONG"],
      [FRAME_QUIRKS.libwebauthn, undefined],
    ] as const) {
      const bench = new HybridBench({ phone: { offersLink: true, tamper: forged } });
      const links: LinkedPhone[] = [];
      const { qr, device } = bench.invite({ frameQuirks: quirks, onLinked: (phone) => links.push(phone) });
      void bench.scan(qr);
      const answer = bench.run(device.transact(MAKE));
      if (code === undefined) expect((await answer)[0]).toBe(0);
      else await expect(answer).rejects.toMatchObject({ code });
      expect(links).toEqual([]);
    }
  });
});

describe("a linked phone that is called", () => {
  test("comes without a code and is asked once", async () => {
    const { bench, phone } = await linked();
    const startMs = bench.env.clock.nowMs();
    const { device, connect } = contact(bench, phone, { hint: "mc" });
    await bench.run(connect());
    // Contact 400, push 50 + 1000, tap 1500, phone's own 250 and 400, advert 300, three ways of 50 twice.
    expect(bench.env.clock.nowMs() - startMs).toBe(4_050);
    expect((await bench.run(device.transact(MAKE)))[0]).toBe(0);
    await bench.run(device.ended);
    expect(await bench.run(bench.sessions[1] as Promise<unknown>)).toEqual({ ending: "served" });
  });

  test("passes the stages of a call", async () => {
    const { bench, phone } = await linked();
    const before = bench.stages().length;
    await bench.run(contact(bench, phone).connect());
    expect(bench.stages().slice(before)).toEqual([
      "contacting",
      "phone-joined",
      "advert-seen",
      "handshake",
      "ready",
    ]);
  });

  test("sends no link again, and none would be believed", async () => {
    const { bench, phone, links } = await linked();
    const { device } = contact(bench, phone, { onLinked: (again) => links.push(again) });
    await bench.run(device.transact(MAKE));
    await bench.run(device.ended);
    expect(links).toHaveLength(1);
  });

  test("is found when its advert comes before the signal that it joined", async () => {
    const { bench, phone } = await linked();
    const rules: LinkFaultRule[] = [{ id: "late signal", nth: 1, effect: { do: "delay", delayMs: 400 } }];
    const dialer = withTunnelFaults(bench.env, bench.service, rules);
    const { connect } = startStateAssisted(bench.client, { scanner: bench.air, dialer }, phone);
    const joined = bench.stages().length;
    await bench.run(connect());
    dialer.assertAllUsed();
    expect(bench.stages().slice(joined)).toEqual(["contacting", "advert-seen", "handshake", "ready"]);
  });

  test("whose owner does not look at the notification is waited for", async () => {
    const { bench, phone } = await linked({ phone: { tapDelayMs: null } });
    const { connect } = contact(bench, phone, { budgets: { linkMs: 90_000 } });
    await expect(bench.run(connect())).rejects.toMatchObject({ timer: "hybrid.link", aftermath: "none" });
  });

  test("late, because the push was: the client is still there", async () => {
    const { bench, phone } = await linked();
    bench.service.setBehaviour({ pushDelayMs: 90_000 });
    const startMs = bench.env.clock.nowMs();
    await bench.run(contact(bench, phone).connect());
    expect(bench.env.clock.nowMs() - startMs).toBe(93_050);
  });

  test("that forgot its clients: 410, and the client is told to forget the phone", async () => {
    const { bench, phone } = await linked();
    bench.phone.unlinkAll();
    await expect(bench.run(contact(bench, phone).connect())).rejects.toMatchObject({
      code: "LINK_GONE",
      aftermath: "none",
      hint: expect.stringContaining("QR") as string,
    });
    expect(bench.stages().slice(-3)).toEqual(["contacting", "link-gone", "failed"]);
  });

  test("unknown to the service without a word that it is for good: refused", async () => {
    const { bench, phone } = await linked();
    const stranger = { ...phone, contactId: new Uint8Array(32) };
    await expect(bench.run(contact(bench, stranger).connect())).rejects.toMatchObject({
      code: "TUNNEL_REFUSED",
      httpStatus: 404,
    });
  });

  test.each([
    ["another link secret: its advert is a stranger's", { linkSecret: new Uint8Array(32) }, "hybrid.link"],
    ["another link id: the phone stays silent", { linkId: new Uint8Array(8) }, "hybrid.link"],
  ] as const)("with %s", async (_, change, timer) => {
    const { bench, phone } = await linked();
    const { connect } = contact(bench, { ...phone, ...change }, { budgets: { linkMs: 60_000 } });
    await expect(bench.run(connect())).rejects.toMatchObject({ timer });
  });

  test("with another identity key does not open message 1, and ends", async () => {
    const { bench, phone } = await linked();
    const other = await linked({ seed: "other" });
    const { connect } = contact(bench, { ...phone, phoneKey: other.phone.phoneKey });
    await expect(bench.run(connect())).rejects.toMatchObject({ code: "TUNNEL_CLOSED", aftermath: "none" });
    expect(await bench.run(bench.sessions[1] as Promise<unknown>)).toMatchObject({
      ending: "handshake-failed",
    });
  });

  test("given up before it comes ends in order", async () => {
    const { bench, phone } = await linked();
    const abort = new AbortController();
    bench.env.clock.arm(2_000, "test.abort", () => abort.abort());
    const { connect, device } = contact(bench, phone);
    await expect(bench.run(connect(abort.signal))).rejects.toMatchObject({
      code: "ABORTED",
      aftermath: "none",
    });
    await bench.run(device.ended);
    await bench.env.clock.advance(1_000);
    expect(bench.service.relay.size).toBe(0);
  });
});

describe("a service that speaks out of turn before the phone is near", () => {
  test.each([
    ["a signal that is none", Uint8Array.of(1)],
    ["a signal with more behind it", Uint8Array.of(0, 0)],
  ])("%s ends the call", async (_, bytes) => {
    const { bench, phone } = await linked();
    const dialer = withTunnelFaults(bench.env, bench.service, [
      { id: "signal", nth: 1, effect: { do: "replace", bytes } },
    ]);
    const { connect } = startStateAssisted(bench.client, { scanner: bench.air, dialer }, phone);
    await expect(bench.run(connect())).rejects.toMatchObject({
      code: "TUNNEL_UNEXPECTED_MESSAGE",
      aftermath: "none",
    });
  });

  test("the same signal twice ends the call", async () => {
    const { bench, phone } = await linked();
    const dialer = withTunnelFaults(bench.env, bench.service, [
      { id: "signal", nth: 1, effect: { do: "duplicate" } },
    ]);
    const { connect } = startStateAssisted(bench.client, { scanner: bench.air, dialer }, phone);
    await expect(bench.run(connect())).rejects.toMatchObject({ code: "TUNNEL_UNEXPECTED_MESSAGE" });
  });
});

test("a phone linked some other way is called alike", async () => {
  const bench = new HybridBench();
  const phone = bench.phone.link();
  await expect(bench.run(contact(bench, phone).connect())).resolves.toBeDefined();
});
