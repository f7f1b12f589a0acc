/** One thing to measure. */
export interface BenchCase {
  /** Cases of one group run in turn in one run, so that their ratios can be trusted. */
  readonly group: string;
  readonly name: string;
  /** Name of the case in the same group to divide by. */
  readonly peer?: string;
  readonly fn: () => void | Promise<void>;
}
