import { decodeCborPrefix } from "../cbor/decode.js";
import { decodeLenient } from "../cbor/lenient.js";
import { CborError, type CborValue } from "../cbor/value.js";
import type { FaultListener } from "./message.js";

/**
 * The first value in `bytes` and what follows it: strictly if possible, leniently if not, so that a
 * key which sorts its maps wrongly can still be read. Each rule it broke goes to `onFault`.
 *
 * @throws {CborError} when it cannot be read even so.
 */
export function decodeTolerantPrefix(
  bytes: Uint8Array,
  onFault: FaultListener = () => {},
): { readonly value: CborValue; readonly rest: Uint8Array } {
  try {
    return decodeCborPrefix(bytes);
  } catch (error) {
    if (!(error instanceof CborError)) throw error;
  }
  const { value, faults } = decodeLenient(bytes);
  const trailing = faults.find(({ fault }) => fault === "TRAILING_BYTES");
  for (const { fault, offset } of faults) if (fault !== "TRAILING_BYTES") onFault(fault, offset);
  return { value, rest: bytes.subarray(trailing?.offset ?? bytes.length) };
}
