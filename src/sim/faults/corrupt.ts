import { HarnessError, type Aftermath } from "../../core/errors.js";

/** A fault rule that cannot be applied to the message it met; the rule is wrong, not the peer. */
export class FaultRuleError extends HarnessError<"FAULT_OUT_OF_RANGE"> {}

/** Which byte of a message changes: from the end when `offset` is negative; `xor` is 0xff when absent. */
export interface Corruption {
  readonly offset: number;
  readonly xor?: number | undefined;
}

/**
 * Returns the message with one byte changed.
 *
 * @param aftermath what the exchange left behind by now, for the error.
 * @throws {FaultRuleError} `FAULT_OUT_OF_RANGE` when the message has no such byte.
 */
export function corrupted(
  message: Uint8Array,
  { offset, xor = 0xff }: Corruption,
  aftermath: Aftermath,
): Uint8Array {
  const copy = message.slice();
  const at = offset < 0 ? copy.length + offset : offset;
  const byte = copy[at];
  if (byte === undefined) {
    const text = `a fault changes byte ${offset} of a message that has ${message.length}`;
    throw new FaultRuleError("FAULT_OUT_OF_RANGE", text, {
      aftermath,
      hint: "A refusal is one byte long: choose offset 0, or a rule that meets longer messages only.",
    });
  }
  copy[at] = byte ^ xor;
  return copy;
}
