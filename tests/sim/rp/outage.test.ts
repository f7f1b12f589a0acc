import { describe, expect, test } from "vitest";
import { virtualEnv } from "../../../src/env/virtual-env.js";
import { parseKnobs, withKnobs, type KnobOverrides } from "../../../src/sim/knobs/knobs.js";
import { NO_ANSWER, Outage } from "../../../src/sim/rp/outage.js";
import { simWorld } from "../../../src/sim/sim-world.js";

const outageOf = (knobs: KnobOverrides) => {
  const { clock } = virtualEnv("outage");
  return { clock, outage: new Outage(clock, () => withKnobs(knobs)) };
};

describe("an outage", () => {
  test("is none by default", () => {
    expect(outageOf({}).outage.next("login/options")).toBeUndefined();
  });

  test.each([
    ["500", 500, "INTERNAL_ERROR"],
    ["503", 503, "SERVICE_UNAVAILABLE"],
    ["429", 429, "RATE_LIMITED"],
    ["no-answer", NO_ANSWER, "CONNECTION_REFUSED"],
  ] as const)("with %s fails every call", (wanted, status, code) => {
    const { outage } = outageOf({ "outage.status": wanted });
    expect(outage.next("sms/verify")).toEqual({ status, code, stage: "before-work" });
  });

  test("of one call leaves the others alone", () => {
    const { outage } = outageOf({ "outage.status": "500", "outage.call": "finish" });
    expect(outage.next("login/options")).toBeUndefined();
    expect(outage.next("login/finish")).toMatchObject({ status: 500 });
  });

  test("of a number of calls ends with the last of them", () => {
    const { outage } = outageOf({ "outage.status": "500", "outage.count": 2 });
    const failed = [1, 2, 3].map(() => outage.next("login/options") !== undefined);
    expect(failed).toEqual([true, true, false]);
  });

  test("has a beginning and an end", async () => {
    const { clock, outage } = outageOf({
      "outage.status": "503",
      "outage.fromMs": 1_000,
      "outage.forMs": 500,
    });
    const failsAt = async (afterMs: number) => {
      await clock.advance(afterMs);
      return outage.next("login/options") !== undefined;
    };
    expect([await failsAt(999), await failsAt(1), await failsAt(500), await failsAt(1)]).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  test.each([
    ["outage.status", "200"],
    ["outage.count", 0],
    ["outage.forMs", -1],
    ["outage.call", "registration/finish"],
  ])("refuses %s = %s", (name, value) => {
    expect(() => parseKnobs({ [name]: value })).toThrow(expect.objectContaining({ code: "KNOB_INVALID" }));
  });
});

async function played(
  knobs: KnobOverrides,
  script: (world: ReturnType<typeof simWorld>) => Promise<unknown>,
) {
  const world = simWorld("outage", { "link.road": "loopback", ...knobs });
  await world.env.clock.run(script(world).then(() => world.settled()));
  return { world, records: world.env.records };
}

describe("at the site", () => {
  test("before the work nothing is stored, after it everything is", async () => {
    const finish = { "outage.status": "500", "outage.call": "finish" } as const;
    const before = await played(finish, ({ page }) => page.register("hanako"));
    const after = await played({ ...finish, "outage.stage": "after-work" }, ({ page }) =>
      page.register("hanako"),
    );
    expect(before.world.ledger().entries.rows).toHaveLength(0);
    expect(after.world.ledger().entries.rows).toHaveLength(1);
    for (const { records } of [before, after]) {
      expect(records).toContainEqual(
        expect.objectContaining({
          kind: "rp.response",
          actor: "site",
          call: "registration/finish",
          status: 500,
          code: "INTERNAL_ERROR",
        }),
      );
    }
  });

  test("a refused connection leaves the site without a record of the call, and the page with one", async () => {
    const { records } = await played({ "outage.status": "no-answer" }, ({ page }) => page.login("hanako"));
    const kinds = records.map(({ kind }) => kind);
    expect(kinds).not.toContain("rp.request");
    expect(records).toContainEqual(
      expect.objectContaining({ kind: "page.call-failed", call: "login/options", ceremony: "c1" }),
    );
    expect(records).toContainEqual(
      expect.objectContaining({
        kind: "rp.no-answer",
        actor: "gateway",
        code: "CONNECTION_REFUSED",
        aftermath: "none",
      }),
    );
  });

  test("a page that posts again after silence gets through when the outage is over", async () => {
    const { world } = await played(
      {
        "outage.status": "no-answer",
        "outage.call": "finish",
        "outage.count": 1,
        "page.retriesFinish": 1,
      },
      ({ page }) => page.register("hanako"),
    );
    expect(world.ledger().entries.rows).toHaveLength(1);
  });

  test("a page that waits for a phone does not hammer a site that fails", async () => {
    const { records } = await played(
      {
        "rp.qr": "site",
        "page.resumesPoll": true,
        "net.latencyMs": 0,
        "outage.status": "503",
        "outage.call": "poll",
        "outage.forMs": 10_000,
      },
      ({ page }) => page.register("hanako"),
    );
    const polls = records.filter((record) => record.kind === "rp.request" && record.call.endsWith("/poll"));
    expect(polls.length).toBeLessThan(13);
  });

  test("set in the middle of a run it counts from then on", async () => {
    const { records } = await played({}, async (world) => {
      await world.page.register("hanako");
      world.setKnobs({ "outage.status": "429", "outage.call": "options" });
      await world.page.login("hanako");
    });
    const statuses = records.flatMap((record) => (record.kind === "rp.response" ? [record.status] : []));
    expect(statuses).toEqual([200, 200, 429]);
  });
});
