import { wilson, type Rate } from "../../src/oracle/wilson.js";
import type { RoundTrip, RoundTrips } from "../../tests/incident/round-trip.js";

/** `stray`: a verdict of a ceremony that there was none of. */
type Came = RoundTrip["came"] | "stray";

/** A ceremony that the logs told another verdict of than its trace. */
export interface WrongCase {
  readonly column: string;
  readonly draw: number;
  readonly ceremony: string;
  readonly truth: string;
  readonly said: string;
}

/** What the imported logs of drawn ceremonies came to, for each set of logs. */
export interface IncidentRates {
  readonly version: 1;
  readonly seed: string;
  /** Draws `0` up to this one, which is not among them. */
  draws: number;
  ceremonies: number;
  /** Of the ceremonies, how many the whole trace said to have gone well. */
  well: number;
  readonly columns: Record<string, Record<Came, number>>;
  /** The same of the ceremonies that did not go well: those that an incident is about. */
  readonly troubled: Record<string, Record<Came, number>>;
  readonly wrong: WrongCase[];
  /** How the measurement differs from what the script does now. */
  readonly note?: string;
}

/** The most that a column may say another verdict of, as a share. */
export const OTHER_MAX = 0.005;

const NONE: Readonly<Record<Came, number>> = { equal: 0, undecided: 0, unseen: 0, other: 0, stray: 0 };

export function emptyRates(seed: string): IncidentRates {
  return { version: 1, seed, draws: 0, ceremonies: 0, well: 0, columns: {}, troubled: {}, wrong: [] };
}

/** Counts what one set of logs told of one draw. */
export function countTrips(
  rates: IncidentRates,
  { column, draw, trips }: { readonly column: string; readonly draw: number; readonly trips: RoundTrips },
): void {
  const counts = (rates.columns[column] ??= { ...NONE });
  const troubled = (rates.troubled[column] ??= { ...NONE });
  for (const { came, ceremony, truth, said } of trips.trips) {
    counts[came] += 1;
    if (truth !== "success") troubled[came] += 1;
    if (came === "other" && said !== undefined)
      rates.wrong.push({ column, draw, ceremony, truth, said: said.mechanism });
  }
  for (const { ceremony, mechanism } of trips.strays) {
    counts.stray += 1;
    rates.wrong.push({ column, draw, ceremony, truth: "no ceremony", said: mechanism });
  }
}

/** Shares of one column; a stray is another verdict. */
export function ratesOf(
  counts: Readonly<Record<Came, number>>,
): Readonly<Record<Exclude<Came, "stray">, Rate>> {
  const all = counts.equal + counts.undecided + counts.unseen + counts.other + counts.stray;
  return {
    equal: wilson(counts.equal, all),
    undecided: wilson(counts.undecided, all),
    unseen: wilson(counts.unseen, all),
    other: wilson(counts.other + counts.stray, all),
  };
}

const percent = (share: number, digits = 1) => (share * 100).toFixed(digits);

const interval = ({ share, low, high }: Rate, digits = 1) =>
  `${percent(share, digits)} (${percent(low, digits)} to ${percent(high, digits)})`;

/** Share of the verdicts that are another one, of those that are given at all. */
export function wrongOfGiven({ equal, other, stray }: Readonly<Record<Came, number>>): Rate {
  const wrong = other + stray;
  return wilson(wrong, equal + wrong);
}

/** The rows of the table: Markdown. */
export function ratesRows({ columns, troubled }: IncidentRates): readonly string[] {
  return [
    "| Logs | Equal | Equal, of those that went wrong | Undecided | In no log | Another verdict | Another, of verdicts given |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...Object.entries(columns).map(([name, counts]) => {
      const { equal, undecided, unseen, other } = ratesOf(counts);
      const given = wrongOfGiven(counts);
      const cells = [
        interval(equal),
        interval(ratesOf(troubled[name] ?? NONE).equal),
        percent(undecided.share),
        percent(unseen.share),
        interval(other, 2),
        `${given.count} of ${given.of}`,
      ];
      return `| ${name} | ${cells.join(" | ")} |`;
    }),
  ];
}

/** The column with the largest share of other verdicts. */
export function worstColumn({ columns }: IncidentRates): { readonly name: string; readonly other: Rate } {
  const all = Object.entries(columns).map(([name, counts]) => ({ name, other: ratesOf(counts).other }));
  const [worst] = all.sort((a, b) => b.other.share - a.other.share);
  if (worst === undefined) throw new Error("nothing was measured");
  return worst;
}

/** Wrong cases by what they were and what was said: how many draws, and one of them. */
export function wrongRows({ wrong }: IncidentRates): readonly string[] {
  const kinds = new Map<string, WrongCase[]>();
  for (const one of wrong) {
    const key = `${one.truth} ${one.said}`;
    kinds.set(key, [...(kinds.get(key) ?? []), one]);
  }
  return [...kinds.values()].map((cases) => {
    const [first] = cases;
    const draws = [...new Set(cases.map(({ draw }) => draw))];
    const names = [...new Set(cases.map(({ column }) => column))];
    return `| ${first?.truth ?? ""} | ${first?.said ?? ""} | ${draws.join(", ")} | ${names.join("; ")} |`;
  });
}
