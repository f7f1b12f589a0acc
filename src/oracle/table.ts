import { VERDICT_CLASSES, type VerdictClass } from "./judge.js";

/** How many of each name: classes of verdicts, reasons, effects. */
export type Numbers = Readonly<Record<string, number>>;

/** How many verdicts of each class. */
export type ClassCounts = Readonly<Record<VerdictClass, number>>;

/** Numbers by some name: a cause, a fault, a sample, a missing party. */
export type NumbersBy = Readonly<Record<string, Numbers>>;

/** How often one answer that is not right was given for one set of causes. */
export interface Cluster {
  readonly said: string;
  readonly class: string;
  readonly why: string;
  /** The smallest sufficient sets, as names of deviations. */
  readonly truth: string;
  readonly count: number;
  /** Draw that shows it, as `sample/draw`. */
  readonly example: string;
}

/** What a number of draws came to. Plain JSON; tables of different draws are merged by adding. */
export interface OracleTable {
  readonly version: 1;
  readonly seed: string;
  /** Draws that were played. */
  readonly draws: number;
  /** Runs that were played for them, counterfactuals included. */
  readonly runs: number;
  /** Draws that were drawn again: the base was not well, or a run was refused, by reason. */
  readonly redrawn: Numbers;
  /** Ceremonies that went well and were said to. */
  readonly well: number;
  /** Verdicts of all draws, by class. */
  readonly total: ClassCounts;
  /** What became of causes that were named by lot, for the same ceremonies. */
  readonly chance: ClassCounts;
  readonly bySample: NumbersBy;
  readonly bySetup: NumbersBy;
  /** By the cause that was named. */
  readonly byCause: NumbersBy;
  /** By single deviation, where it alone brings about the outcome. */
  readonly byFault: NumbersBy;
  /** Why verdicts have their class. */
  readonly byReason: NumbersBy;
  /** What taking a named timer out did: `client.ceremony` to `repaired`, `changed` or `nothing`. */
  readonly timers: NumbersBy;
  /** Verdicts on traces that lack a party, or two, by what is missing. */
  readonly missing: NumbersBy;
  /** Verdicts on traces in which a party's clock is off, by party and offset. */
  readonly clocks: NumbersBy;
  readonly clusters: readonly Cluster[];
}

const NO_COUNTS = Object.fromEntries(VERDICT_CLASSES.map((name) => [name, 0])) as ClassCounts;

export function emptyTable(seed: string): OracleTable {
  return {
    version: 1,
    seed,
    draws: 0,
    runs: 0,
    redrawn: {},
    well: 0,
    total: NO_COUNTS,
    chance: NO_COUNTS,
    bySample: {},
    bySetup: {},
    byCause: {},
    byFault: {},
    byReason: {},
    timers: {},
    missing: {},
    clocks: {},
    clusters: [],
  };
}

/** Counts one more under a name. */
export function countOne(numbers: Numbers, name: string): Numbers {
  return { ...numbers, [name]: (numbers[name] ?? 0) + 1 };
}

/** Counts one more of a class under a name. */
export function countUnder(numbers: NumbersBy, name: string, of: string): NumbersBy {
  return { ...numbers, [name]: countOne(numbers[name] ?? {}, of) };
}

/** Adds numbers, name by name; names are in order. */
export function addNumbers(a: Numbers, b: Numbers): Numbers {
  const sums: Record<string, number> = { ...a };
  for (const [name, count] of Object.entries(b)) sums[name] = (sums[name] ?? 0) + count;
  return inOrder(sums);
}

/** Adds counts of verdicts; a class that nobody counted is 0. */
export function addClasses(a: ClassCounts, b: Numbers): ClassCounts {
  const sums = VERDICT_CLASSES.map((name) => [name, a[name] + (b[name] ?? 0)] as const);
  return Object.fromEntries(sums) as ClassCounts;
}

function addNumbersBy(a: NumbersBy, b: NumbersBy): NumbersBy {
  const sums: Record<string, Numbers> = { ...a };
  for (const [name, numbers] of Object.entries(b)) sums[name] = addNumbers(sums[name] ?? {}, numbers);
  return inOrder(sums);
}

function inOrder<Value>(of: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(of).sort(([a], [b]) => compare(a, b)));
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Adds the counts of equal clusters; the most frequent ones are first. */
function mergeClusters(clusters: readonly Cluster[]): readonly Cluster[] {
  const merged = new Map<string, Cluster>();
  const keyOf = ({ said, class: is, why, truth }: Cluster) => JSON.stringify([is, said, why, truth]);
  for (const cluster of clusters) {
    const key = keyOf(cluster);
    const known = merged.get(key);
    const example = known !== undefined && known.example < cluster.example ? known.example : cluster.example;
    merged.set(key, { ...cluster, count: cluster.count + (known?.count ?? 0), example });
  }
  return [...merged.values()].sort((a, b) => b.count - a.count || compare(keyOf(a), keyOf(b)));
}

/** Merges tables of different draws; in any order the result is the same. */
export function mergeTables(tables: readonly OracleTable[], seed = tables[0]?.seed ?? ""): OracleTable {
  const sum = (of: (table: OracleTable) => number) => tables.reduce((all, table) => all + of(table), 0);
  const numbers = (of: (table: OracleTable) => Numbers) => tables.map(of).reduce(addNumbers, {});
  const numbersBy = (of: (table: OracleTable) => NumbersBy) => tables.map(of).reduce(addNumbersBy, {});
  return {
    version: 1,
    seed,
    draws: sum(({ draws }) => draws),
    runs: sum(({ runs }) => runs),
    redrawn: numbers(({ redrawn }) => redrawn),
    well: sum(({ well }) => well),
    total: tables.map(({ total }) => total).reduce(addClasses, NO_COUNTS),
    chance: tables.map(({ chance }) => chance).reduce(addClasses, NO_COUNTS),
    bySample: numbersBy(({ bySample }) => bySample),
    bySetup: numbersBy(({ bySetup }) => bySetup),
    byCause: numbersBy(({ byCause }) => byCause),
    byFault: numbersBy(({ byFault }) => byFault),
    byReason: numbersBy(({ byReason }) => byReason),
    timers: numbersBy(({ timers }) => timers),
    missing: numbersBy(({ missing }) => missing),
    clocks: numbersBy(({ clocks }) => clocks),
    clusters: mergeClusters(tables.flatMap(({ clusters }) => clusters)),
  };
}
