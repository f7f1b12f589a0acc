import { describe, expect, test } from "vitest";
import { KNOB_SPECS } from "../../../src/sim/knobs/registry.js";
import type { KnobOverrides } from "../../../src/sim/knobs/knobs.js";
import { simWorld, type SimWorld } from "../../../src/sim/sim-world.js";
import { CLIENT_PROFILES } from "../../../src/webauthn/profiles/client-profiles.js";
import type { CreationOptionsInput } from "../../../src/webauthn/json-input.js";

const ROAD = { "link.road": "loopback" } as const;

const OPTIONS: CreationOptionsInput = {
  rp: { id: "shop.example", name: "Example Shop" },
  user: { id: "dXNlcg", name: "hanako", displayName: "Hanako" },
  challenge: "AAAAAAAAAAAAAAAAAAAAAA",
  pubKeyCredParams: [{ type: "public-key", alg: -7 }],
  authenticatorSelection: { residentKey: "required" },
  timeout: 60_000,
};

interface Settled {
  readonly atMs: number;
  readonly name: string;
}

/** When the promise settles, and as what. */
async function settle(world: SimWorld, promise: Promise<unknown>): Promise<Settled> {
  const outcome = promise.then(
    () => "resolved",
    (error: unknown) => (error as Error).name,
  );
  const name = await world.env.clock.run(outcome);
  return { name, atMs: world.env.clock.nowMs() };
}

const create = (knobs: KnobOverrides) => {
  const world = simWorld("browser", { ...ROAD, ...knobs });
  return settle(world, world.browser.create(OPTIONS));
};

test.each(KNOB_SPECS.client.profile.choices ?? [])("there is a client profile %s", (id) => {
  expect(CLIENT_PROFILES[id]?.id).toBe(id);
});

describe("with no key in reach, a site that asks for 60 s waits", () => {
  test.each([
    ["chrome-floor3m", 185_000, "3 minutes and the sheet"],
    ["chrome-10s-10m", 65_000, "60 s and the sheet"],
    ["chrome-windows", 180_000, "3 minutes; the system's dialog needs no closing"],
    ["gecko", 60_000, "60 s"],
    ["webkit", 60_000, "60 s"],
    ["spec-l3", 300_000, "5 minutes"],
  ] as const)("%s: %i ms (%s)", async (profile, atMs, _why) => {
    const settled = await create({ "client.profile": profile, "key.present": false });
    expect(settled).toEqual({ name: "NotAllowedError", atMs });
  });
});

describe("when nobody touches a key that gives up after 30 s", () => {
  test.each([
    ["chrome-floor3m", 185_000],
    ["gecko", 30_100],
    ["webkit", 60_000],
  ] as const)("%s settles at %i ms", async (profile, atMs) => {
    const settled = await create({ "client.profile": profile, "key.touchDelayMs": null });
    expect(settled).toEqual({ name: "NotAllowedError", atMs });
  });
});

describe("options that a browser refuses at once", () => {
  test.each([
    ["a list that is null", { excludeCredentials: null }, "TypeError", "bad-options"],
    ["a name that is missing", { user: { id: "AA", name: "hanako" } }, "TypeError", "bad-options"],
    ["a challenge with padding", { challenge: "AA==" }, "EncodingError", "bad-encoding"],
    ["another site's rp id", { rp: { id: "other.example", name: "" } }, "SecurityError", "origin-or-rp-id"],
    [
      "types that nobody knows",
      { pubKeyCredParams: [{ type: "x", alg: -7 }] },
      "NotSupportedError",
      "unknown-credential-types",
    ],
  ] as const)("%s: no sheet, no key", async (_, override, name, reason) => {
    // A page without the focus, and a client whose sheets somebody has to close.
    const world = simWorld("browser", { ...ROAD, "client.profile": "chrome-floor3m", "page.focused": false });
    const options = { ...OPTIONS, ...override } as CreationOptionsInput;
    expect(await settle(world, world.browser.create(options))).toEqual({ name, atMs: 0 });
    const kinds = world.env.records.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind.startsWith("ctap.") || kind === "user.saw")).toEqual([]);
    expect(world.env.records.find(({ kind }) => kind === "page.settled")).toMatchObject({ name, reason });
  });

  test("what converts goes on: an algorithm that is a text, a name that is null", async () => {
    const world = simWorld("browser", ROAD);
    const user = { ...OPTIONS.user, displayName: null };
    const options = { ...OPTIONS, user, pubKeyCredParams: [{ type: "public-key", alg: "-7" }] };
    const settled = await settle(world, world.browser.create(options as never));
    expect(settled.name).toBe("resolved");
    expect(world.store.credentials[0]?.userDisplayName).toBe("null");
  });
});

test("WebKit asks the key again, so a touch at 45 s still counts", async () => {
  const world = simWorld("browser", { ...ROAD, "client.profile": "webkit", "key.touchDelayMs": null });
  world.env.clock.arm(40_000, "test.person", () => world.setKnobs({ "key.touchDelayMs": 5_000 }));
  // The second prompt came at 30 s and nobody answered it; the third comes at 60 s.
  const settled = await settle(world, world.browser.create({ ...OPTIONS, timeout: 120_000 }));
  expect(settled.name).toBe("resolved");
  expect(world.store.credentials).toHaveLength(1);
  const asked = world.env.records.filter(
    (record) => record.kind === "ctap.request" && record.command === "makeCredential",
  );
  expect(asked).toHaveLength(3);
});

test("a sheet nobody closes keeps Chromium's promise pending", async () => {
  const world = simWorld("browser", { ...ROAD, "key.present": false, "user.closeSheetMs": null });
  let settled = false;
  void world.browser.create(OPTIONS).catch(() => {
    settled = true;
  });
  await world.env.clock.advance(400_000);
  expect(settled).toBe(false);
  expect(world.env.records).toContainEqual(
    expect.objectContaining({
      kind: "user.saw",
      where: "browser",
      atMs: 180_000,
      text: "The request timed out",
    }),
  );
});

describe("a page that aborts", () => {
  test.each([
    ["while the key waits", 10_000],
    ["while the sheet stands", 182_000],
  ])("%s gets AbortError at once", async (_, atMs) => {
    const world = simWorld("browser", { ...ROAD, "key.touchDelayMs": null });
    const abort = new AbortController();
    world.env.clock.arm(atMs, "test.abort", () => abort.abort());
    const settled = await settle(world, world.browser.create(OPTIONS, { signal: abort.signal }));
    expect(settled).toEqual({ name: "AbortError", atMs });
  });
});

describe("focus at completion", () => {
  test.each([
    ["chrome-floor3m", "NotAllowedError"],
    ["gecko", "resolved"],
  ] as const)("%s without focus: %s, and the key keeps the credential", async (profile, name) => {
    const world = simWorld("browser", { ...ROAD, "client.profile": profile });
    world.env.clock.arm(1_000, "test.focus", () => world.setKnobs({ "page.focused": false }));
    const settled = await settle(world, world.browser.create(OPTIONS));
    expect(settled.name).toBe(name);
    expect(world.store.credentials).toHaveLength(1);
  });

  test("does not matter to get()", async () => {
    const world = simWorld("browser", ROAD);
    await settle(world, world.browser.create(OPTIONS));
    world.setKnobs({ "page.focused": false });
    const settled = await settle(
      world,
      world.browser.get({ challenge: OPTIONS.challenge, rpId: "shop.example" }),
    );
    expect(settled.name).toBe("resolved");
  });
});

describe("a second request while the first is pending", () => {
  const both = async (profile: "chrome-floor3m" | "webkit" | "gecko") => {
    const world = simWorld("browser", { ...ROAD, "client.profile": profile });
    const nameOf = (promise: Promise<unknown>) =>
      promise.then(
        () => "resolved",
        (error: unknown) => (error as Error).name,
      );
    const first = nameOf(world.browser.create(OPTIONS));
    await world.env.clock.advance(500);
    const second = nameOf(world.browser.create({ ...OPTIONS, user: { ...OPTIONS.user, id: "b3RoZXI" } }));
    return world.env.clock.run(Promise.all([first, second]));
  };

  test("is refused by Chromium", async () => {
    expect(await both("chrome-floor3m")).toEqual(["resolved", "OperationError"]);
  });

  test("takes the place of the first in WebKit", async () => {
    expect(await both("webkit")).toEqual(["NotAllowedError", "resolved"]);
  });
});

test("the trace says what was wished for, what was allowed and how it ended", async () => {
  const world = simWorld("browser", ROAD);
  await settle(world, world.browser.create(OPTIONS, { context: { span: "s9", ceremony: "c7" } }));
  const page = world.env.records.filter(({ kind }) => kind.startsWith("page."));
  expect(page).toMatchObject([
    { kind: "page.called", method: "create", timeoutMs: 60_000, effectiveMs: 180_000, ceremony: "c7" },
    { kind: "page.settled", method: "create", outcome: "resolved", ceremony: "c7" },
  ]);
});
