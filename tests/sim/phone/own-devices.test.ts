import { describe, expect, test } from "vitest";
import { sleep } from "../../../src/core/clock.js";
import type { KnobOverrides } from "../../../src/sim/knobs/knobs.js";
import { simWorld, type SimWorld } from "../../../src/sim/sim-world.js";

const HYBRID: KnobOverrides = { "link.road": "hybrid" };

const on = <T>({ env }: SimWorld, work: Promise<T>): Promise<T> => env.clock.run(work);
const pass = (world: SimWorld, ms: number) => on(world, sleep(world.env.clock, ms, "test"));

async function registered(knobs: KnobOverrides = {}): Promise<SimWorld> {
  const world = simWorld("own devices", { ...HYBRID, ...knobs });
  await on(
    world,
    world.page.register("hanako").then(() => world.settled()),
  );
  return world;
}

/** Turns knobs, logs in, and says what became of it. */
async function login(world: SimWorld, knobs: KnobOverrides = {}) {
  world.setKnobs(knobs);
  return on(world, world.page.login("hanako"));
}

async function register(world: SimWorld, knobs: KnobOverrides = {}) {
  world.setKnobs(knobs);
  return on(world, world.page.register("hanako"));
}

const holdersOf = (world: SimWorld) => world.ledger().entries.keys.map(({ authenticator }) => authenticator);

const lastAnswer = ({ env }: SimWorld) =>
  env.records.findLast(
    (record) =>
      record.kind === "ctap.response" && ["getAssertion", "makeCredential"].includes(record.command),
  );

const lastSettled = ({ env }: SimWorld) => env.records.findLast(({ kind }) => kind === "page.settled");

const saidOnPhone = ({ env }: SimWorld) =>
  env.records.flatMap((record) =>
    record.kind === "user.saw" && record.where === "phone" && record.tone === "failure" ? [record.text] : [],
  );

const codesOf = ({ env }: SimWorld) =>
  env.records.flatMap((record) =>
    record.kind === "rp.response" && record.code !== undefined ? [record.code] : [],
  );

describe("two phones", () => {
  test("are two devices: the second one scans for itself and has nothing", async () => {
    const world = await registered();
    expect(await login(world, { "key.which": "second" })).toMatchObject({ accepted: false });
    const scans = world.env.records.flatMap((record) =>
      record.kind === "link.hybrid" && record.stage === "qr-scanned" ? [record.actor] : [],
    );
    expect(scans).toEqual(["phone", "phone-2"]);
  });

  test("keep a passkey each, and the books have both in the order in which they came", async () => {
    const world = await registered();
    await register(world, { "key.which": "second" });
    await register(world, { "key.which": "first", "rp.userIdStable": false, "rp.excludeList": "empty" });
    expect(holdersOf(world)).toEqual(["key", "key-2", "key"]);
  });

  test("are linked to the browser one by one", async () => {
    const world = await registered({ "phone.linked": true });
    await login(world, { "key.which": "second" });
    expect(lastAnswer(world)).toMatchObject({ status: "NO_CREDENTIALS" });
    expect(await login(world, { "key.which": "first" })).toMatchObject({ accepted: true });
    const called = world.env.records.flatMap((record) =>
      record.kind === "link.hybrid" && record.stage === "ready" && record.actor !== "desktop"
        ? [record.actor]
        : [],
    );
    expect(called).toEqual(["phone", "phone-2", "phone"]);
  });

  test("of one make have copies at once, when copies take no time", async () => {
    const world = await registered({ "key.second": "synced" });
    expect(await login(world, { "key.which": "second" })).toMatchObject({ accepted: true });
  });

  test("of two makes have none, however long one waits", async () => {
    const world = await registered({ "key.second": "synced", "phone.second": "iphone" });
    await pass(world, 86_400_000);
    expect(await login(world, { "key.which": "second" })).toMatchObject({ accepted: false });
  });

  test("an iPhone hangs up first and makes passkeys all the same", async () => {
    const world = await registered({ "phone.second": "iphone" });
    expect(await register(world, { "key.which": "second" })).toMatchObject({ accepted: true });
    expect(holdersOf(world)).toEqual(["key", "key-2"]);
  });
});

describe("key.syncMs", () => {
  test("keeps the copy away until it is over, and no longer", async () => {
    const world = await registered({ "key.second": "synced", "key.syncMs": 600_000 });
    expect(await login(world, { "key.which": "second" })).toMatchObject({ accepted: false });
    await pass(world, 600_000);
    expect(await login(world)).toMatchObject({ accepted: true });
    expect(holdersOf(world)).toEqual(["key", "key-2"]);
  });
});

describe("phone.provider", () => {
  test("second saves in a store of its own, which knows nothing of the other", async () => {
    const world = await registered();
    expect(await register(world, { "phone.provider": "second" })).toMatchObject({ accepted: true });
    expect(holdersOf(world)).toEqual(["key", "key-provider-2"]);
  });

  test("first finds an excluded passkey in the one store there is", async () => {
    const world = await registered();
    expect(await register(world)).toMatchObject({ accepted: false });
    expect(lastAnswer(world)).toMatchObject({ status: "CREDENTIAL_EXCLUDED" });
  });

  test("is asked alone: the other one's passkey is not found", async () => {
    const world = await registered();
    expect(await login(world, { "phone.provider": "second" })).toMatchObject({ accepted: false });
    expect(await login(world, { "phone.provider": "first" })).toMatchObject({ accepted: true });
  });
});

describe("key.indexLagMs", () => {
  test("hides the newest passkey and leaves the older one to be found", async () => {
    const world = await registered({ "rp.userIdStable": false, "rp.excludeList": "empty" });
    await pass(world, 60_000);
    await register(world, { "key.indexLagMs": 60_000 });
    await login(world, { "rp.allowList": "empty" });
    const tags = world.ledger().entries.keys.map(({ credential }) => credential);
    const used = world.env.records.findLast(
      (record) => record.kind === "ctap.credential" && record.change === "used",
    );
    expect(tags).toHaveLength(2);
    expect(used).toMatchObject({ credential: tags[0] });
  });
});

describe("key.listOrder", () => {
  test.each([
    ["newest-first", 1],
    ["oldest-first", 0],
  ] as const)("%s puts that one on top", async (order, nth) => {
    const world = await registered({ "rp.userIdStable": false, "rp.excludeList": "empty" });
    await register(world);
    await login(world, { "rp.allowList": "empty", "key.listOrder": order });
    const used = world.env.records.findLast(
      (record) => record.kind === "ctap.credential" && record.change === "used",
    );
    expect(used).toMatchObject({ credential: world.ledger().entries.keys[nth]?.credential });
  });
});

describe("phone.discoverable off", () => {
  test("ends a request for a discoverable passkey without an answer, and says why on the phone", async () => {
    const world = await registered({ "phone.discoverable": false });
    expect(world.ledger().entries.keys).toEqual([]);
    expect(lastAnswer(world)).toBeUndefined();
    expect(lastSettled(world)).toMatchObject({ name: "NotAllowedError", reason: "link-lost" });
    expect(saidOnPhone(world)).toEqual([expect.stringContaining("(115)")]);
  });

  test("leaves other requests alone", async () => {
    const world = await registered({ "phone.discoverable": false, "rp.residentKey": "discouraged" });
    expect(holdersOf(world)).toEqual(["key"]);
  });
});

describe("phone.nothingFound", () => {
  const OTHER = { "key.which": "second" } as const;

  test.each([
    ["0x2e", "NO_CREDENTIALS"],
    ["0x27", "OPERATION_DENIED"],
  ] as const)("%s is what a site hears that named a passkey", async (nothingFound, status) => {
    const world = await registered({ "phone.nothingFound": nothingFound });
    await login(world, OTHER);
    expect(lastAnswer(world)).toMatchObject({ status });
    expect(saidOnPhone(world)).toEqual(["There are no passkeys for this site on this phone"]);
  });

  test("0x2e is silence to a site that named none", async () => {
    const world = await registered({ "rp.allowList": "empty" });
    await login(world, OTHER);
    expect(lastAnswer(world)).toMatchObject({ command: "makeCredential" });
    expect(lastSettled(world)).toMatchObject({ reason: "link-lost" });
  });

  test("0x27 is an answer to such a site too", async () => {
    const world = await registered({ "rp.allowList": "empty", "phone.nothingFound": "0x27" });
    await login(world, OTHER);
    expect(lastAnswer(world)).toMatchObject({ command: "getAssertion", status: "OPERATION_DENIED" });
  });
});

describe("the computer's own authenticator", () => {
  const HELLO = { "os.helloEnabled": true } as const;

  test("is asked when the site wants this computer, and not otherwise", async () => {
    const world = await registered(HELLO);
    await register(world, { "rp.attachment": "platform" });
    expect(holdersOf(world)).toEqual(["key", "computer"]);
  });

  test("is not asked when the site wants another device", async () => {
    const world = await registered({ ...HELLO, "rp.attachment": "cross-platform" });
    expect(holdersOf(world)).toEqual(["key"]);
  });

  test("logs in without a code where it has the passkey", async () => {
    const world = await registered({ ...HELLO, "rp.attachment": "platform" });
    expect(await login(world)).toMatchObject({ accepted: true });
    expect(world.env.records.filter(({ kind }) => kind === "link.hybrid")).toEqual([]);
  });

  test("is passed over where it has none of those named, although it has one", async () => {
    const world = await registered(HELLO);
    await register(world, { "rp.attachment": "platform", "rp.replicaLagMs": 600_000 });
    await login(world);
    const used = world.env.records.findLast(
      (record) => record.kind === "ctap.credential" && record.change === "used",
    );
    expect(used).toMatchObject({ actor: "key" });
  });

  test("is not there without Windows Hello: nothing is offered", async () => {
    const world = await registered({ "rp.attachment": "platform" });
    expect(lastSettled(world)).toMatchObject({ reason: "attachment-unavailable" });
  });

  test("page.checksUvpaa asks first, and begins nothing", async () => {
    const world = simWorld("own devices", {
      ...HYBRID,
      "rp.attachment": "platform",
      "page.checksUvpaa": true,
    });
    expect(await register(world)).toEqual({ shown: "nothing", accepted: false });
    expect(world.env.records.filter(({ kind }) => kind === "rp.request")).toEqual([]);
  });
});

describe("rp.whenFull", () => {
  const ONE = { "rp.maxPasskeys": 1, "rp.excludeList": "empty" } as const;

  test("replace gives the oldest row's place away", async () => {
    const world = await registered(ONE);
    expect(await register(world)).toMatchObject({ accepted: true });
    expect(world.ledger().diff()).toEqual({ orphans: [], ghosts: [] });
  });

  test("refuse keeps the row, whose key the phone has overwritten by then", async () => {
    const world = await registered({ ...ONE, "rp.whenFull": "refuse" });
    expect(await register(world)).toMatchObject({ accepted: false });
    expect(codesOf(world)).toEqual(["PASSKEY_LIMIT"]);
    const { orphans, ghosts } = world.ledger().diff();
    expect([orphans.length, ghosts.length]).toEqual([1, 1]);
  });
});

describe("client.clearCookiesMs", () => {
  test("between options and finish takes the session with it", async () => {
    const world = await registered({ "client.clearCookiesMs": 5_000 });
    expect(codesOf(world)).toEqual(["SESSION_LOST"]);
    expect(world.ledger().diff().orphans).toHaveLength(1);
  });

  test("after the finish call comes to nothing", async () => {
    const world = await registered({ "client.clearCookiesMs": 60_000 });
    expect(codesOf(world)).toEqual([]);
    expect(world.ledger().entries.rows).toHaveLength(1);
  });

  test("before the options were answered comes to nothing: the cookie came with them", async () => {
    const world = await registered({ "client.clearCookiesMs": 10 });
    expect(codesOf(world)).toEqual([]);
  });

  test("does not matter to a site that finds its ceremonies in the call (rp.sessionIn)", async () => {
    const world = await registered({ "client.clearCookiesMs": 5_000, "rp.sessionIn": "body" });
    expect(world.ledger().entries.rows).toHaveLength(1);
  });

  test("lets a login fail and leaves the passkey as it was", async () => {
    const world = await registered();
    expect(await login(world, { "client.clearCookiesMs": 5_000 })).toMatchObject({ accepted: false });
    expect(await login(world, { "client.clearCookiesMs": null })).toMatchObject({ accepted: true });
  });
});
