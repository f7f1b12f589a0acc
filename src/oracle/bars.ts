import type { VerdictClass } from "./judge.js";
import { addNumbers, type Numbers, type NumbersBy, type OracleTable } from "./table.js";
import { wilson, type Rate } from "./wilson.js";

/** The rates that an engine is held to. */
export interface HeadRates {
  /** Of all judged verdicts. */
  readonly right: Rate;
  readonly proximate: Rate;
  readonly undecided: Rate;
  readonly falseSuccess: Rate;
  readonly unmapped: Rate;
  /** Of the decided ones; a false success is wrong. */
  readonly wrong: Rate;
}

/** Adds up numbers. */
export function sumOf(numbers: Numbers): number {
  return Object.values(numbers).reduce((sum, count) => sum + count, 0);
}

/** Returns the rates of some verdicts, with their intervals. */
export function headRates(counts: Numbers): HeadRates {
  const judged = sumOf(counts);
  const count = (name: VerdictClass) => counts[name] ?? 0;
  const of = (name: VerdictClass) => wilson(count(name), judged);
  const decided = judged - count("undecided") - count("unmapped");
  return {
    right: of("right"),
    proximate: of("proximate"),
    undecided: of("undecided"),
    falseSuccess: of("false-success"),
    unmapped: of("unmapped"),
    wrong: wilson(count("wrong") + count("false-success"), decided),
  };
}

/** How often another confident verdict is given on traces that are not whole: one that is not right either. */
export function otherVerdicts(counts: Numbers): Rate {
  return wilson((counts["wrong"] ?? 0) + (counts["coarser"] ?? 0), sumOf(counts));
}

/** A rate, and what it must not be beyond. */
export interface Bar {
  readonly name: string;
  readonly rate: Rate;
  readonly wanted: { readonly atMost: number } | { readonly atLeast: number };
  readonly isMet: boolean;
}

/** Holds a table to what is expected of the engine. Rates of traces that are not whole count where they were measured. */
export function barsOf({ total, missing, clocks }: OracleTable): readonly Bar[] {
  const rates = headRates(total);
  const all = (numbers: NumbersBy, isOf: (name: string) => boolean) =>
    Object.entries(numbers)
      .filter(([name]) => isOf(name))
      .map(([, counts]) => counts)
      .reduce(addNumbers, {});
  const partial = [
    {
      name: "another verdict with one party missing",
      counts: all(missing, (name) => !name.includes(" and ")),
    },
    {
      name: "another verdict with two parties missing",
      counts: all(missing, (name) => name.includes(" and ")),
    },
    { name: "another verdict with a clock off", counts: all(clocks, () => true) },
  ];
  return [
    atMost("wrong of decided", rates.wrong, 0.005),
    atMost("undecided", rates.undecided, 0.03),
    atMost("false success", rates.falseSuccess, 0),
    atLeast("right", rates.right, 0.96),
    ...partial
      .filter(({ counts }) => sumOf(counts) > 0)
      .map(({ name, counts }) => atMost(name, otherVerdicts(counts), 0.005)),
  ];
}

const atMost = (name: string, rate: Rate, bound: number): Bar => ({
  name,
  rate,
  wanted: { atMost: bound },
  isMet: rate.share <= bound,
});

const atLeast = (name: string, rate: Rate, bound: number): Bar => ({
  name,
  rate,
  wanted: { atLeast: bound },
  isMet: rate.share >= bound,
});
