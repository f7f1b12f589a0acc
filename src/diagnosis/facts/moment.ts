/** Something with a time. */
export interface Timestamped {
  /** Milliseconds since the trace began. */
  readonly atMs: number;
}
