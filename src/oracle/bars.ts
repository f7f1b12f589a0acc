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

const OTHER_VERDICTS_MAX = 0.005;

/** Holds a table to what is expected of the engine. Rates of traces that are not whole count where they were measured. */
export function barsOf({ total, missing, clocks }: OracleTable): readonly Bar[] {
  const rates = headRates(total);
  const isPair = (name: string) => name.includes(" and ");
  const pick = (numbers: NumbersBy, isOf: (name: string) => boolean) =>
    Object.fromEntries(Object.entries(numbers).filter(([name]) => isOf(name)));
  return [
    atMost("wrong of decided", rates.wrong, 0.005),
    atMost("undecided", rates.undecided, 0.03),
    atMost("false success", rates.falseSuccess, 0),
    atLeast("right", rates.right, 0.96),
    ...otherVerdictBars(
      "with one party missing",
      pick(missing, (name) => !isPair(name)),
    ),
    ...otherVerdictBars("with two parties missing", pick(missing, isPair)),
    ...otherVerdictBars("with a clock off", clocks),
  ];
}

/** Over all changes of a kind, and for the one that leads to most other verdicts. */
function otherVerdictBars(how: string, numbers: NumbersBy): readonly Bar[] {
  const all = Object.values(numbers).reduce(addNumbers, {});
  if (sumOf(all) === 0) return [];
  const name = `another verdict ${how}`;
  const [worst] = Object.entries(numbers)
    .map(([change, counts]) => ({ change, rate: otherVerdicts(counts) }))
    .sort((a, b) => b.rate.share - a.rate.share);
  return [
    atMost(name, otherVerdicts(all), OTHER_VERDICTS_MAX),
    ...(worst ? [atMost(`${name}, at worst (${worst.change})`, worst.rate, OTHER_VERDICTS_MAX)] : []),
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
