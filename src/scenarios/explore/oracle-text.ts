import { VERDICT_CLASSES } from "../../oracle/judge.js";
import {
  addCounts,
  NO_COUNTS,
  type ClassCounts,
  type CountsBy,
  type OracleTable,
} from "../../oracle/table.js";
import { wilson, type Rate } from "../../oracle/wilson.js";

/** How many clusters a text has room for. */
const CLUSTERS_MAX = 60;

/** Renders a table of the oracle for people: rates with intervals, by cause, fault, road and sample, and clusters. */
export function oracleTableToText(table: OracleTable): string {
  const { total } = table;
  const redrawn = Object.entries(table.redrawn).map(([why, count]) => `${count} ${why}`);
  return [
    `${table.draws} draws, ${table.runs} runs; ${judgedIn(total)} verdicts judged, ${table.well} ceremonies well and said so`,
    `drawn again: ${redrawn.join(", ") || "none"}`,
    "",
    ...ratesOf(total),
    "",
    ...countsTable("sample", table.bySample),
    "",
    ...countsTable("road", table.byRoad),
    "",
    ...countsTable("cause named", table.byCause),
    "",
    ...countsTable("fault that suffices alone", table.byFault),
    "",
    ...timersTable(table.timers),
    "",
    ...clustersTable(table),
  ].join("\n");
}

/** Number of verdicts that were judged. */
export function judgedIn(counts: ClassCounts): number {
  return VERDICT_CLASSES.reduce((sum, name) => sum + counts[name], 0);
}

/** The four rates that the engine is held to. */
export function headRates(
  counts: ClassCounts,
): Readonly<Record<"right" | "wrong" | "undecided" | "falseSuccess", Rate>> {
  const judged = judgedIn(counts);
  const decided = judged - counts.undecided - counts.unmapped;
  return {
    right: wilson(counts.right, judged),
    wrong: wilson(counts.wrong + counts["false-success"], decided),
    undecided: wilson(counts.undecided, judged),
    falseSuccess: wilson(counts["false-success"], judged),
  };
}

function ratesOf(counts: ClassCounts): readonly string[] {
  const rates = headRates(counts);
  const judged = judgedIn(counts);
  return [
    `right          ${rateText(rates.right)}`,
    `proximate      ${rateText(wilson(counts.proximate, judged))}`,
    `wrong          ${rateText(rates.wrong)} of decided, false success among them`,
    `false success  ${rateText(rates.falseSuccess)}`,
    `undecided      ${rateText(rates.undecided)}`,
    `unmapped       ${rateText(wilson(counts.unmapped, judged))}`,
  ];
}

/** `71.1 % [70.2-72.1] (6724 of 9458)` */
export function rateText(rate: Rate): string {
  return `${percent(rate.share)} % [${percent(rate.low)}-${percent(rate.high)}] (${rate.count} of ${rate.of})`;
}

const percent = (share: number) => (share * 100).toFixed(1);

const HEADS = ["n", "right", "prox", "wrong", "undec", "false", "unmap", "right % [95 %]", "wrong % [95 %]"];

function countsTable(title: string, counts: CountsBy): readonly string[] {
  const rows = Object.entries(counts).map(([name, row]) => [name, ...cellsOf(row)]);
  const sum = Object.values(counts).reduce(addCounts, NO_COUNTS);
  return aligned([[title, ...HEADS], ...rows, ["all", ...cellsOf(sum)]]);
}

function cellsOf(counts: ClassCounts): readonly string[] {
  const judged = judgedIn(counts);
  const { right, proximate, wrong, undecided, unmapped } = counts;
  const bad = counts["false-success"];
  const numbers = [judged, right, proximate, wrong, undecided, bad, unmapped].map(String);
  return [...numbers, shortRate(wilson(right, judged)), shortRate(wilson(wrong + bad, judged))];
}

const shortRate = ({ share, low, high }: Rate) => `${percent(share)} [${percent(low)}-${percent(high)}]`;

function timersTable(timers: OracleTable["timers"]): readonly string[] {
  const effects = ["repaired", "changed", "nothing"];
  const rows = Object.entries(timers).map(([timer, counts]) => [
    timer,
    ...effects.map((effect) => String(counts[effect] ?? 0)),
  ]);
  return aligned([["named timer, taken out", ...effects], ...rows]);
}

function clustersTable({ clusters }: OracleTable): readonly string[] {
  const shown = clusters.slice(0, CLUSTERS_MAX);
  const left = clusters.length - shown.length;
  const rows = shown.map(({ count, class: is, said, why, truth, example }) => [
    String(count),
    is,
    said,
    why,
    truth,
    example,
  ]);
  return [
    ...aligned([["count", "class", "said", "why", "smallest sufficient sets", "example"], ...rows]),
    ...(left > 0 ? [`... and ${left} more clusters`] : []),
  ];
}

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows.reduce<number[]>(
    (known, row) => row.map((cell, at) => Math.max(known[at] ?? 0, cell.length)),
    [],
  );
  return rows.map((row) =>
    row
      .map((cell, at) =>
        /^[\d.-]/.test(cell) ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
}
