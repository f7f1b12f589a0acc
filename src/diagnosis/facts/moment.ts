/** Something with a time. */
export interface Moment {
  /** Milliseconds since the trace began. */
  readonly atMs: number;
}
