import { HarnessError } from "../core/errors.js";

export type ShrinkFault =
  /** The run does not end as the smaller one is to end: there is nothing to keep. */
  | "SHRINK_NOTHING_TO_KEEP"
  /** A condition that cannot be read. */
  | "SHRINK_BAD_CONDITION";

/** A run cannot be shrunk as it was asked for. */
export class ShrinkError extends HarnessError<ShrinkFault> {}
