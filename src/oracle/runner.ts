import type { TraceRecord } from "../core/trace.js";
import type { PlannedRun } from "./plan.js";

/** Keys and rows at the end of a run, as the stores themselves have them. */
export interface LedgerView {
  readonly keys: readonly { readonly credential: string }[];
  readonly rows: readonly { readonly credential: string }[];
}

/** What is changed in a run beside its plan. */
export interface RunChanges {
  /** The WebAuthn client has no timer of its own. */
  readonly withoutClientTimer?: boolean;
}

/** What a run left behind. */
export interface Observation {
  readonly records: readonly TraceRecord[];
  readonly ledger: LedgerView;
  /** How many records there were when each action of the script began; shorter where the run ended before. */
  readonly recordsBefore: readonly number[];
}

/** Plays planned runs. The same run gives the same observation. */
export interface Runner {
  /** @throws {PlanRefusedError} when a value does not fit, or the run cannot be played. */
  run(planned: PlannedRun, changes?: RunChanges): Promise<Observation>;
}

/** What the engine under test says of one ceremony. */
export interface Said {
  /** Id of the ceremony in the trace. */
  readonly ceremony: string;
  readonly cause: string;
  /** The timer that is said to have decided. */
  readonly timer?: string | undefined;
  /** What the timer is said to have waited for. */
  readonly waitedFor?: readonly string[];
  readonly text: string;
}

/** The engine under test: reads records, and nothing else. */
export type Diagnose = (records: readonly TraceRecord[]) => readonly Said[];

/** A planned run was refused: a value that a knob does not take, or a run that never came to rest. */
export class PlanRefusedError extends Error {
  readonly code: string;

  constructor(code: string, options?: ErrorOptions) {
    super(`the plan was refused: ${code}`, options);
    this.code = code;
  }
}
