import { HarnessError } from "../src/core/errors.js";

export type LabErrorCode =
  /** A tool the lab needs is not on this machine; the hint is the command that installs it. */
  | "LAB_TOOLS_MISSING"
  /** The program or one of the files it needs cannot be read. */
  | "LAB_PROGRAM_UNREADABLE"
  /** The kernel's package could not be downloaded or unpacked. */
  | "LAB_IMAGE_FAILED"
  /** The guest ended before its program did; the text holds the end of its console. */
  | "LAB_GUEST_DIED"
  /** The guest did not end within the stated time and was switched off. */
  | "LAB_TIME_UP";

/** The virtual lab could not run a program to its end. A program's own failure is its exit code, not an error. */
export class LabError extends HarnessError<LabErrorCode> {}
