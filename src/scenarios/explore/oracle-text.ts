import { VERDICT_CLASSES } from "../../oracle/judge.js";
import type { LabelJudgement } from "../../oracle/judge-labels.js";
import { PARTIAL_CLASSES } from "../../oracle/partial.js";
import { barsOf, headRates, otherVerdicts, sumOf } from "../../oracle/bars.js";
import {
  addNumbers,
  type Cluster,
  type Numbers,
  type NumbersBy,
  type OracleTable,
} from "../../oracle/table.js";
import { wilson, type Rate } from "../../oracle/wilson.js";

/** How many clusters a text has room for. */
const CLUSTERS_MAX = 80;

/** Renders a table of the oracle for people: rates with intervals, by cause, fault, setup and sample, and clusters. */
export function oracleTableToText(table: OracleTable): string {
  const redrawn = Object.entries(table.redrawn).map(([why, count]) => `${count} ${why}`);
  const judged = sumOf(table.total);
  return [
    `${table.draws} draws, ${table.runs} runs: ${judged} verdicts judged, ${table.well} ceremonies well and said so`,
    `drawn again: ${redrawn.join(", ") || "none"}`,
    "",
    ...barLines(table),
    ...ratesOf(table),
    ...classTable("sample", table.bySample),
    ...classTable("setup", table.bySetup),
    ...classTable("cause named", table.byCause),
    ...classTable("fault that suffices alone", table.byFault),
    ...reasonTable(table.byReason),
    ...timerTable(table.timers),
    ...partialTable("missing", table.missing),
    ...partialTable("clock off", table.clocks),
    ...clusterTable(table),
  ].join("\n");
}

/** Renders each bar with the rate that is held to it. */
function barLines(table: OracleTable): readonly string[] {
  return barsOf(table).map(({ name, rate, wanted, isMet }) => {
    const bound =
      "atMost" in wanted ? `at most ${percent(wanted.atMost)} %` : `at least ${percent(wanted.atLeast)} %`;
    return `${isMet ? "met" : "NOT MET"}  ${name}, ${bound}: ${rateText(rate)}`;
  });
}

function ratesOf({ total, chance }: OracleTable): readonly string[] {
  const { proximate, unmapped } = headRates(total);
  return [
    `proximate: ${rateText(proximate)}`,
    `unmapped: ${rateText(unmapped)}`,
    `a cause named by lot would be right: ${rateText(headRates(chance).right)}`,
  ];
}

/** `71.1 % [70.2-72.1], 6724 of 9458` */
export function rateText(rate: Rate): string {
  return `${percent(rate.share)} % [${percent(rate.low)}-${percent(rate.high)}], ${rate.count} of ${rate.of}`;
}

/** A share in percent, with two digits where one would be none. */
const percent = (share: number) => (share * 100).toFixed(share > 0 && share < 0.01 ? 2 : 1);

/** `71.1 [70.2-72.1]` */
export function shortRate({ share, low, high }: Rate): string {
  return `${percent(share)} [${percent(low)}-${percent(high)}]`;
}

const HEADS = ["n", ...VERDICT_CLASSES, "right % [95 %]", "wrong % of decided"];

function classTable(title: string, numbers: NumbersBy): readonly string[] {
  const sum = Object.values(numbers).reduce(addNumbers, {});
  return section([
    [title, ...HEADS],
    ...Object.entries(numbers).map(([name, counts]) => [name, ...classCells(counts)]),
    ["all", ...classCells(sum)],
  ]);
}

function classCells(counts: Numbers): readonly string[] {
  const { right, wrong } = headRates(counts);
  const each = VERDICT_CLASSES.map((name) => String(counts[name] ?? 0));
  return [String(sumOf(counts)), ...each, shortRate(right), shortRate(wrong)];
}

function reasonTable(reasons: NumbersBy): readonly string[] {
  return section([
    ["reason", "n"],
    ...Object.entries(reasons).map(([reason, counts]) => [reason, String(sumOf(counts))]),
  ]);
}

const EFFECTS = ["repaired", "changed", "nothing"];

function timerTable(timers: NumbersBy): readonly string[] {
  return section([
    ["named timer, taken out", ...EFFECTS],
    ...Object.entries(timers).map(([timer, counts]) => [
      timer,
      ...EFFECTS.map((effect) => String(counts[effect] ?? 0)),
    ]),
  ]);
}

function partialTable(title: string, numbers: NumbersBy): readonly string[] {
  if (Object.keys(numbers).length === 0) return [];
  const sum = Object.values(numbers).reduce(addNumbers, {});
  const row = (name: string, counts: Numbers) => [
    name,
    String(sumOf(counts)),
    ...PARTIAL_CLASSES.map((is) => String(counts[is] ?? 0)),
    shortRate(wilson(counts["wrong"] ?? 0, sumOf(counts))),
    shortRate(otherVerdicts(counts)),
  ];
  return section([
    [title, "n", ...PARTIAL_CLASSES, "wrong % [95 %]", "wrong or coarser %"],
    ...Object.entries(numbers).map(([name, counts]) => row(name, counts)),
    row("all", sum),
  ]);
}

/** Verdicts on whole traces come first; those on changed ones are many times as many. */
function clusterTable({ clusters }: OracleTable): readonly string[] {
  const isWhole = ({ class: is }: Cluster) => VERDICT_CLASSES.some((name) => name === is);
  return [
    ...clusterSection("class", clusters.filter(isWhole)),
    ...clusterSection(
      "changed trace",
      clusters.filter((cluster) => !isWhole(cluster)),
    ),
  ];
}

function clusterSection(title: string, clusters: readonly Cluster[]): readonly string[] {
  if (clusters.length === 0) return [];
  const shown = clusters.slice(0, CLUSTERS_MAX);
  const left = clusters.length - shown.length;
  const rows = shown.map(({ count, class: is, said, why, truth, example }) => {
    return [String(count), is, said, why, truth, example];
  });
  return [
    ...section([["count", title, "said", "why", "smallest sufficient sets", "example"], ...rows]),
    ...(left > 0 ? [`... and ${left} more`] : []),
  ];
}

/** Renders what became of the labels of scenarios: how many of each class, and each that is not right. */
export function labelsToText(labels: readonly LabelJudgement[]): string {
  const counts = labels.reduce<Numbers>((sum, { class: is }) => addNumbers(sum, { [is]: 1 }), {});
  const others = labels.filter(({ class: is }) => is !== "right");
  const setsOf = (sets: readonly (readonly string[])[]) =>
    sets.map((names) => names.join(" and ") || "nothing").join(" | ");
  return [
    Object.entries(counts)
      .map(([name, count]) => `${count} ${name}`)
      .join(", "),
    ...section([
      ["class", "scenario", "ceremony", "label", "why", "smallest sufficient sets"],
      ...others.map(({ class: is, scenario, ceremony, label, why, sufficient }) => {
        return [is, scenario, ceremony, label, why, setsOf(sufficient)];
      }),
    ]),
  ].join("\n");
}

/** Rows as columns of one width, after an empty line. */
function section(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows.reduce<number[]>(
    (known, row) => row.map((cell, at) => Math.max(known[at] ?? 0, cell.length)),
    [],
  );
  const pad = (cell: string, at: number) =>
    /^[\d.-]/.test(cell) ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0);
  return ["", ...rows.map((row) => row.map(pad).join("  ").trimEnd())];
}
