/** Traces of schema 1: attributed by order, and undecided where ceremonies overlap in time. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TraceRecord } from "../../src/core/trace.js";
import { explain } from "../../src/diagnosis/explain.js";
import { fullRuns } from "../helpers/full-runs.js";
import { at, REGISTRATION, withGuard } from "./hand-written-trace.js";
import { recordsOf, renamed, saidOf, SINGLE } from "./recorded.js";
import { asSchema1 } from "./schema-1.js";

/** Another registration, `byMs` after the first. */
const second = (byMs: number): readonly TraceRecord[] =>
  renamed(REGISTRATION, "second-").map((record) => ({ ...record, atMs: record.atMs + byMs }));

const merged = (...traces: readonly (readonly TraceRecord[])[]) =>
  asSchema1(traces.flat().sort((a, b) => a.atMs - b.atMs));

const mechanismsOf = (records: readonly TraceRecord[]) =>
  explain(records).ceremonies.map(({ mechanism }) => mechanism);

describe("ceremonies one after the other", () => {
  test("are judged as they were", () => {
    expect(mechanismsOf(merged(REGISTRATION, second(10_000)))).toEqual(["success", "success"]);
    expect(mechanismsOf(merged(withGuard(REGISTRATION, 1_000)))).toEqual(["late-delivery"]);
  });

  test("may meet in one moment", () => {
    expect(mechanismsOf(merged(REGISTRATION, second(2_400)))).toEqual(["success", "success"]);
  });
});

describe("ceremonies that overlap", () => {
  const overlapping = merged(REGISTRATION, second(1_000));

  test("are undecided, and what is missing is named", () => {
    const { ceremonies, verdict } = explain(overlapping);
    expect(ceremonies.map(({ mechanism, missingProbes }) => ({ mechanism, missingProbes }))).toEqual([
      { mechanism: "undecided", missingProbes: ["ceremony ids"] },
      { mechanism: "undecided", missingProbes: ["ceremony ids"] },
    ]);
    expect(verdict).toBe(
      "Undecided: missing ceremony ids: this trace is of schema 1 and its ceremonies overlap.",
    );
  });

  test("are judged where the records carry their ids", () => {
    const records = [...REGISTRATION, ...second(1_000)];
    expect(mechanismsOf(records)).toEqual(["success", "success"]);
  });

  test("leave a third one alone that came before or after them", () => {
    const third = renamed(second(60_000), "third-");
    expect(mechanismsOf(merged(REGISTRATION, second(1_000), third))).toEqual([
      "undecided",
      "undecided",
      "success",
    ]);
  });

  test("do so while the first one's promise is pending, whatever was asked of the authenticator", () => {
    const pending = REGISTRATION.filter(({ atMs }) => atMs <= 200);
    expect(mechanismsOf(merged(pending, second(600_000)))).toEqual(["undecided", "undecided"]);
  });

  test("do so where a key is made that the later one had not asked for yet", () => {
    const late = at(181_000, "key", {
      kind: "ctap.credential",
      change: "created",
      credential: "bbbbbbbb",
      rpId: "shop.example",
      user: "u",
    });
    const first = [
      ...REGISTRATION.filter(({ atMs }) => atMs <= 200),
      at(180_200, "browser", { kind: "page.settled", method: "create", outcome: "rejected" }),
      late,
    ];
    expect(mechanismsOf(merged(first, second(180_900)))).toEqual(["undecided", "undecided"]);
  });

  test("are told by the schema of the trace: by its first record, by the caller, or by records without spans", () => {
    const started = at(0, "harness", {
      kind: "run.started",
      scenario: "s",
      seed: "1",
      schema: 1,
      ceremony: null,
    });
    const framed = overlapping.map((record) => ({ ...record, span: "run" }));
    expect(mechanismsOf([started, ...framed])).toEqual(["undecided", "undecided"]);
    expect(explain(framed, { schema: 1 }).mechanism).toBe("undecided");
    expect(explain(overlapping).missingProbes).toEqual(["ceremony ids"]);
  });
});

/**
 * Stories of parties that no recording of schema 1 knows: pages that say what a browser lacks, requests for the
 * autofill, connections that were refused, and a page that leaves an earlier error on the screen.
 */
const NOT_OF_SCHEMA_1 =
  /^(client-autofill-|client-webauthn-missing|client-cookies-off|rp-connection-refused|ble-advert-late\/second-code)/;

const OF_SCHEMA_1 = SINGLE.filter(({ id }) => !NOT_OF_SCHEMA_1.test(id));

/** Rows of schema 1 name no account: another one's row may pass for one that login options withheld. */
const REGISTRATIONS = OF_SCHEMA_1.filter(({ script }) =>
  script.every(({ do: action }) => action === "register" || action === "wait" || action === "set"),
).map(({ id }) => id);

test(
  "two recordings in one trace are judged as each alone, or are undecided: never otherwise",
  { timeout: 120_000 },
  async () => {
    let decided = 0;
    let undecided = 0;
    const pairs = fc.tuple(
      fc.constantFrom(...REGISTRATIONS),
      fc.constantFrom(...REGISTRATIONS),
      fc.integer({ min: 0, max: 900_000 }),
    );
    await fc.assert(
      fc.asyncProperty(pairs, async ([first, next, byMs]) => {
        const one = renamed(await recordsOf(first, "one"), "one-");
        const other = renamed(await recordsOf(next, "other"), "other-").map((record) => ({
          ...record,
          atMs: record.atMs + byMs,
        }));
        const alone = [...explain(asSchema1(one)).ceremonies, ...explain(asSchema1(other)).ceremonies];
        const both = explain(merged(one, other)).ceremonies;
        expect(both.length).toBe(alone.length);
        for (const account of both) {
          const truth = alone.find(({ ceremony }) => ceremony === account.ceremony);
          if (account.missingProbes.includes("ceremony ids")) undecided += 1;
          else {
            expect(truth && saidOf(account)).toEqual(truth && saidOf(truth));
            decided += 1;
          }
        }
      }),
      { numRuns: fullRuns(400) },
    );
    expect(decided).toBeGreaterThan(fullRuns(50));
    expect(undecided).toBeGreaterThan(fullRuns(50));
  },
);

test("a ceremony alone is judged by order as it is by its ids", async () => {
  const differ: string[] = [];
  for (const { id } of OF_SCHEMA_1) {
    const records = await recordsOf(id, "one");
    const byOrder = mechanismsOf(asSchema1(records));
    if (byOrder.join() !== mechanismsOf(records).join()) differ.push(`${id}: ${byOrder.join()}`);
  }
  expect(differ).toEqual([]);
});
