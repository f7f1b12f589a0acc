/**
 * `npm run incident:rates`: draws ceremonies as the oracle does, writes their logs, imports them, and counts how often the
 * logs tell what the whole trace tells. The same seed gives the same table.
 *
 *     npm run incident:rates -- --draws 2000 --seed any [--json rates.json] [--show DRAW]
 *
 * With `--json` the table is kept in the file, and a file of the same seed is continued where it ended.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { knobInfos } from "../src/scenarios/explore/oracle-runner.js";
import { roundTrip } from "../tests/incident/round-trip.js";
import { handedFor } from "./incident-rates/drawn-handed.js";
import { playDraw } from "./incident-rates/measure-draw.js";
import { countTrips, emptyRates, ratesRows, type IncidentRates } from "./incident-rates/rates-table.js";
import { showDraw } from "./incident-rates/show-draw.js";

const { values } = parseArgs({
  options: {
    draws: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
    json: { type: "string" },
    show: { type: "string" },
    column: { type: "string" },
  },
});
const knobs = knobInfos();
/** A measurement that is ended early has lost no more draws than this. */
const KEPT_EVERY = 25;

if (values.show !== undefined) {
  await showDraw(values.seed, Number(values.show), { knobs, column: values.column });
} else {
  const rates = begun(values.json, values.seed);
  for (; rates.draws < Number(values.draws); rates.draws += 1) {
    if (rates.draws % KEPT_EVERY === 0) keep(values.json, rates);
    const run = await playDraw(values.seed, rates.draws, knobs);
    if (run === undefined) continue;
    const judged = run.explanation.ceremonies.filter(({ kind }) => kind !== "factor");
    rates.ceremonies += judged.length;
    rates.well += judged.filter(({ mechanism }) => mechanism === "success").length;
    for (const handed of handedFor(values.seed, rates.draws)) {
      const trips = await roundTrip(run, handed, run.client);
      countTrips(rates, { column: handed.name, draw: rates.draws, trips });
    }
  }
  keep(values.json, rates);
  console.log(
    `Seed ${rates.seed}: ${rates.draws} draws, ${rates.ceremonies} ceremonies, ${rates.well} went well`,
  );
  console.log(ratesRows(rates).join("\n"));
  for (const { column, draw, ceremony, truth, said } of rates.wrong)
    console.log(`draw ${draw} ${ceremony}, ${column}: ${truth} -> ${said}`);
}

function keep(path: string | undefined, rates: IncidentRates): void {
  if (path !== undefined) writeFileSync(path, `${JSON.stringify(rates, null, 2)}\n`);
}

function begun(path: string | undefined, seed: string): IncidentRates {
  if (path === undefined || !existsSync(path)) return emptyRates(seed);
  const known = JSON.parse(readFileSync(path, "utf8")) as IncidentRates;
  if (known.seed !== seed) throw new Error(`${path} is of seed ${known.seed}`);
  return known;
}
