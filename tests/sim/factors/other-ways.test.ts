/** Codes that never reach the user, calls to the site, codes on the page, and browsers the site does not know. */
import { describe, expect, test } from "vitest";
import { parseKnobs, type KnobOverrides } from "../../../src/sim/knobs/knobs.js";
import { simWorld, type SimWorld } from "../../../src/sim/sim-world.js";

async function played(knobs: KnobOverrides, script: (world: SimWorld) => Promise<unknown>) {
  const world = simWorld("other ways", { "link.road": "loopback", ...knobs });
  await world.env.clock.run(script(world));
  const { records } = world.env;
  return {
    records,
    changes: records.flatMap((record) => (record.kind === "factor.code" ? [record.change] : [])),
    logins: records.flatMap((record) =>
      record.kind === "rp.login" ? [record.reason ?? record.outcome] : [],
    ),
    answers: records.flatMap((record) => (record.kind === "user.answered" ? [record.answer] : [])),
  };
}

const byCode =
  (factor: "sms" | "mail" | "app" | "call") =>
  async ({ fallbackUser }: SimWorld) => {
    if (factor !== "app") await fallbackUser.requestCode(factor);
    await fallbackUser.enterCode(factor, "first");
  };

describe("a code that never reaches the user", () => {
  test.each([
    ["sms", { "sms.delayMs": null }, ["issued", "lost"]],
    ["mail", { "factor.enrolled": "mail", "mail.delayMs": null }, ["issued", "lost"]],
    ["mail", { "factor.enrolled": "mail", "mail.readable": false }, ["issued", "arrived", "unreadable"]],
    ["sms", { "sms.route": "spouse", "relay.humanMs": null }, ["issued", "arrived"]],
  ] as const)("by %s with %o", async (factor, knobs, expected) => {
    const { changes, answers, logins } = await played(knobs, byCode(factor));
    expect(changes).toEqual(expected);
    expect(answers).toEqual(["none"]);
    expect(logins).toEqual([]);
  });
});

describe("a forgotten password", () => {
  const tries = (times: number) => async (world: SimWorld) => {
    for (let nth = 0; nth < times; nth += 1) await world.fallbackUser.password();
  };

  test("counts as a failure, and locks the account", async () => {
    const { logins } = await played({ "user.forgot": "password", "lock.threshold": 2 }, tries(3));
    expect(logins).toEqual(["PASSWORD_WRONG", "PASSWORD_WRONG", "LOCKED"]);
  });

  test("is no failure of an account where the ID is wrong", async () => {
    const { logins } = await played({ "user.forgot": "id", "lock.threshold": 2 }, tries(3));
    expect(logins).toEqual(["ID_UNKNOWN", "ID_UNKNOWN", "ID_UNKNOWN"]);
  });

  test("is another one after the call centre was called", async () => {
    const { logins } = await played({ "user.forgot": "password" }, async (world) => {
      await world.fallbackUser.callCentre();
      await world.fallbackUser.password();
    });
    expect(logins).toEqual(["accepted"]);
  });
});

test("a lost authenticator app shows no code", async () => {
  const { answers, logins } = await played({ "factor.enrolled": "app", "app.lost": true }, byCode("app"));
  expect(answers).toEqual(["app-lost"]);
  expect(logins).toEqual([]);
});

describe("a call to the site", () => {
  test.each([
    [{}, "accepted"],
    [{ "call.from": "other" }, "CALLER_UNKNOWN"],
    [{ "call.from": "withheld" }, "CALLER_WITHHELD"],
    [{ "call.dialMs": 200_000 }, "CODE_EXPIRED"],
  ] as const)("with %o is %s", async (knobs, outcome) => {
    expect((await played(knobs, byCode("call"))).logins).toEqual([outcome]);
  });

  test("is for accounts with a telephone number", async () => {
    const { records } = await played({ "factor.enrolled": "mail" }, (world) =>
      world.fallbackUser.requestCode("call"),
    );
    expect(records).toContainEqual(expect.objectContaining({ kind: "rp.response", code: "NOT_ENROLLED" }));
  });
});

describe("a code on the page that renews itself", () => {
  const ON_PAGE = { "factor.enrolled": "mail", "otp.renewMs": 30_000 } as const;

  test("is the one of the moment the user reads it", async () => {
    const { changes, logins } = await played({ ...ON_PAGE, "mail.delayMs": 70_000 }, byCode("mail"));
    expect(changes).toEqual(["issued", "renewed", "renewed", "arrived"]);
    expect(logins).toEqual(["accepted"]);
  });

  test("is void when the user types longer than it lives", async () => {
    const { logins } = await played({ ...ON_PAGE, "user.codeEntryMs": 31_000 }, byCode("mail"));
    expect(logins).toEqual(["CODE_VOIDED"]);
  });

  test("ends with the attempt's own time", async () => {
    const knobs = { ...ON_PAGE, "otp.ttlMs": 100_000, "mail.delayMs": 200_000 };
    const { changes, answers } = await played(knobs, byCode("mail"));
    expect(changes).toEqual(["issued", "renewed", "renewed", "renewed", "arrived"]);
    expect(answers).toEqual(["none"]);
  });

  test("cannot renew itself all the time", () => {
    expect(() => parseKnobs({ "otp.renewMs": 999 })).toThrow(
      expect.objectContaining({ code: "KNOB_INVALID" }),
    );
  });
});

describe("a browser the site does not know", () => {
  const script = async (world: SimWorld) => {
    await world.page.register("hanako");
    await world.page.login("hanako");
    await world.fallbackUser.password();
    await byCode("sms")(world);
    await world.page.login("hanako");
  };
  const UNKNOWN = { "client.known": false, "rp.passwordWhenFlagged": "allowed" } as const;

  test.each([
    [{}, ["accepted", "accepted", "accepted", "accepted"]],
    [
      { "rp.unusualDevice": "challenged" },
      ["DEVICE_CHECK_NEEDED", "DEVICE_CHECK_NEEDED", "accepted", "accepted"],
    ],
    [{ "rp.unusualDevice": "refused" }, ["DEVICE_UNUSUAL", "DEVICE_UNUSUAL", "accepted", "DEVICE_UNUSUAL"]],
    [
      { "rp.unusualDevice": "challenged", "client.known": true },
      ["accepted", "accepted", "accepted", "accepted"],
    ],
  ] as const)("with %o", async (knobs, expected) => {
    expect((await played({ ...UNKNOWN, ...knobs }, script)).logins).toEqual(expected);
  });
});
