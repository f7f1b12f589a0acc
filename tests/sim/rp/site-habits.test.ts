import { describe, expect, test } from "vitest";
import type { SiteAnswer } from "../../../src/sim/rp/gateway.js";
import type { KnobOverrides } from "../../../src/sim/knobs/knobs.js";
import { simWorld, type SimWorld } from "../../../src/sim/sim-world.js";

const ACCOUNT = "hanako";

const worldWith = (knobs: KnobOverrides = {}) => simWorld("habits", { "link.road": "loopback", ...knobs });
const on = <T>({ env }: SimWorld, work: Promise<T>) => env.clock.run(work);
const kinds = ({ env }: SimWorld, kind: string) => env.records.filter((record) => record.kind === kind);

async function registered(knobs: KnobOverrides = {}): Promise<SimWorld> {
  const world = worldWith(knobs);
  await on(
    world,
    world.page.register(ACCOUNT).then(() => world.settled()),
  );
  return world;
}

const loginOf = (world: SimWorld) => on(world, world.page.login(ACCOUNT));

describe("a database with a narrow column for ids", () => {
  test("cuts ids off without a word, and the login fails", async () => {
    const world = await registered({ "rp.idColumnBytes": 16 });
    expect(world.ledger().diff()).toMatchObject({
      orphans: [expect.any(String)],
      ghosts: [expect.any(String)],
    });
    expect((await loginOf(world)).accepted).toBe(false);
  });

  test("is found out at the registration when the row is read back", async () => {
    const world = await registered({ "rp.idColumnBytes": 16, "rp.readsBack": true });
    expect(kinds(world, "rp.row")).toEqual([]);
    expect(kinds(world, "rp.response").at(-1)).toMatchObject({ status: 422, code: "ID_TOO_LONG" });
  });
});

describe("an account with one passkey", () => {
  test("keeps the newest when the replacing is part of the commit", async () => {
    const world = await registered({
      "rp.maxPasskeys": 1,
      "rp.excludeList": "empty",
      "key.profile": "phone",
    });
    world.setKnobs({ "key.which": "second" });
    await on(world, world.page.register(ACCOUNT));
    const { rows } = world.ledger().entries;
    expect(rows).toHaveLength(1);
    expect(world.ledger().entries.keys.at(-1)?.credential).toBe(rows[0]?.credential);
  });

  test("has as many as it wants without a limit", async () => {
    const world = await registered({ "rp.excludeList": "empty", "key.profile": "phone" });
    world.setKnobs({ "key.which": "second" });
    await on(world, world.page.register(ACCOUNT));
    expect(world.ledger().entries.rows).toHaveLength(2);
  });
});

describe("challenges", () => {
  const twoOptions = async (world: SimWorld) => {
    const first = (await on(world, world.site.loginOptions(ACCOUNT))).body;
    await on(world, world.site.loginOptions(ACCOUNT));
    const answer = await on(world, world.browser.get(first?.publicKey as never));
    return on(world, world.site.finishLogin(first?.ceremony as string, answer));
  };

  test("of an account end each other", async () => {
    const world = await registered({ "rp.challengePer": "account" });
    expect(await twoOptions(world)).toEqual({ status: 400, code: "CHALLENGE_SUPERSEDED" });
  });

  test("of a session live side by side", async () => {
    const world = await registered({ "rp.challengePer": "session" });
    expect((await twoOptions(world)).status).toBe(200);
  });

  test("of one account leave those of another alone", async () => {
    const world = await registered({ "rp.challengePer": "account" });
    const first = (await on(world, world.site.loginOptions(ACCOUNT))).body;
    await on(world, world.site.loginOptions("taro"));
    const answer = await on(world, world.browser.get(first?.publicKey as never));
    expect((await on(world, world.site.finishLogin(first?.ceremony as string, answer))).status).toBe(200);
  });
});

describe("the transports a site names", () => {
  const offered = async (knobs: KnobOverrides) => {
    const world = await registered({ "key.profile": "phone", ...knobs });
    const { body } = await on(world, world.site.loginOptions(ACCOUNT));
    return body?.publicKey.allowCredentials?.[0]?.transports;
  };

  test("are those reported", async () => {
    expect(await offered({ "link.seenAs": "hybrid" })).toContain("hybrid");
  });

  test("are internal alone where the site believes every passkey is built in", async () => {
    expect(await offered({ "rp.transports": "internal-only" })).toEqual(["internal"]);
  });

  test("have hybrid added for what synchronises", async () => {
    expect(await offered({ "rp.transports": "with-hybrid" })).toContain("hybrid");
  });

  test("have no hybrid added for a key that never leaves its chip", async () => {
    const of = await offered({ "rp.transports": "with-hybrid", "key.profile": "generic" });
    expect(of).not.toContain("hybrid");
  });

  test("are left out where the site says nothing", async () => {
    expect(await offered({ "rp.transports": "omitted" })).toBeUndefined();
  });
});

describe("a registration that needs a step-up", () => {
  const KNOBS = { "rp.stepUpTtlMs": 60_000, "factor.enrolled": "mail" } as const;
  const optionsOf = (world: SimWorld): Promise<SiteAnswer> =>
    on(world, world.site.registrationOptions(ACCOUNT));
  const stepUp = (world: SimWorld) =>
    on(
      world,
      world.fallbackUser.requestCode("mail").then(() => world.fallbackUser.enterCode("mail", "first")),
    );

  test("is refused without one", async () => {
    expect(await optionsOf(worldWith(KNOBS))).toMatchObject({ status: 403, code: "STEP_UP_NEEDED" });
  });

  test("begins with one", async () => {
    const world = worldWith(KNOBS);
    await stepUp(world);
    expect((await optionsOf(world)).status).toBe(200);
  });

  test("is refused when it has grown old", async () => {
    const world = worldWith(KNOBS);
    await stepUp(world);
    await world.env.clock.advance(60_000);
    expect(await optionsOf(world)).toMatchObject({ status: 403, code: "STEP_UP_EXPIRED" });
  });
});

test("a registration by the site's own QR code is one of a platform authenticator", async () => {
  const world = await registered({ "key.profile": "phone", "rp.qr": "site" });
  const { body } = await on(world, world.site.loginOptions(ACCOUNT));
  expect(body?.publicKey.allowCredentials?.[0]?.transports).toContain("internal");
  expect(kinds(world, "page.called").map(({ actor }) => actor)).toEqual(["phone-browser"]);
});

test("a page that asks before it despairs shows the success a lost answer hid", async () => {
  const lost = { "net.loses": "finish-answer" } as const;
  expect((await on2(lost)).accepted).toBe(false);
  expect(await on2({ ...lost, "page.asksState": true })).toEqual({ shown: "success", accepted: true });
});

function on2(knobs: KnobOverrides) {
  const world = worldWith(knobs);
  return on(world, world.page.register(ACCOUNT));
}

describe("the person's second authenticator", () => {
  const asked = async (knobs: KnobOverrides) => {
    const world = await registered({ "key.profile": "phone", ...knobs });
    world.setKnobs({ "key.which": "second" });
    return { world, outcome: await loginOf(world) };
  };

  test("finds nothing while it is empty", async () => {
    expect((await asked({})).outcome.accepted).toBe(false);
  });

  test("signs with its copy where passkeys synchronise", async () => {
    const { world, outcome } = await asked({ "key.second": "synced" });
    expect(outcome.accepted).toBe(true);
    expect(world.ledger().entries.keys.map(({ authenticator }) => authenticator)).toEqual(["key", "key-2"]);
  });
});

describe("an index that lags", () => {
  test("hides a new passkey for that long, and no longer", async () => {
    const world = await registered({ "key.profile": "phone", "key.indexLagMs": 60_000 });
    expect((await loginOf(world)).accepted).toBe(false);
    await world.env.clock.advance(60_000);
    expect((await loginOf(world)).accepted).toBe(true);
  });
});

describe("a link with moods", () => {
  test("breaks for as many ceremonies as it was told to", async () => {
    const world = await registered({
      "link.seenAs": "hybrid",
      "link.breaks": "before-request",
      "link.breakCount": 2,
    });
    const outcomes = [(await loginOf(world)).accepted];
    await on(world, world.page.register(ACCOUNT));
    outcomes.push((await loginOf(world)).accepted);
    expect(outcomes).toEqual([false, true]);
  });

  test("that loses answers leaves the key behind", async () => {
    const world = await registered({ "link.seenAs": "hybrid", "link.breaks": "after-answer" });
    expect(world.ledger().diff().orphans).toHaveLength(1);
  });
});

describe("codes", () => {
  test("never enter a trace, whatever road they take", async () => {
    const world = worldWith({ "factor.enrolled": "sms+mail" });
    const { fallbackUser, site } = world;
    const seen: string[] = [];
    for (const factor of ["sms", "mail", "voice"] as const) {
      await on(world, fallbackUser.requestCode(factor));
      const codes = await on(
        world,
        site.factors.deliveries.inbox.codesFor(`f${seen.length + 1}`, world.env.clock, 60_000),
      );
      seen.push(...codes.map(({ digits }) => digits));
      await on(world, fallbackUser.enterCode(factor, "first"));
    }
    expect(seen).toHaveLength(3);
    const told = JSON.stringify(world.env.records);
    for (const digits of seen) expect(told).not.toContain(digits);
    expect(kinds(world, "factor.attempt")).toHaveLength(3);
  });

  test("of an app whose clock is off are wrong ones", async () => {
    const world = worldWith({ "factor.enrolled": "app", "app.clockOffMs": 300_000 });
    await on(world, world.fallbackUser.enterCode("app", "first"));
    expect(kinds(world, "factor.attempt")[0]).toMatchObject({
      outcome: "refused",
      reason: "CODE_WRONG",
      failures: 1,
    });
  });
});

test("a passkey login that is cancelled counts for nothing in the lock of codes", async () => {
  const world = await registered({ "key.profile": "phone", "lock.threshold": 1 });
  world.setKnobs({ "key.decision": "decline" });
  await loginOf(world);
  expect(kinds(world, "factor.lock")).toEqual([]);
});

test("after a reset there is always a factor: the new one is enrolled before the old one goes", async () => {
  const world = worldWith({ "reset.identityMs": 0, "reset.noticeTo": "nobody" });
  await on(world, world.fallbackUser.callCentre());
  expect(kinds(world, "factor.enrolment").map((record) => "change" in record && record.change)).toEqual([
    "enrolled",
    "revoked",
    "kept",
  ]);
  expect(kinds(world, "rp.mail")).toEqual([]);
});
