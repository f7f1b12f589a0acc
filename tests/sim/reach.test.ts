import { describe, expect, test } from "vitest";
import { offerFor } from "../../src/sim/browser/operating-system.js";
import { withKnobs, type KnobOverrides } from "../../src/sim/knobs/knobs.js";
import { simWorld } from "../../src/sim/sim-world.js";

const PHONE = { "link.road": "loopback", "key.profile": "android-chrome", "user.cancelMs": 5_000 } as const;
const WINDOWS = { "client.profile": "chrome-windows", "os.webauthnApi": 4, "os.helloEnabled": true } as const;

/** A registration on the phone itself, then a login at a computer. */
async function loginElsewhere(knobs: KnobOverrides, then: KnobOverrides = {}) {
  const world = simWorld("reach", { ...PHONE, ...knobs });
  const login = await world.env.clock.run(
    (async () => {
      await world.page.register("hanako");
      world.setKnobs({ "key.elsewhere": true, ...then });
      return world.page.login("hanako");
    })(),
  );
  const { records } = world.env;
  return {
    accepted: login.accepted,
    stages: records.flatMap((record) => (record.kind === "link.hybrid" ? [record.stage] : [])),
    missing: records.find((record) => record.kind === "link.not-found"),
    transports: records.flatMap((record) =>
      record.kind === "rp.response" && record.transports ? [record.transports] : [],
    ),
  };
}

describe("a passkey on a phone, at a computer", () => {
  test("was reported as internal and hybrid by the phone's own browser, and is reached by QR code", async () => {
    const { accepted, stages, transports } = await loginElsewhere({});
    expect(transports).toEqual([["cable", "hybrid", "internal"]]);
    expect(stages).toContain("qr-shown");
    expect(accepted).toBe(true);
  });

  test.each([
    ["the site names internal only", { "rp.transports": "internal-only" }],
    ["browser or system knows no hybrid", { "os.hybridSupported": false }],
    [
      "so it is, and the site names no transports",
      { "os.hybridSupported": false, "rp.transports": "omitted" },
    ],
    ["the computer has no Bluetooth", { "adapter.present": false }],
  ] as const)("is not reached where %s", async (_, knobs) => {
    const { accepted, stages, missing } = await loginElsewhere(knobs);
    expect(accepted).toBe(false);
    expect(stages).toEqual([]);
    expect(missing).toMatchObject({ offered: ["security-key"] });
  });

  test("is not registered by a browser that offers no QR code", async () => {
    const world = simWorld("reach", { ...PHONE, "key.elsewhere": true, "os.hybridSupported": false });
    expect((await world.env.clock.run(world.page.register("hanako"))).accepted).toBe(false);
  });
});

describe("the setting that has Windows Hello asked for passwords", () => {
  const SETTING = { ...WINDOWS, "browser.helloForPasswords": true } as const;

  test("gives the request to a dialog without QR codes, and the trace says so", async () => {
    const { accepted, missing } = await loginElsewhere(SETTING);
    expect(accepted).toBe(false);
    expect(missing).toMatchObject({
      offered: ["platform", "security-key"],
      dialog: "os",
      setting: "hello-for-passwords",
    });
  });

  test.each([
    ["switched off", { "browser.helloForPasswords": false }],
    ["without Windows Hello", { "os.helloEnabled": false }],
    ["in front of a newer dialog", { "os.webauthnApi": 6 }],
    ["on another system", { "os.webauthnApi": 0 }],
  ] as const)("does no harm %s", async (_, then) => {
    expect((await loginElsewhere(SETTING, then)).accepted).toBe(true);
  });

  test("draws the sheet of the system", () => {
    const knobs = withKnobs(SETTING);
    expect(offerFor({ method: "get" }, knobs)).toEqual({
      choices: ["platform", "security-key"],
      by: "os",
      isDiverted: true,
    });
  });
});

describe("link.road in the middle of a run", () => {
  test("leads to a security key after a phone, and back", async () => {
    const world = simWorld("reach", { "link.road": "hybrid", "key.profile": "yubikey5" });
    const accepted = await world.env.clock.run(
      (async () => {
        const outcomes = [await world.page.register("hanako")];
        world.setKnobs({ "link.road": "hid", "key.which": "second" });
        outcomes.push(await world.page.register("hanako"), await world.page.login("hanako"));
        world.setKnobs({ "link.road": "hybrid", "key.which": "first" });
        outcomes.push(await world.page.login("hanako"));
        return outcomes.map((outcome) => outcome.accepted);
      })(),
    );
    expect(accepted).toEqual([true, true, true, true]);
    const used = world.env.records.flatMap((record) =>
      record.kind === "ctap.credential" && record.change === "used" ? [record.actor] : [],
    );
    expect(used).toEqual(["key-2", "key"]);
  });

  test("keeps one link of each kind, and opens it anew after the key was pulled out", async () => {
    const world = simWorld("reach", { "link.road": "hid" });
    const { usbPort } = world;
    const [first, loopback, again, anew] = await world.env.clock.run(
      (async () => {
        const hid = await usbPort.device();
        world.setKnobs({ "link.road": "loopback" });
        const direct = await usbPort.device();
        world.setKnobs({ "link.road": "hid" });
        const same = await usbPort.device();
        await usbPort.replug();
        return [hid, direct, same, await usbPort.device()];
      })(),
    );
    expect(loopback).not.toBe(first);
    expect(again).toBe(first);
    expect(anew).not.toBe(first);
  });
});
