import { describe, expect, test } from "vitest";
import { Ledger, type LedgerEntries } from "../../src/diagnosis/ledger.js";

const EMPTY: LedgerEntries = { keys: [], rows: [], flags: {}, mails: [] };
const key = (credential: string, authenticator = "key") => ({
  authenticator,
  credential,
  rpId: "shop.example",
  user: "u",
});
const row = (credential: string) => ({ credential, visible: true });

describe("the difference between keys and rows", () => {
  test.each([
    ["nothing anywhere", [], [], { orphans: [], ghosts: [] }],
    ["a key with its row", [key("a")], [row("a")], { orphans: [], ghosts: [] }],
    ["a key without a row is an orphan", [key("a")], [], { orphans: ["a"], ghosts: [] }],
    ["a row without a key is a ghost", [], [row("a")], { orphans: [], ghosts: ["a"] }],
    ["two different credentials are one of each", [key("a")], [row("b")], { orphans: ["a"], ghosts: ["b"] }],
    [
      "a synced key on two devices is one key",
      [key("a"), key("a", "phone")],
      [],
      { orphans: ["a"], ghosts: [] },
    ],
  ])("%s", (_, keys, rows, diff) => {
    expect(new Ledger({ ...EMPTY, keys, rows }).diff()).toEqual(diff);
  });
});

test("its JSON form has the entries and the difference", () => {
  const ledger = new Ledger({ ...EMPTY, keys: [key("a")] });
  expect(JSON.parse(JSON.stringify(ledger))).toEqual({
    ...EMPTY,
    keys: [key("a")],
    orphans: ["a"],
    ghosts: [],
  });
});
