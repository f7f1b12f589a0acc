import { HarnessError } from "../core/errors.js";

/**
 * A map key. CTAP2 itself uses integers and text; its encoding also has an order for the others.
 *
 * A byte string is a key by content on the wire and by identity in a `Map`: find one by walking the map.
 */
export type CborKey = number | bigint | string | boolean | Uint8Array;

export type CborMap = ReadonlyMap<CborKey, CborValue>;

/**
 * What CTAP2 canonical CBOR can say. Integers beyond 2^53 - 1 either way are bigint, all others number.
 */
export type CborValue = number | bigint | string | boolean | Uint8Array | readonly CborValue[] | CborMap;

/** Rules of the encoding, by name. */
export type CborFault =
  | "TRUNCATED"
  | "TRAILING_BYTES"
  | "NOT_SHORTEST"
  | "INDEFINITE_LENGTH"
  /** A head that no version of CBOR defines: additional information 28 to 30, or a break with nothing to end. */
  | "RESERVED_HEAD"
  | "KEYS_OUT_OF_ORDER"
  | "DUPLICATE_KEY"
  | "UNSUPPORTED_KEY"
  | "UNSUPPORTED_TYPE"
  | "BAD_UTF8"
  | "TOO_DEEP"
  | "TOO_LARGE";

/** Bytes that are not CTAP2 canonical CBOR, or a value that cannot become it. */
export class CborError extends HarnessError<`CBOR_${CborFault}`> {
  readonly fault: CborFault;
  /** Where the item that broke the rule begins; for a value, where it would have begun. */
  readonly offset: number;

  constructor(fault: CborFault, message: string, offset: number) {
    super(`CBOR_${fault}`, `${message} (offset ${offset})`);
    this.fault = fault;
    this.offset = offset;
  }
}
