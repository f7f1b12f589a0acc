import { describe, expect, test } from "vitest";
import type { KnobOverrides } from "../../../src/sim/knobs/knobs.js";
import { simWorld } from "../../../src/sim/sim-world.js";

const LOOPBACK = { "link.road": "loopback" } as const;

/** A registration, then a login with other knobs. */
async function played(knobs: KnobOverrides, then: KnobOverrides = {}) {
  const world = simWorld("vault", { ...LOOPBACK, ...knobs });
  const accepted = await world.env.clock.run(
    (async () => {
      const first = await world.page.register("hanako");
      world.setKnobs(then);
      return [first.accepted, (await world.page.login("hanako")).accepted];
    })(),
  );
  const { records } = world.env;
  return {
    accepted,
    decisions: records.flatMap((record) =>
      record.kind === "page.intercepted" ? [[record.decision, record.reason ?? ""]] : [],
    ),
    signers: records.flatMap((record) => (record.kind === "ctap.credential" ? [record.actor] : [])),
    reasons: records.flatMap((record) =>
      record.kind === "page.settled" && record.reason !== undefined ? [record.reason] : [],
    ),
    refusals: records.flatMap((record) =>
      record.kind === "rp.response" && record.code !== undefined ? [record.code] : [],
    ),
  };
}

describe("the vault of a password manager", () => {
  test("saves the passkey and signs with it", async () => {
    const { accepted, signers } = await played({ "ext.vault": "open" });
    expect(accepted).toEqual([true, true]);
    expect(signers).toEqual(["vault", "vault"]);
  });

  test("is out of reach without the extension", async () => {
    const { accepted, signers } = await played({ "ext.vault": "open" }, { "ext.vault": "none" });
    expect(accepted).toEqual([true, false]);
    expect(signers).toEqual(["vault"]);
  });

  test.each([
    [{}, ["hands-on", "no-passkey"], true],
    [{ "ext.whenEmpty": "refuses" }, ["refuses", "no-passkey"], false],
  ] as const)("without the passkey, with %o", async (knobs, decision, accepted) => {
    const run = await played({}, { "ext.vault": "open", ...knobs });
    expect(run.decisions).toEqual([decision]);
    expect(run.accepted).toEqual([true, accepted]);
  });

  test("is unlocked once", async () => {
    const { accepted, decisions } = await played({ "ext.vault": "locked" });
    expect(accepted).toEqual([true, true]);
    expect(decisions).toEqual([
      ["answers", ""],
      ["answers", ""],
    ]);
  });

  test.each([
    ["locked", "vault-locked"],
    ["signed-out", "signed-out"],
  ] as const)("that stays %s refuses, or hands on", async (vault, reason) => {
    const knobs = { "ext.vault": vault, "ext.unlockMs": null } as const;
    const refused = await played(knobs);
    expect(refused.decisions[0]).toEqual(["refuses", reason]);
    expect(refused.reasons[0]).toBe("extension-refused");
    const handedOn = await played({ ...knobs, "ext.whenClosed": "hands-on" });
    expect(handedOn.decisions[0]).toEqual(["hands-on", reason]);
    expect(handedOn.accepted).toEqual([true, true]);
  });

  test("leaves a security key that is asked for to the browser", async () => {
    const { decisions, signers } = await played({ "ext.vault": "open", "rp.attachment": "cross-platform" });
    expect(decisions[0]).toEqual(["hands-on", "attachment"]);
    expect(signers[0]).toBe("key");
  });

  test("that wants `internal` hands on what names other transports only", async () => {
    const knobs = { "ext.vault": "open", "ext.wantsInternal": true } as const;
    expect((await played({ ...knobs, "rp.transports": "hybrid-only" })).decisions[1]).toEqual([
      "hands-on",
      "transports",
    ]);
    expect((await played({ ...knobs, "rp.transports": "omitted" })).accepted).toEqual([true, true]);
  });

  test("that states its own origin is refused by the site", async () => {
    const { accepted, refusals } = await played({ "ext.vault": "open", "ext.statesOrigin": "own" });
    expect(accepted[0]).toBe(false);
    expect(refusals).toContain("RP_ORIGIN");
  });
});

describe("a credential provider of the system", () => {
  const PROVIDER = { "ext.vault": "open", "ext.place": "system" } as const;

  test("is asked behind the browser", async () => {
    const { accepted, signers } = await played(PROVIDER);
    expect(accepted).toEqual([true, true]);
    expect(signers).toEqual(["vault", "vault"]);
  });

  test("is not asked where the browser refuses", async () => {
    const { decisions, reasons } = await played(PROVIDER, {
      "page.frame": "cross-origin",
      "page.frameAllows": false,
    });
    expect(decisions).toEqual([["answers", ""]]);
    expect(reasons).toEqual(["frame-not-allowed"]);
  });
});

describe("a page in a frame", () => {
  const FRAMED = { "page.frame": "cross-origin" } as const;

  test.each([
    [{}, "RP_CROSS_ORIGIN"],
    [{ "rp.topOrigins": "portal" }, undefined],
    [{ "rp.topOrigins": "portal", "ext.vault": "open", "ext.statesOrigin": "top" }, "RP_ORIGIN"],
  ] as const)("is verified by the site, with %o", async (knobs, code) => {
    const world = simWorld("frame", { ...LOOPBACK, ...FRAMED, ...knobs });
    await world.env.clock.run(world.page.register("hanako"));
    const answer = world.env.records.findLast((record) => record.kind === "rp.response");
    expect(answer?.kind === "rp.response" && answer.code).toBe(code);
  });

  test("without the permission is refused by the browser", async () => {
    const { accepted, reasons } = await played({}, { ...FRAMED, "page.frameAllows": false });
    expect(accepted).toEqual([true, false]);
    expect(reasons).toEqual(["frame-not-allowed"]);
  });

  test("of its own origin needs none", async () => {
    const { accepted } = await played({}, { "page.frame": "same-origin", "page.frameAllows": false });
    expect(accepted).toEqual([true, true]);
  });

  test.each(["same-origin", "cross-origin"] as const)("is refused by an extension: %s", async (frame) => {
    const { decisions, reasons } = await played(
      { "rp.topOrigins": "portal" },
      { "page.frame": frame, "ext.vault": "open", "ext.inFrames": "refuses" },
    );
    expect(decisions).toEqual([["refuses", "frame"]]);
    expect(reasons).toEqual(["extension-refused"]);
  });
});
