import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { barsOf, headRates, otherVerdicts, sumOf } from "../src/oracle/bars.js";
import type { NumbersBy, OracleTable } from "../src/oracle/table.js";
import { rateText, shortRate } from "../src/scenarios/explore/oracle-text.js";

const RATES = "docs/verdict-rates.json";

/** Makes the rates of `docs/verdicts.md` from the stored table of a long measurement. */
export function verdictRatesPart(): string {
  const path = join(resolve(import.meta.dirname, ".."), RATES);
  const table = JSON.parse(readFileSync(path, "utf8")) as OracleTable;
  return [
    `Seed \`${table.seed}\`: ${table.draws} draws, ${table.runs} runs, ${sumOf(table.total)} verdicts judged, and ` +
      `${table.well} ceremonies that went well and were said to. Shares in percent, with intervals of 95 %.`,
    "",
    "| Expected | Measured | |",
    "| --- | --- | --- |",
    ...barsOf(table).map(({ name, rate, wanted, isMet }) => {
      const bound =
        "atMost" in wanted ? `at most ${wanted.atMost * 100} %` : `at least ${wanted.atLeast * 100} %`;
      return `| ${name}: ${bound} | ${rateText(rate)} | ${isMet ? "met" : "not met"} |`;
    }),
    "",
    `A cause named by lot would be right in ${rateText(headRates(table.chance).right)} of these ceremonies.`,
    "",
    "### By the cause that is named",
    "",
    ...classRows("Cause", table.byCause),
    "",
    "### By the fault that brings about the outcome alone",
    "",
    ...classRows("Fault", table.byFault),
    "",
    "### By setup",
    "",
    ...classRows("Setup", table.bySetup),
    ...partialRows("### With parties missing", "Trace", table.missing),
    ...partialRows("### With a clock off", "Clock", table.clocks),
  ].join("\n");
}

function classRows(title: string, numbers: NumbersBy): readonly string[] {
  return [
    `| ${title} | Verdicts | Right | Proximate | Undecided | Wrong of decided |`,
    "| --- | --- | --- | --- | --- | --- |",
    ...Object.entries(numbers).map(([name, counts]) => {
      const { right, proximate, undecided, wrong } = headRates(counts);
      const rates = [right, proximate, undecided, wrong].map(shortRate);
      return `| \`${name}\` | ${sumOf(counts)} | ${rates.join(" | ")} |`;
    }),
  ];
}

function partialRows(heading: string, title: string, numbers: NumbersBy): readonly string[] {
  if (Object.keys(numbers).length === 0) return [];
  return [
    "",
    heading,
    "",
    `| ${title} | Verdicts | Same | Undecided or unseen | Another, not right |`,
    "| --- | --- | --- | --- | --- |",
    ...Object.entries(numbers).map(([name, counts]) => {
      const open = (counts["undecided"] ?? 0) + (counts["unseen"] ?? 0);
      const same = (counts["same"] ?? 0) + (counts["right"] ?? 0);
      return `| ${name} | ${sumOf(counts)} | ${same} | ${open} | ${shortRate(otherVerdicts(counts))} |`;
    }),
  ];
}
