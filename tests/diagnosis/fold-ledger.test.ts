import { describe, expect, test } from "vitest";
import { foldLedger } from "../../src/diagnosis/facts/fold-ledger.js";
import { simWorld } from "../../src/sim/sim-world.js";
import { at } from "./hand-written-trace.js";

const key = (change: "created" | "overwritten" | "deleted" | "used", credential: string, actor = "key") =>
  at(0, actor, { kind: "ctap.credential", change, credential, rpId: "shop.example", user: "u" });

const keysOf = (...records: readonly ReturnType<typeof key>[]) =>
  foldLedger(records).entries.keys.map(
    ({ authenticator, credential }) => `${credential} on ${authenticator}`,
  );

describe("keys", () => {
  test("are there once created", () => {
    expect(keysOf(key("created", "a"))).toEqual(["a on key"]);
  });

  test("are not there because they were used", () => {
    expect(keysOf(key("used", "a"))).toEqual([]);
  });

  test("are gone once deleted", () => {
    expect(keysOf(key("created", "a"), key("created", "b"), key("deleted", "a"))).toEqual(["b on key"]);
  });

  test("are gone once overwritten: the record names the key that had to go", () => {
    const records = [key("created", "a"), key("overwritten", "a"), key("created", "b")];
    expect(keysOf(...records)).toEqual(["b on key"]);
  });

  test("are not gone because the same credential was overwritten on another authenticator", () => {
    const records = [key("created", "a"), key("created", "a", "phone"), key("overwritten", "a", "phone")];
    expect(keysOf(...records)).toEqual(["a on key"]);
  });
});

describe("keys of a real authenticator, which records nothing of its own", () => {
  const asked = at(0, "browser", { kind: "ctap.request", command: "makeCredential", bytes: 200 });
  const answered = (status: string) =>
    at(1, "browser", { kind: "ctap.response", command: "makeCredential", status, bytes: 200 });
  const discarded = (status: string) =>
    at(2, "browser", { kind: "ctap.discarded", command: "makeCredential", status });

  test.each([
    ["an answer that nobody waited for", [asked, discarded("OK")], ["unnamed 1"]],
    [
      "an answer that was read and discarded afterwards",
      [asked, answered("OK"), discarded("OK")],
      ["unnamed 1"],
    ],
    [
      "one that was read and one that was not",
      [asked, answered("OK"), asked, discarded("OK")],
      ["unnamed 1", "unnamed 2"],
    ],
    ["a refusal", [asked, answered("OPERATION_DENIED")], []],
    ["a late refusal", [asked, discarded("KEEPALIVE_CANCEL")], []],
    ["no answer at all", [asked], []],
  ])("%s", (_, records, expected) => {
    const { keys, unknown } = foldLedger(records).entries;
    expect(keys.map(({ credential }) => credential)).toEqual(expected);
    expect(unknown).toEqual(expected.length > 0 ? ["keys"] : undefined);
  });

  test("are not counted beside those of an authenticator that says what it does", () => {
    const records = [asked, key("created", "a"), answered("OK")];
    expect(foldLedger(records).entries.keys).toMatchObject([{ credential: "a" }]);
  });
});

test("a real overwrite leaves the same books in the stores as in the trace: a ghost row", async () => {
  // A lagging read copy gives the second registration an empty exclude list.
  const world = simWorld("overwrite", { "rp.replicaLagMs": 600_000 });
  const twice = async () => {
    await world.page.register("hanako");
    await world.page.register("hanako");
  };
  await world.env.clock.run(twice());
  const ledgerCounts = world.ledger();
  expect(ledgerCounts.entries.keys).toHaveLength(1);
  expect(ledgerCounts.diff()).toMatchObject({ orphans: [], ghosts: [expect.any(String)] });
  expect(foldLedger(world.env.records).entries).toEqual(ledgerCounts.entries);
});

test("two mails of one subject are two mails, delivered one after the other", () => {
  const mail = (stage: "queued" | "delivered") => at(0, "mail", { kind: "rp.mail", subject: "s", stage });
  const { mails } = foldLedger([mail("queued"), mail("queued"), mail("delivered")]).entries;
  expect(mails.map(({ stage }) => stage)).toEqual(["delivered", "queued"]);
});

test("a deleted row is no row", () => {
  const row = (change: "created" | "deleted") => at(0, "site", { kind: "rp.row", credential: "a", change });
  expect(foldLedger([row("created"), row("deleted")]).entries.rows).toEqual([]);
});
