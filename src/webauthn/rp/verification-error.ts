import { HarnessError, isHarnessError, type ErrorDetail } from "../../core/errors.js";
import { OutOfBytesError } from "../../core/bytes.js";
import { HINTS, type RpCode } from "./verification-hints.js";

/**
 * A rule of the relying party that a response broke: one stable code per rule, a hint for each.
 *
 * @example
 * if (error instanceof VerificationError) console.log(error.code); // RP_ORIGIN
 */
export class VerificationError extends HarnessError<RpCode> {
  constructor(code: RpCode, message: string, detail: ErrorDetail = {}) {
    super(code, message, { hint: HINTS[code], ...detail });
  }
}

/**
 * Runs a reader of foreign bytes and gives its failures the name of what was being read.
 *
 * @throws {VerificationError} `code` when the reader refuses; verification errors pass unchanged.
 */
export function reading<T>(code: RpCode, what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof VerificationError) throw error;
    if (isHarnessError(error) || error instanceof OutOfBytesError || error instanceof RangeError) {
      throw new VerificationError(code, `${what}: ${error.message}`, { cause: error });
    }
    throw error;
  }
}
