import { HarnessError, type ErrorDetail } from "../../core/errors.js";

export type TraceFault =
  /** There is no record in it. */
  | "TRACE_EMPTY"
  /** The last line is not whole: whoever wrote it was stopped. What comes before it can be read. */
  | "TRACE_CUT"
  /** A line is not JSON. */
  | "TRACE_NOT_JSON"
  /** A line is JSON, but no record: no object, no time, no actor, no kind, or a member that is no scalar. */
  | "TRACE_NOT_RECORD"
  /** A kind of record this release does not know. */
  | "TRACE_KIND"
  /** A member that its kind must have is missing or holds something else. */
  | "TRACE_MEMBER"
  /** Written by a release whose traces this one would misread. */
  | "TRACE_VERSION";

/** A stored trace is not what it should be. */
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
