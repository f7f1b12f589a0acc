import { HarnessError, type ErrorDetail } from "../../core/errors.js";

export type TraceFault =
  /** There is no whole record in it. */
  | "TRACE_EMPTY"
  /** A line is not JSON. */
  | "TRACE_NOT_JSON"
  /** A line is JSON, but no record: no object, no time, actor, span or kind, or an unknown member that holds an object. */
  | "TRACE_NOT_RECORD"
  /** A kind of record this release does not know. */
  | "TRACE_KIND"
  /** A member that its kind must have is missing or holds something else. */
  | "TRACE_MEMBER"
  /** Written in a schema that this release does not read. */
  | "TRACE_VERSION";

/** A stored trace cannot be read. */
export class TraceError extends HarnessError<TraceFault> {
  /** Counted from 1. */
  readonly line: number;

  constructor(code: TraceFault, line: number, message: string, detail: ErrorDetail = {}) {
    super(code, `line ${line}: ${message}`, detail);
    this.line = line;
  }

  override toJSON() {
    return { ...super.toJSON(), line: this.line };
  }
}

/** What a reader should know of a trace that was read. */
export interface TraceNote {
  readonly code:
    /** The last line stops in the middle and was left out: the program that wrote it was stopped. */
    | "TRACE_CUT"
    /** The first record is not `run.started`, or the last one is not `run.ended`. */
    | "TRACE_PART"
    /** Records were not in the order of their times, and were sorted. */
    | "TRACE_UNSORTED";
  /** Counted from 1. */
  readonly line: number;
  readonly message: string;
}
