/** One way to give a page passkeys, as docs/comparison.json has it. */
export interface ComparedWay {
  readonly id: string;
  /** Of the story of the late user, as a tester writes it. */
  readonly lines: number;
  /** Median wall time of that story. */
  readonly seconds: number;
  readonly text: string | null;
  readonly passkeys: number;
  readonly verdict?: string;
  /** Cases of docs/page-semantics.md whose results are not those of the unmodified browser; absent for itself. */
  readonly differing?: readonly string[];
}

export interface ComparisonRecord {
  readonly chromium: string;
  readonly cases: number;
  readonly ways: readonly ComparedWay[];
}
