import { encodeCbor } from "../../cbor/encode.js";
import type { CborMap } from "../../cbor/value.js";
import { fromFields, toFields, type Fields, type Values } from "./fields.js";
import { readMap, type Wire } from "./wire.js";

/** Parameters of a subcommand, with the very bytes that pinUvAuthParam is made over. */
export interface SignedMap {
  readonly map: CborMap;
  /** Canonical CBOR as it is, or was, sent; includes members that this library does not know. */
  readonly cbor: Uint8Array;
}

/**
 * A map inside a request that is signed as a whole, its members left for the subcommand to read.
 *
 * Reading encodes again: requests are read strictly, and one value has one canonical encoding, so these
 * are the bytes that were received.
 */
export const signedMap: Wire<SignedMap> = {
  read(value, where) {
    return signed(readMap(value, where));
  },
  write: ({ map }) => map,
};

/** The client's side: values, and the bytes they become. */
export function toSignedMap<F extends Fields>(fields: F, values: Values<F>): SignedMap {
  return signed(toFields(fields, values));
}

/** The authenticator's side. No parameters at all read as an empty map. @throws {MessageError} */
export function fromSignedMap<F extends Fields>(fields: F, parameters: SignedMap | undefined): Values<F> {
  return fromFields(fields, parameters?.map ?? new Map(), "subCommandParams");
}

/** A map as it stands, with its bytes. */
export function signed(map: CborMap): SignedMap {
  return { map, cbor: encodeCbor(map) };
}
