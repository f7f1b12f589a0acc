import type { OracleCase } from "../../oracle/case.js";

/** One file that shows a case. */
export interface OracleCaseFile {
  readonly name: string;
  readonly text: string;
}

/**
 * Returns the files that show one verdict that is not right: a scenario for `passkey-harness run FILE --seed 1`, and
 * for a changed trace that trace, for `passkey-harness replay FILE`.
 */
export function oracleCaseFiles(found: OracleCase): readonly OracleCaseFile[] {
  const { class: is, said, sample, draw, ceremony, change, records } = found;
  const changed = change === undefined ? "" : `.${change.replaceAll(" ", "-")}`;
  const name = `${is}.${said?.cause ?? "not-told"}${changed}.${sample}-${draw}.${ceremony}`;
  const scenario = { name: `${name}.json`, text: scenarioText(found) };
  if (records === undefined) return [scenario];
  const trace = records.map((record) => `${JSON.stringify(record)}\n`).join("");
  return [scenario, { name: `${name}.jsonl`, text: trace }];
}

function scenarioText(found: OracleCase): string {
  const { class: is, why, run } = found;
  const title = `${is}: ${found.said?.cause ?? "not told"} (${why})`;
  return `${JSON.stringify({ title, story: story(found), knobs: run.knobs, script: run.script }, undefined, 2)}\n`;
}

function story(found: OracleCase): string {
  const { said, sufficient, repairs, deviations, outcome, change } = found;
  const sets = sufficient.map((names) => names.join(" and ") || "nothing");
  const timer = said?.timer === undefined ? "" : ` (${said.timer})`;
  const left = `${outcome.orphan ? ", orphan" : ""}${outcome.ghost ? ", stale row" : ""}`;
  return [
    `Ceremony ${found.ceremony}, a ${found.kind}, on ${found.base}.`,
    `Deviations: ${deviations.join("; ") || "none"}.`,
    ...(change === undefined ? [] : [`Trace: ${change}.`]),
    `Said: ${said?.cause ?? "nothing"}${timer}: ${said?.text ?? ""}`,
    `Found: ${outcome.promise}, told ${outcome.told.join(" ") || "nothing"}, ` +
      `${outcome.accepted ? "accepted" : "not accepted"}${left}.`,
    `Smallest sets with this outcome: ${sets.join(" | ") || "none"}.`,
    `Repaired by taking away: ${repairs.join(" or ") || "no single one"}.`,
    `Draw ${found.sample}/${found.draw}, seed ${found.seed}.`,
  ].join("\n");
}
