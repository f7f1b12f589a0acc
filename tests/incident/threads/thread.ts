/** A public report, made again with values of our own, and what its owners found. */
export interface Thread {
  /** Repository and number, as GitHub writes it. */
  readonly source: string;
  /** What the people of the thread took for the cause, in our words. */
  readonly cause: string;
  /** How sure they were. */
  readonly certainty: "high" | "medium" | "open";
  /** Logs by name. Only the form is that of the thread. */
  readonly files: Readonly<Record<string, string>>;
  /** Mapping file for a site's own log. */
  readonly mapping?: object;
  readonly verdict: {
    /** Cause by the names of the diagnosis, `undecided`, or `unread` where no importer takes its log. */
    readonly mechanism: string;
    /** Of `undecided`: what has to be missing among others. */
    readonly missing: readonly string[];
    /** Of `undecided`: the cause that the verdict says it looks like. */
    readonly looksLike?: string;
    /** What the import has to show of the cause that was found: pieces of records or of notes, as JSON has them. */
    readonly shows: readonly string[];
  };
}
