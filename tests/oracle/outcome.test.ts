import { describe, expect, test } from "vitest";
import {
  foldOutcomes,
  isPlainlyWell,
  isWellButForStores,
  isWellButUntold,
  isWellOnOtherScreen,
  outcomeKey,
} from "../../src/oracle/outcome.js";
import type { TraceRecord } from "../../src/core/trace.js";
import { EMPTY_LEDGER, failedRegistration, record, WELL_LEDGER, WELL_REGISTRATION } from "./hand-made.js";

const first = (records: readonly TraceRecord[], ledger: Parameters<typeof foldOutcomes>[0]["ledger"]) => {
  const [outcome] = foldOutcomes({ records, ledger });
  if (outcome === undefined) throw new Error("no ceremony");
  return outcome;
};

test("a registration that is well everywhere is plainly well", () => {
  const outcome = first(WELL_REGISTRATION, WELL_LEDGER);
  expect(outcome).toMatchObject({
    ceremony: "c1",
    kind: "registration",
    promise: "resolved",
    told: ["page:success"],
    failureTold: false,
    accepted: true,
    row: true,
    orphan: false,
    ghost: false,
  });
  expect(isPlainlyWell(outcome)).toBe(true);
});

test("a rejection that was told is not", () => {
  const outcome = first(failedRegistration("NotAllowedError"), EMPTY_LEDGER);
  expect(outcome).toMatchObject({
    promise: "NotAllowedError",
    told: ["page:failure"],
    accepted: false,
    row: false,
  });
  expect(isPlainlyWell(outcome)).toBe(false);
});

describe("the stores", () => {
  test("a credential without a row is an orphan, although page and site were content", () => {
    const records = WELL_REGISTRATION.filter(({ kind }) => kind !== "rp.row");
    const outcome = first(records, { ...WELL_LEDGER, rows: [] });
    expect(outcome).toMatchObject({ orphan: true, row: false, ghost: false });
    expect(isPlainlyWell(outcome)).toBe(false);
    expect(isWellButForStores(outcome)).toBe(true);
  });

  test("a row with another id is a stale row beside an orphan", () => {
    const records = WELL_REGISTRATION.map((one) =>
      one.kind === "rp.row" ? { ...one, credential: "k" } : one,
    );
    expect(first(records, { ...WELL_LEDGER, rows: [{ credential: "k" }] })).toMatchObject({
      orphan: true,
      ghost: true,
    });
  });

  test("a row that its own ceremony takes back was never there", () => {
    const back = record({ kind: "rp.row", credential: "k1", change: "deleted" }, { actor: "site" });
    expect(first([...WELL_REGISTRATION, back], { ...WELL_LEDGER, rows: [] })).toMatchObject({ orphan: true });
  });

  test("a row that a later ceremony deletes was there", () => {
    const later = record({ kind: "rp.row", credential: "k1", change: "deleted" }, { ceremony: "c2" });
    expect(first([...WELL_REGISTRATION, later], { ...WELL_LEDGER, rows: [] })).toMatchObject({ row: true });
  });
});

describe("what the user was told", () => {
  test("a failure that is taken back stays in the outcome", () => {
    const early = record({ kind: "user.saw", where: "page", text: "Sorry.", tone: "failure" });
    const outcome = first(
      [...WELL_REGISTRATION.slice(0, 3), early, ...WELL_REGISTRATION.slice(3)],
      WELL_LEDGER,
    );
    expect(outcome).toMatchObject({ told: ["page:success"], failureTold: true });
    expect(isPlainlyWell(outcome)).toBe(false);
  });

  test("each page has a last word of its own", () => {
    const phone = record(
      { kind: "user.saw", where: "page", text: "Sorry.", tone: "failure" },
      { actor: "phone-page" },
    );
    expect(first([...WELL_REGISTRATION, phone], WELL_LEDGER).told).toEqual([
      "page:success",
      "phone-page:failure",
    ]);
  });

  test("the words of mails and of the browser are not the page's", () => {
    const mail = record({ kind: "user.saw", where: "mail", text: "Hello", tone: "failure" });
    expect(first([...WELL_REGISTRATION, mail], WELL_LEDGER).failureTold).toBe(false);
  });

  test("nothing is told where the user had left, and where the browser quit", () => {
    const silent = WELL_REGISTRATION.filter(({ kind }) => kind !== "user.saw");
    expect(isWellButUntold(first(silent, WELL_LEDGER))).toBe(true);
    const quit: TraceRecord = {
      atMs: 0,
      actor: "browser",
      span: "run",
      kind: "page.closed",
      reason: "program-quit",
    };
    const outcome = first([...silent, quit], WELL_LEDGER);
    expect(outcome.told).toEqual(["browser:quit"]);
    expect(isWellButUntold(outcome)).toBe(false);
    const phone = record(
      { kind: "user.saw", where: "page", text: "Ready.", tone: "success" },
      { actor: "phone-page" },
    );
    const elsewhere = first([...silent, phone, quit], WELL_LEDGER);
    expect(elsewhere.told).toEqual(["phone-page:success", "browser:quit"]);
    expect([elsewhere, outcome].map(isWellOnOtherScreen)).toEqual([true, false]);
  });
});

test("a promise that never ended is pending, one that was never made not called", () => {
  expect(first(WELL_REGISTRATION.slice(0, 3), EMPTY_LEDGER)).toMatchObject({
    promise: "pending",
    settledAt: Infinity,
  });
  expect(first(WELL_REGISTRATION.slice(0, 1), EMPTY_LEDGER).promise).toBe("not-called");
});

test("times, actors' ids and texts are no part of an outcome", () => {
  const later = WELL_REGISTRATION.map((one) => ({ ...one, atMs: one.atMs + 5_000, span: "s9" }));
  expect(outcomeKey(first(later, WELL_LEDGER))).toBe(outcomeKey(first(WELL_REGISTRATION, WELL_LEDGER)));
});

test("a login is well without a row", () => {
  const records: readonly TraceRecord[] = [
    record({ kind: "span.started", name: "ceremony", label: "login", parent: "run" }),
    record({ kind: "page.called", method: "get", effectiveMs: 60_000 }),
    record({ kind: "page.settled", method: "get", outcome: "resolved" }),
    record({ kind: "rp.login", outcome: "accepted" }, { actor: "site" }),
    record({ kind: "user.saw", where: "page", text: "Welcome.", tone: "success" }),
  ];
  expect(isPlainlyWell(first(records, EMPTY_LEDGER))).toBe(true);
  expect(
    isPlainlyWell(
      first(
        records.filter(({ kind }) => kind !== "rp.login"),
        EMPTY_LEDGER,
      ),
    ),
  ).toBe(false);
});
