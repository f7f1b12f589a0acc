/** Draws that a measurement of the oracle's ceremonies found wrong, by what was mended for each; and the measurement itself. */
import { describe, expect, test } from "vitest";
import { handedFor } from "../../scripts/incident-rates/drawn-handed.js";
import { playDraw } from "../../scripts/incident-rates/measure-draw.js";
import { countTrips, emptyRates, ratesRows, wrongOfGiven } from "../../scripts/incident-rates/rates-table.js";
import { knobInfos } from "../../src/scenarios/explore/oracle-runner.js";
import { roundTrip } from "./round-trip.js";
import { serverLogWriter } from "./writers/server-log.js";

const knobs = knobInfos();

async function measured(seed: string, draw: number) {
  const rates = emptyRates(seed);
  const run = await playDraw(seed, draw, knobs);
  if (run === undefined) throw new Error(`draw ${draw} has no ceremony with a passkey`);
  for (const handed of handedFor(seed, draw))
    countTrips(rates, { column: handed.name, draw, trips: await roundTrip(run, handed, run.client) });
  return { rates, run };
}

const FOUND = [
  {
    why: "login options refused by a server that logs no replica",
    seed: "stranger-one",
    draw: 27,
    truth: "site-error",
  },
  { why: "a key pulled between two commands", seed: "stranger-one", draw: 615, truth: "key-unplugged" },
  { why: "no authenticator, and none asked", seed: "stranger-one", draw: 1015, truth: "no-authenticator" },
  { why: "a browser that quit before its 504", seed: "stranger-one", draw: 1027, truth: "browser-quit" },
  {
    why: "a page that gave up while a phone was on its way",
    seed: "stranger-two",
    draw: 27,
    truth: "late-delivery",
  },
  { why: "a phone that read another code", seed: "stranger-two", draw: 211, truth: "other-code-scanned" },
  { why: "a 504 of a call whose duration no log has", seed: "probe-b", draw: 12, truth: "options-timeout" },
];

describe("draws that were told wrong once", () => {
  test.each(FOUND)("$why: what the trace tells, or undecided", async ({ seed, draw, truth }) => {
    const { rates, run } = await measured(seed, draw);
    // The draw is still the one that it was found in.
    expect(run.explanation.ceremonies.map(({ mechanism }) => mechanism)).toContain(truth);
    expect(rates.wrong).toEqual([]);
  });
});

test("the same seed gives the same table, and another draw another one", async () => {
  const [one, again, other] = [await measured("any", 3), await measured("any", 3), await measured("any", 5)];
  expect(again.rates).toEqual(one.rates);
  expect(other.run.records).not.toEqual(one.run.records);
  expect(handedFor("any", 3)).toEqual(handedFor("any", 3));
});

test("a verdict on a ceremony that did not happen counts as another verdict, with its draw", async () => {
  const { run } = await measured("any", 3);
  const rates = emptyRates("any");
  const [said] = run.explanation.ceremonies;
  if (said === undefined) throw new Error("the draw has a ceremony");
  const trip = { ceremony: "c1", truth: "success", said, came: "equal" } as const;
  countTrips(rates, { column: "har alone", draw: 3, trips: { trips: [trip], strays: [said] } });
  expect(rates.wrong).toMatchObject([{ draw: 3, truth: "no ceremony", said: said.mechanism }]);
  const counts = rates.columns["har alone"];
  expect(counts && wrongOfGiven(counts)).toMatchObject({ count: 1, of: 2 });
  expect(ratesRows(rates).at(-1)).toContain("1 of 2");
});

test("the log of a server has what a server knows, and nothing of page, browser, key or gateway", async () => {
  const { run } = await measured("stranger-one", 27);
  const text = serverLogWriter.write(run.records, {}) ?? "";
  const lines = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  expect(new Set(lines.map(({ msg }) => msg))).toEqual(
    new Set(["health", "called", "answered", "row", "mail"]),
  );
  const quit = await measured("stranger-one", 1027);
  expect(serverLogWriter.write(quit.run.records, {})).not.toContain("504");
});
