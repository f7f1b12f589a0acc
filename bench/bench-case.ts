/** One thing to measure. */
export interface BenchCase {
  /** Cases of one group run in turn in one run, so that their ratios can be trusted. */
  readonly group: string;
  readonly name: string;
  /** Name of the case in the same group to divide by. */
  readonly peer?: string;
  /**
   * Calls before the first round, none when absent. A long way through the code that is gone only some dozen times a
   * round would otherwise be measured half interpreted, beside native code that needs no warming.
   */
  readonly warmUps?: number;
  readonly fn: () => void | Promise<void>;
}
