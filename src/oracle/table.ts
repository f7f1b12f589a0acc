import { VERDICT_CLASSES, type VerdictClass } from "./judge.js";

/** How many verdicts of each class. */
export type ClassCounts = Readonly<Record<VerdictClass, number>>;

/** Counts by some name: a cause, a fault, a sample. */
export type CountsBy = Readonly<Record<string, ClassCounts>>;

/** How often one wrong or missing answer was given for one set of causes. */
export interface Cluster {
  readonly said: string;
  readonly class: VerdictClass;
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
  readonly redrawn: Readonly<Record<string, number>>;
  /** Ceremonies that went well and were said to. */
  readonly well: number;
  readonly total: ClassCounts;
  readonly bySample: CountsBy;
  readonly byCause: CountsBy;
  /** By single deviation, where it alone was injected or alone suffices. */
  readonly byFault: CountsBy;
  readonly byRoad: CountsBy;
  /** What taking a named timer out did: `client.ceremony` to `repaired`, `changed` or `nothing`. */
  readonly timers: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly clusters: readonly Cluster[];
}

export const NO_COUNTS: ClassCounts = {
  right: 0,
  proximate: 0,
  wrong: 0,
  undecided: 0,
  "false-success": 0,
  unmapped: 0,
};

export function emptyTable(seed: string): OracleTable {
  return {
    version: 1,
    seed,
    draws: 0,
    runs: 0,
    redrawn: {},
    well: 0,
    total: NO_COUNTS,
    bySample: {},
    byCause: {},
    byFault: {},
    byRoad: {},
    timers: {},
    clusters: [],
  };
}

/** Adds counts of classes. */
export function addCounts(a: ClassCounts, b: ClassCounts): ClassCounts {
  const sums = VERDICT_CLASSES.map((name) => [name, a[name] + b[name]] as const);
  return { ...NO_COUNTS, ...Object.fromEntries(sums) };
}

/** Counts one verdict under a name. */
export function countUnder(counts: CountsBy, name: string, of: VerdictClass): CountsBy {
  return { ...counts, [name]: addCounts(counts[name] ?? NO_COUNTS, { ...NO_COUNTS, [of]: 1 }) };
}

function mergeCounts(a: CountsBy, b: CountsBy): CountsBy {
  const merged: Record<string, ClassCounts> = { ...a };
  for (const [name, counts] of Object.entries(b)) merged[name] = addCounts(merged[name] ?? NO_COUNTS, counts);
  return sortedByName(merged);
}

type Numbers = Readonly<Record<string, number>>;

function mergeNumbers(a: Numbers, b: Numbers): Numbers {
  const merged: Record<string, number> = { ...a };
  for (const [name, count] of Object.entries(b)) merged[name] = (merged[name] ?? 0) + count;
  return sortedByName(merged);
}

function sortedByName<Value>(of: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(of).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

function mergeClusters(a: readonly Cluster[], b: readonly Cluster[]): readonly Cluster[] {
  const merged = new Map<string, Cluster>();
  for (const cluster of [...a, ...b]) {
    const key = JSON.stringify([cluster.class, cluster.said, cluster.why, cluster.truth]);
    const known = merged.get(key);
    if (known === undefined) merged.set(key, cluster);
    else {
      const [example] = [known.example, cluster.example].sort();
      merged.set(key, { ...known, count: known.count + cluster.count, example: example as string });
    }
  }
  return [...merged.values()].sort(
    (x, y) =>
      y.count - x.count || compare(x.said, y.said) || compare(x.truth, y.truth) || compare(x.why, y.why),
  );
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Merges the tables of two sets of draws; in any order the result is the same. */
export function mergeTables(a: OracleTable, b: OracleTable): OracleTable {
  const timers: Record<string, Numbers> = { ...a.timers };
  for (const [timer, effects] of Object.entries(b.timers))
    timers[timer] = mergeNumbers(timers[timer] ?? {}, effects);
  return {
    version: 1,
    seed: a.seed,
    draws: a.draws + b.draws,
    runs: a.runs + b.runs,
    redrawn: mergeNumbers(a.redrawn, b.redrawn),
    well: a.well + b.well,
    total: addCounts(a.total, b.total),
    bySample: mergeCounts(a.bySample, b.bySample),
    byCause: mergeCounts(a.byCause, b.byCause),
    byFault: mergeCounts(a.byFault, b.byFault),
    byRoad: mergeCounts(a.byRoad, b.byRoad),
    timers: sortedByName(timers),
    clusters: mergeClusters(a.clusters, b.clusters),
  };
}
