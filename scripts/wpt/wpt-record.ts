/** What `npm run wpt` came to, as docs/wpt.json has it. */
export interface WptRecord {
  /** Of the checkout of web-platform-tests, with its date. */
  readonly revision: string;
  readonly chromium: string;
  readonly files: readonly {
    readonly file: string;
    readonly tests: number;
    readonly passedInChromium: number;
    readonly passedWithHarness: number;
    readonly failed: readonly WptFailure[];
  }[];
}

/** A test that failed somewhere; `null` where it passed. */
export interface WptFailure {
  readonly name: string;
  readonly inChromium: string | null;
  readonly withHarness: string | null;
}
