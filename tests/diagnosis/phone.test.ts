import { describe, expect, test } from "vitest";
import type { TraceRecord } from "../../src/core/trace.js";
import { scenarioNamed } from "../../src/scenarios/catalogue.js";
import { explain } from "../../src/diagnosis/explain.js";
import { runScenario } from "../../src/scenarios/run.js";
import { at } from "./hand-written-trace.js";

const recordsOf = async (id: string): Promise<readonly TraceRecord[]> =>
  (await runScenario(scenarioNamed(id), { seed: "phones" })).records;
const ceremoniesOf = (records: readonly TraceRecord[]) => explain(records).ceremonies;
const mechanismsOf = (records: readonly TraceRecord[]) =>
  ceremoniesOf(records).map(({ mechanism }) => mechanism);

describe("a phone that hung up without an answer", () => {
  test("is not said of a tunnel that broke", async () => {
    const records = (await recordsOf("phone-discoverable-no-reply")).map((record) =>
      record.kind === "link.hybrid" && record.stage === "tunnel-closed"
        ? { ...record, closeCode: 1006 }
        : record,
    );
    expect(mechanismsOf(records)).toEqual(["link-lost"]);
  });

  test("is not said of a phone that had made its key", async () => {
    const records = await recordsOf("phone-discoverable-no-reply");
    const asked = records.find(({ kind }) => kind === "ctap.request");
    const key = at((asked?.atMs ?? 0) + 1_000, "key", {
      kind: "ctap.credential",
      change: "created",
      credential: "aaaaaaaa",
      rpId: "shop.example",
      user: "u",
    });
    const sorted = [...records, key].sort((a, b) => a.atMs - b.atMs);
    expect(mechanismsOf(sorted)).not.toContain("phone-hung-up");
  });

  test("quotes the phone's screen, and is named without it", async () => {
    const records = await recordsOf("phone-discoverable-no-reply");
    expect(ceremoniesOf(records)[0]?.evidence.join("\n")).toContain("(115)");
    const unseen = records.filter((record) => record.kind !== "user.saw" || record.where !== "phone");
    expect(mechanismsOf(unseen)).toEqual(["phone-hung-up"]);
  });

  test("says of a login that the site had named nothing", async () => {
    const [, login] = ceremoniesOf(await recordsOf("phone-no-match-use-other-device/no-reply"));
    expect(login?.verdict).toContain("the site named none");
  });
});

describe("a denial the person had no part in", () => {
  const DENIED = "phone-no-match-use-other-device/denied";

  test("is not taken for theirs: the person had agreed", async () => {
    expect(mechanismsOf(await recordsOf(DENIED))[1]).toBe("other-authenticator");
  });

  test("is theirs when they had said no", async () => {
    const records = (await recordsOf(DENIED)).map((record) =>
      record.kind === "user.answered" && record.atMs > 60_000 && record.atMs < 90_000
        ? { ...record, answer: "refused" }
        : record,
    );
    expect(mechanismsOf(records)[1]).toBe("user-refused");
  });

  test("is said to be a phone without a passkey where nobody saw the keys", async () => {
    const records = (await recordsOf(DENIED)).filter(({ kind }) => kind !== "ctap.credential");
    expect(mechanismsOf(records)[1]).toBe("no-credential");
  });
});

describe("a copy that came late", () => {
  const ID = "migration-same-os-sync-lag/10-minutes";

  test("is told by how much: from the look to the arrival", async () => {
    const [, login] = ceremoniesOf(await recordsOf(ID));
    expect(login).toMatchObject({ mechanism: "sync-lag", decidedBy: undefined });
    expect(login?.marginMs).toBeLessThan(-500_000);
  });

  test("is only another device as long as the copy was not seen to arrive", async () => {
    const records = await recordsOf(ID);
    const arrival = records.find(({ kind, actor }) => kind === "ctap.credential" && actor === "key-2");
    const until = records.filter(({ atMs }) => atMs < (arrival?.atMs as number));
    expect(mechanismsOf(until)).toEqual(["success", "other-authenticator"]);
  });

  test("is no lag of the phone's own index", async () => {
    expect(mechanismsOf(await recordsOf("migration-same-os-sync-lag"))).not.toContain("phone-index-lag");
  });
});

describe("an overwritten passkey", () => {
  test.each(["phone-overwrite-race", "phone-overwrite-race/not-named"])(
    "in %s is told at every login, whatever the site named",
    async (id) => {
      expect(mechanismsOf(await recordsOf(id)).slice(2)).toEqual(["overwrite-race", "overwrite-race"]);
    },
  );

  test("is not said without having been seen to be overwritten", async () => {
    const records = (await recordsOf("phone-overwrite-race/not-named")).filter(
      (record) => record.kind !== "ctap.credential" || record.change !== "overwritten",
    );
    expect(mechanismsOf(records).slice(1)).toEqual([
      "passkey-limit",
      "unknown-credential",
      "unknown-credential",
    ]);
  });

  test("stays what it was for those who tried before the books were put right", async () => {
    const before = mechanismsOf(await recordsOf("phone-overwrite-race/registered-again"));
    expect(before).toEqual(["success", "overwrite-race", "overwrite-race", "success", "success"]);
  });
});

test("a passkey whose row the site dropped is not called the leftover of a failed registration", async () => {
  const [, , login] = ceremoniesOf(await recordsOf("phone-wrong-provider-duplicate"));
  expect(login?.verdict).toContain("whose row the site had deleted");
  const [, , orphan] = ceremoniesOf(await recordsOf("phone-orphan-picked-first"));
  expect(orphan?.verdict).toContain("failed registration left behind");
});

test("a phone without a screen lock is quoted where it was not heard", async () => {
  const [registration] = ceremoniesOf(await recordsOf("uv-required-no-screen-lock"));
  expect(registration?.evidence.join("\n")).toContain("Set up a screen lock");
});

test.each([
  ["client-cookies-cleared-mid-flow", 0],
  ["client-cookies-cleared-mid-flow/login", 1],
] as const)("in %s the session is missed by what the site answered", async (id, nth) => {
  const records = (await recordsOf(id)).map((record) =>
    record.kind === "rp.response" && record.code === "SESSION_LOST"
      ? { ...record, code: "SOMETHING_ELSE" }
      : record,
  );
  expect(mechanismsOf(await recordsOf(id))[nth]).toBe("session-lost");
  expect(mechanismsOf(records)[nth]).not.toBe("session-lost");
});
