import { describe, expect, test } from "vitest";
import { partiesIn, withClockOff, withoutParties } from "../../src/oracle/parties.js";
import { clocksOff, judgePartial, missingParties } from "../../src/oracle/partial.js";
import { latticeOf } from "../../src/oracle/lattice.js";
import type { Diagnose } from "../../src/oracle/runner.js";
import { planOf, record, runnerOf, WELL_REGISTRATION } from "./hand-made.js";

const timer = record(
  { kind: "timer.armed", timer: "client.ceremony", budgetMs: 60_000, id: "t1" },
  { actor: "browser", atMs: 10 },
);
const desktop = record({ kind: "link.hybrid", stage: "qr-shown" }, { actor: "desktop", atMs: 20 });
const records = [...WELL_REGISTRATION, timer, desktop];

test("a party has the records of all its actors, and timers are a party of their own", () => {
  expect(partiesIn(records)).toEqual(["browser", "page", "site", "key", "timers"]);
  const left = withoutParties(records, ["browser"]).map(({ actor }) => actor);
  expect([...new Set(left)].sort()).toEqual(["key", "page", "site"]);
  expect(withoutParties(records, ["timers"])).toEqual(records.filter((one) => one !== timer));
});

test("every party is taken out once, and some pairs, the same for the same seed", () => {
  const changes = missingParties(records, "1");
  expect(changes.map(({ name }) => name).slice(0, 5)).toEqual([
    "without browser",
    "without page",
    "without site",
    "without key",
    "without timers",
  ]);
  expect(changes.slice(5).every(({ name }) => name.includes(" and "))).toBe(true);
  expect(missingParties(records, "1")).toEqual(changes);
});

describe("a clock that is off", () => {
  test("moves the records of one party and puts the trace in order", () => {
    const moved = withClockOff(records, { party: "site", offsetMs: -5_000 });
    expect(moved[0]).toMatchObject({ actor: "site", atMs: -5_000 });
    expect(moved.map(({ atMs }) => atMs)).toEqual([...moved.map(({ atMs }) => atMs)].sort((a, b) => a - b));
    expect(moved).toHaveLength(records.length);
    expect(moved.filter(({ actor }) => actor === "browser").map(({ atMs }) => atMs)).toEqual([0, 0, 10]);
  });

  test("is tried for each party with a clock, fast and slow", () => {
    const names = clocksOff(records).map(({ name }) => name);
    expect(names).toHaveLength(4 * 4);
    expect(names).toContain("site -90 s");
    expect(names.some((name) => name.startsWith("timers"))).toBe(false);
  });
});

describe("verdicts on traces that are not whole", () => {
  /** Names the cause where the browser's records are there; without the page it says success. */
  const diagnose: Diagnose = (records) => {
    const has = (actor: string) => records.some((one) => one.actor === actor);
    const failed = records.some((one) => one.kind === "user.saw" && one.tone === "failure");
    if (!has("page")) return [{ ceremony: "c1", cause: "success", text: "" }];
    if (!has("browser")) return [{ ceremony: "c1", cause: "undecided", text: "" }];
    return [{ ceremony: "c1", cause: failed ? "user-refused" : "success", text: "" }];
  };

  test("are the same, undecided or wrong", async () => {
    const runner = runnerOf((knobs) => (knobs["key.decision"] === true ? "NotAllowedError" : undefined));
    const lattice = await latticeOf(planOf("key.decision"), { runner, diagnose });
    const changes = missingParties(lattice.records, "1").filter(({ name }) => !name.includes(" and "));
    const verdicts = await judgePartial(lattice, changes, diagnose);
    expect(verdicts.map(({ change, class: is }) => [change, is])).toEqual([
      ["without browser", "undecided"],
      ["without page", "wrong"],
    ]);
  });

  test("of a success count as well: trouble named in it is wrong", async () => {
    const gloomy: Diagnose = (records) => [
      {
        ceremony: "c1",
        cause: records.some(({ actor }) => actor === "site") ? "success" : "lost-answer",
        text: "",
      },
    ];
    const lattice = await latticeOf(planOf("net.latencyMs"), {
      runner: runnerOf(() => undefined),
      diagnose: gloomy,
    });
    const verdicts = await judgePartial(lattice, missingParties(lattice.records, "1").slice(0, 4), gloomy);
    expect(verdicts.map(({ change, class: is }) => [change, is])).toEqual([
      ["without browser", "same"],
      ["without page", "same"],
      ["without site", "wrong"],
      ["without key", "same"],
    ]);
  });
});
