import { HarnessError } from "../core/errors.js";

export type SweepFault =
  /** An axis that is no list and no range of what its knob may be. */
  | "SWEEP_BAD_AXIS"
  /** One knob on two axes. */
  | "SWEEP_SAME_KNOB"
  /** More points than anybody reads. */
  | "SWEEP_TOO_LARGE";

/** A sweep cannot be made as it was asked for; nothing was run. */
export class SweepError extends HarnessError<SweepFault> {}
