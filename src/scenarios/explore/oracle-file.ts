import type { OracleCase } from "../../oracle/case.js";

/** The scenario file that shows one verdict that is not right, for `passkey-harness run FILE --seed 1`. */
export function oracleFile(found: OracleCase): string {
  const { said, run, sufficient, repairs, deviations, outcome } = found;
  const sets = sufficient.map((names) => names.join(" and ") || "nothing");
  return `${JSON.stringify(
    {
      title: `${found.class}: ${said?.cause ?? "not told"} (${found.why})`,
      story: [
        `Ceremony ${found.ceremony}, a ${found.kind}, on ${found.base}.`,
        `Deviations: ${deviations.join("; ") || "none"}.`,
        `Said: ${said?.cause ?? "nothing"}${said?.timer === undefined ? "" : ` (${said.timer})`}: ${said?.text ?? ""}`,
        `Found: ${outcome.promise}, told ${outcome.told.join(" ") || "nothing"}, ` +
          `${outcome.accepted ? "accepted" : "not accepted"}${outcome.orphan ? ", orphan" : ""}${outcome.ghost ? ", stale row" : ""}.`,
        `Smallest sets with this outcome: ${sets.join(" | ") || "none"}.`,
        `Repaired by taking away: ${repairs.join(" or ") || "no single one"}.`,
        `Draw ${found.sample}/${found.draw}, seed ${found.seed}.`,
      ].join("\n"),
      knobs: run.knobs,
      script: run.script,
    },
    undefined,
    2,
  )}\n`;
}

/** File name of a case: what was said, and which draw shows it. */
export function oracleFileName({ class: is, said, sample, draw, ceremony }: OracleCase): string {
  return `${is}.${said?.cause ?? "not-told"}.${sample}-${draw}.${ceremony}.json`;
}
