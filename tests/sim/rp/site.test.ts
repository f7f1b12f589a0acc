import { verifyAuthenticationResponse, verifyRegistrationResponse } from "@simplewebauthn/server";
import { describe, expect, test } from "vitest";
import { credentialTag } from "../../../src/core/credential-tag.js";
import { fromBase64url } from "../../../src/core/bytes.js";
import type { SiteAnswer } from "../../../src/sim/rp/gateway.js";
import type { KnobOverrides } from "../../../src/sim/knobs/knobs.js";
import type { CeremonyOptions } from "../../../src/sim/rp/site-port.js";
import { simWorld, type SimWorld } from "../../../src/sim/sim-world.js";

const ACCOUNT = "hanako";
const ORIGIN = "https://shop.example";
const RP_ID = "shop.example";

const worldWith = (knobs: KnobOverrides = {}) => simWorld("site", { "link.road": "loopback", ...knobs });

function bodyOf<Options>(answer: SiteAnswer<CeremonyOptions<Options>>): CeremonyOptions<Options> {
  expect(answer.status).toBe(200);
  return answer.body as CeremonyOptions<Options>;
}

/** A good answer to registration options, not yet posted. */
async function answered({ site, browser }: SimWorld) {
  const options = bodyOf(await site.registrationOptions(ACCOUNT));
  return { options, response: await browser.create(options.publicKey) };
}

async function registered(world: SimWorld) {
  const { options, response } = await answered(world);
  await world.site.finishRegistration(options.ceremony, response);
  return response;
}

const times = ({ env }: SimWorld, kind: string, where: object = {}) =>
  env.records
    .filter(
      (record) => record.kind === kind && Object.entries(where).every(([k, v]) => (record as never)[k] === v),
    )
    .map(({ atMs }) => atMs);

describe("an independent relying party agrees", () => {
  test("that the registration in this world is sound", async () => {
    const world = worldWith();
    const { options, response } = await world.env.clock.run(answered(world));
    const verdict = await verifyRegistrationResponse({
      response,
      expectedChallenge: options.publicKey.challenge,
      expectedOrigin: ORIGIN,
      expectedRPID: RP_ID,
      requireUserVerification: false,
    });
    expect(verdict.verified).toBe(true);
    expect(verdict.registrationInfo?.credential.id).toBe(response.id);
  });

  test("that the login in this world is sound", async () => {
    const world = worldWith();
    const { options, registration, response } = await world.env.clock.run(
      (async () => {
        const registration = await answered(world);
        await world.site.finishRegistration(registration.options.ceremony, registration.response);
        const options = bodyOf(await world.site.loginOptions(ACCOUNT));
        return { options, registration, response: await world.browser.get(options.publicKey) };
      })(),
    );
    const known = await verifyRegistrationResponse({
      response: registration.response,
      expectedChallenge: registration.options.publicKey.challenge,
      expectedOrigin: ORIGIN,
      expectedRPID: RP_ID,
      requireUserVerification: false,
    });
    const verdict = await verifyAuthenticationResponse({
      response,
      expectedChallenge: options.publicKey.challenge,
      expectedOrigin: ORIGIN,
      expectedRPID: RP_ID,
      requireUserVerification: false,
      credential: known.registrationInfo?.credential as never,
    });
    expect(verdict.verified).toBe(true);
  });
});

describe("finish refuses", () => {
  test("a challenge that has lived too long", async () => {
    const world = worldWith({
      "rp.challengeTtlMs": 60_000,
      "key.touchDelayMs": 61_000,
      "key.upTimeoutMs": 90_000,
    });
    const { options, response } = await world.env.clock.run(answered(world));
    const answer = await world.env.clock.run(world.site.finishRegistration(options.ceremony, response));
    expect(answer).toEqual({ status: 400, code: "CHALLENGE_EXPIRED" });
    expect(world.ledger().diff().orphans).toHaveLength(1);
    expect(times(world, "timer.fired", { timer: "rp.challenge" })).toEqual([60_100]);
  });

  test("no challenge for its age when the site does not look", async () => {
    const world = worldWith({
      "rp.challengeTtlMs": 60_000,
      "rp.enforceTimeout": false,
      "key.touchDelayMs": 61_000,
      "key.upTimeoutMs": 90_000,
    });
    const { options, response } = await world.env.clock.run(answered(world));
    const answer = await world.env.clock.run(world.site.finishRegistration(options.ceremony, response));
    expect(answer.status).toBe(200);
  });

  test("the same answer a second time", async () => {
    const world = worldWith();
    const { options, response } = await world.env.clock.run(answered(world));
    const finish = () => world.env.clock.run(world.site.finishRegistration(options.ceremony, response));
    expect((await finish()).status).toBe(200);
    expect(await finish()).toEqual({ status: 400, code: "CHALLENGE_USED" });
    expect(world.ledger().entries.rows).toHaveLength(1);
  });

  test("nothing a second time when it is idempotent, and writes one row", async () => {
    const world = worldWith({ "rp.idempotentFinish": true });
    const { options, response } = await world.env.clock.run(answered(world));
    const finish = () => world.env.clock.run(world.site.finishRegistration(options.ceremony, response));
    expect([await finish(), await finish()].map(({ status }) => status)).toEqual([200, 200]);
    expect(times(world, "rp.row", { change: "created" })).toHaveLength(1);
  });

  test("another ceremony's answer", async () => {
    const world = worldWith();
    const { response } = await world.env.clock.run(answered(world));
    const other = bodyOf(await world.env.clock.run(world.site.registrationOptions(ACCOUNT)));
    const answer = await world.env.clock.run(world.site.finishRegistration(other.ceremony, response));
    expect(answer).toEqual({ status: 400, code: "RP_CHALLENGE" });
  });

  test("a ceremony it never opened", async () => {
    const world = worldWith();
    const { response } = await world.env.clock.run(answered(world));
    const answer = await world.env.clock.run(world.site.finishRegistration("c99", response));
    expect(answer).toEqual({ status: 404, code: "UNKNOWN_CEREMONY" });
  });

  test("a login with a key it has no row for", async () => {
    const world = worldWith({ "rp.unknownAccount": "empty" });
    const answer = await world.env.clock.run(
      (async () => {
        await answered(world);
        const options = bodyOf(await world.site.loginOptions(ACCOUNT));
        return world.site.finishLogin(options.ceremony, await world.browser.get(options.publicKey));
      })(),
    );
    expect(answer).toEqual({ status: 404, code: "UNKNOWN_CREDENTIAL" });
  });
});

describe("time behind the finish call", () => {
  test("a gateway answers 504 at its idle limit and the site commits all the same", async () => {
    const world = worldWith({ "rp.finishMs": 150_000, "gw.idleMs": 60_000 });
    const outcome = await world.env.clock.run(world.page.register(ACCOUNT));
    expect(outcome).toEqual({ shown: "failure", accepted: false });
    await world.env.clock.run(world.settled());
    const [askedAtMs] = times(world, "rp.request", { call: "registration/finish" }) as [number];
    expect(times(world, "rp.response", { status: 504 })).toEqual([askedAtMs + 60_000]);
    expect(times(world, "rp.row", { change: "created" })).toEqual([askedAtMs + 150_000]);
    expect(world.ledger().diff()).toEqual({ orphans: [], ghosts: [] });
  });

  test("a patient gateway waits for the site", async () => {
    const world = worldWith({ "rp.finishMs": 150_000, "gw.idleMs": null });
    expect((await world.env.clock.run(world.page.register(ACCOUNT))).accepted).toBe(true);
  });

  test("row, read copy and mail follow the answer by their own delays", async () => {
    const world = worldWith({ "rp.commitDelayMs": 2_000, "rp.replicaLagMs": 30_000, "mail.delayMs": 7_000 });
    await world.env.clock.run(registered(world).then(() => world.settled()));
    const [answeredAtMs] = times(world, "rp.response", { call: "registration/finish" }) as [number];
    expect(times(world, "rp.row", { change: "created" })).toEqual([answeredAtMs + 2_000]);
    expect(times(world, "rp.row", { change: "visible" })).toEqual([answeredAtMs + 32_000]);
    expect(times(world, "rp.mail", { stage: "queued" })).toEqual([answeredAtMs + 2_000]);
    expect(times(world, "rp.mail", { stage: "delivered" })).toEqual([answeredAtMs + 9_000]);
  });
});

describe("login options", () => {
  test("offer the credential once the read copy has it, and not before", async () => {
    const world = worldWith({ "rp.replicaLagMs": 30_000 });
    const response = await world.env.clock.run(registered(world));
    const early = bodyOf(await world.env.clock.run(world.site.loginOptions(ACCOUNT)));
    await world.env.clock.run(world.settled());
    const late = bodyOf(await world.env.clock.run(world.site.loginOptions(ACCOUNT)));
    expect(early.publicKey.allowCredentials?.map(({ id }) => id)).not.toContain(response.id);
    expect(late.publicKey.allowCredentials?.map(({ id }) => id)).toEqual([response.id]);
    expect(world.env.records).toContainEqual(
      expect.objectContaining({
        kind: "rp.response",
        credentials: [credentialTag(fromBase64url(response.id))],
      }),
    );
  });

  test("make up one and the same id for an account without a row", async () => {
    const world = worldWith();
    const ask = async () =>
      bodyOf(await world.env.clock.run(world.site.loginOptions(ACCOUNT))).publicKey.allowCredentials;
    const first = await ask();
    expect(first).toHaveLength(1);
    expect(await ask()).toEqual(first);
  });

  test("are an empty list where the site says so", async () => {
    const world = worldWith({ "rp.unknownAccount": "empty" });
    const { publicKey } = bodyOf(await world.env.clock.run(world.site.loginOptions(ACCOUNT)));
    expect(publicKey.allowCredentials).toEqual([]);
  });

  test("are refused where the site says so", async () => {
    const world = worldWith({ "rp.unknownAccount": "refuse" });
    const answer = await world.env.clock.run(world.site.loginOptions(ACCOUNT));
    expect(answer).toMatchObject({ status: 404, code: "NO_PASSKEY" });
  });
});

test.each([
  ["options", { flag: true, afterRegistration: true, afterLogin: true }],
  ["commit", { flag: undefined, afterRegistration: true, afterLogin: true }],
  ["first-login", { flag: undefined, afterRegistration: undefined, afterLogin: true }],
] as const)("the account flag is set at %s", async (flagAt, expected) => {
  const world = worldWith({ "rp.flagAt": flagAt });
  const { options, response } = await world.env.clock.run(answered(world));
  expect(world.site.flags["passkey"]).toBe(expected.flag);
  await world.env.clock.run(world.site.finishRegistration(options.ceremony, response));
  expect(world.site.flags["passkey"]).toBe(expected.afterRegistration);
  await world.env.clock.run(world.page.login(ACCOUNT));
  expect(world.site.flags["passkey"]).toBe(expected.afterLogin);
});

test("user handles stay the same for an account and differ between accounts", async () => {
  const world = worldWith();
  const userOf = async (account: string) =>
    bodyOf(await world.env.clock.run(world.site.registrationOptions(account))).publicKey.user.id;
  expect(await userOf("hanako")).toBe(await userOf("hanako"));
  expect(await userOf("hanako")).not.toBe(await userOf("taro"));
});
