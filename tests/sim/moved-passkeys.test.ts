/** Passkeys on a second phone: by synchronisation, by import, or not at all; flags that change; a tool's authenticator. */
import { describe, expect, test } from "vitest";
import type { KnobOverrides } from "../../src/sim/knobs/knobs.js";
import { simWorld } from "../../src/sim/sim-world.js";

async function played(knobs: KnobOverrides, then: KnobOverrides) {
  const world = simWorld("moved", { "link.road": "hybrid", ...knobs });
  const accepted = await world.env.clock.run(
    (async () => {
      await world.page.register("hanako");
      world.setKnobs(then);
      return (await world.page.login("hanako")).accepted;
    })(),
  );
  const { records } = world.env;
  const answer = records.findLast((record) => record.kind === "rp.response");
  return { accepted, records, world, code: answer?.kind === "rp.response" ? answer.code : undefined };
}

const SECOND = { "key.which": "second" } as const;

describe("on the second phone", () => {
  test.each([
    [{ "key.second": "synced" }, true],
    [{ "key.second": "synced", "phone.account": "other" }, false],
    [{ "key.second": "synced", "phone.second": "iphone" }, false],
    [{ "key.second": "imported", "phone.second": "iphone", "key.backup": "backed-up" }, true],
    [{ "key.second": "imported", "phone.account": "other" }, true],
    [{ "key.second": "empty" }, false],
  ] as const)("with %o", async (knobs, accepted) => {
    expect((await played(knobs, SECOND)).accepted).toBe(accepted);
  });

  test("an import is recorded as one, a synchronisation is not", async () => {
    const created = async (second: "imported" | "synced") => {
      const { records } = await played({ "key.second": second }, SECOND);
      return records.find((record) => record.kind === "ctap.credential" && record.actor === "key-2");
    };
    expect(await created("imported")).toMatchObject({ change: "created", via: "import" });
    expect(await created("synced")).not.toHaveProperty("via");
  });

  test("another account is told of in the ceremony that meets it", async () => {
    const { records } = await played({ "key.second": "synced", "phone.account": "other" }, SECOND);
    const told = records.filter(({ kind }) => kind === "ctap.provider");
    expect(told).toEqual([
      expect.objectContaining({ actor: "key-2", account: "other", credentials: 0, ceremony: "c2" }),
    ]);
  });
});

describe("the flag BE", () => {
  test("that changes is refused, whichever way", async () => {
    const up = await played({ "key.backup": "none" }, { "key.backup": "eligible" });
    const down = await played({ "key.backup": "backed-up" }, { "key.backup": "none" });
    expect([up.code, down.code]).toEqual(["RP_BACKUP_ELIGIBILITY", "RP_BACKUP_ELIGIBILITY"]);
  });

  test("that changes is accepted where the site lets it", async () => {
    const tolerant = { "key.backup": "none", "rp.backupEligibility": "may-change" } as const;
    expect((await played(tolerant, { "key.backup": "backed-up" })).accepted).toBe(true);
  });

  test("that stays lets BS change", async () => {
    const run = await played({ "key.backup": "eligible" }, { "key.backup": "backed-up" });
    expect(run.accepted).toBe(true);
  });
});

describe("a virtual authenticator that answers by itself", () => {
  const VIRTUAL = { "client.virtualAuthenticator": true, "client.virtualAnswers": true } as const;

  test("prompts nobody", async () => {
    const { accepted, records } = await played(VIRTUAL, {});
    expect(accepted).toBe(true);
    expect(records.filter(({ kind }) => kind === "user.prompted")).toEqual([]);
    expect(records.filter(({ kind }) => kind === "page.intercepted")).toHaveLength(2);
  });

  test("takes its passkeys with it", async () => {
    const { accepted, records, world } = await played(VIRTUAL, { "client.virtualAuthenticator": false });
    expect(accepted).toBe(false);
    expect(records).toContainEqual(
      expect.objectContaining({ kind: "ctap.credential", change: "deleted", actor: "virtual" }),
    );
    expect(world.ledger().diff().ghosts).toHaveLength(1);
  });

  test("is one that answers only where it is attached", async () => {
    const { records } = await played({ "client.virtualAnswers": true }, {});
    expect(records.filter(({ kind }) => kind === "page.intercepted")).toEqual([]);
  });
});
