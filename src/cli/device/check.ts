import { type HarnessError, isHarnessError } from "../../index.js";

/** What one look at this machine found. */
export interface Check {
  readonly name: string;
  /** `missing` is an optional extra that is not there; `bad` stops something that was asked for. */
  readonly state: "good" | "missing" | "bad";
  readonly finding: string;
  /** What to do about it. */
  readonly hint?: string;
}

/** The finding that an error is. @throws what is no error of this library. */
export function problem(name: string, error: unknown): Check {
  const { code, ...told } = readError(error);
  return { name, state: code === "NATIVE_MISSING" ? "missing" : "bad", ...told };
}

/** The same for an extra: whatever is the matter with it, the rest works without. */
export function missingExtra(name: string, error: unknown): Check {
  const { code: _, ...told } = readError(error);
  return { name, state: "missing", ...told };
}

function readError(error: unknown): Pick<HarnessError, "code"> & Pick<Check, "finding" | "hint"> {
  if (!isHarnessError(error)) throw error;
  const { code, message, hint } = error;
  return { code, finding: message, ...(hint !== undefined && { hint }) };
}
