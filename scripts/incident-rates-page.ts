import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  OTHER_MAX,
  ratesRows,
  worstColumn,
  wrongRows,
  type IncidentRates,
} from "./incident-rates/rates-table.js";

const RATES = "docs/incident-rates.json";

/** Makes the rates of `docs/incident.md` from the stored measurements, the oldest first. */
export function incidentRatesPart(): string {
  const path = join(resolve(import.meta.dirname, ".."), RATES);
  const measured = JSON.parse(readFileSync(path, "utf8")) as readonly IncidentRates[];
  const last = measured.at(-1);
  if (last === undefined) throw new Error(`${RATES} has no measurement`);
  const wrong = wrongRows(last);
  return [
    `${headOf(last)}. Shares in percent of these ceremonies, with intervals of 95 %.`,
    "",
    ...ratesRows(last),
    "",
    `${boundText(last)}${last.note === undefined ? "" : ` ${last.note}`}`,
    "",
    ...(wrong.length === 0
      ? ["No verdict was another one."]
      : ["| The trace says | The logs say | Draws | Logs |", "| --- | --- | --- | --- |", ...wrong]),
    "",
    ...measured
      .slice(0, -1)
      .reverse()
      .map(
        (one) =>
          `Before what it showed was mended: ${headOf(one)}. ${boundText(one)}${one.note === undefined ? "" : ` ${one.note}`}`,
      ),
  ].join("\n");
}

function headOf({ seed, draws, ceremonies, well }: IncidentRates): string {
  return `Seed \`${seed}\`: ${draws} draws, ${ceremonies} ceremonies, of which ${well} went well`;
}

function boundText(rates: IncidentRates): string {
  const { name, other } = worstColumn(rates);
  const isMet = other.share <= OTHER_MAX;
  return (
    `Expected is another verdict in at most ${OTHER_MAX * 100} % of each row: ${isMet ? "met" : "not met"}. ` +
    `The worst is "${name}" with ${other.count} of ${other.of}.`
  );
}
