import { decodeCbor, decodeCborPrefix } from "../../src/cbor/decode.js";
import { describeCbor } from "../../src/cbor/describe.js";
import { encodeCbor } from "../../src/cbor/encode.js";
import { decodeLenient } from "../../src/cbor/lenient.js";
import { CborError } from "../../src/cbor/value.js";
import { equalBytes } from "../../src/core/bytes.js";
import { violated, type FuzzBoundary } from "./boundary.js";
import type { Chance } from "./chance.js";
import { mutate, mutateCbor } from "./mutate.js";
import { CBOR_VECTORS } from "./vectors.js";

/** The outcome of a decoder, or the {@link CborError} it refused with; anything else thrown is a finding. */
function outcome<T>(decode: () => T): { readonly value: T } | CborError {
  try {
    return { value: decode() };
  } catch (error) {
    if (error instanceof CborError) return error;
    throw error;
  }
}

function next(chance: Chance): Uint8Array {
  if (chance.oneIn(8)) return chance.bytes(chance.below(80));
  const vector = chance.pick(CBOR_VECTORS);
  if (chance.oneIn(3)) return mutateCbor(chance, vector) ?? mutate(chance, vector, CBOR_VECTORS);
  return mutate(chance, vector, CBOR_VECTORS);
}

function hand(message: Uint8Array): void {
  const strict = outcome(() => decodeCbor(message));
  const lenient = outcome(() => decodeLenient(message));
  const prefix = outcome(() => decodeCborPrefix(message));
  describeCbor(message);
  if (strict instanceof CborError) {
    if (strict.offset > message.length) violated(`an error at ${strict.offset}, beyond the end`);
    const trailing = !(prefix instanceof CborError) && prefix.value.rest.length > 0;
    if (!(prefix instanceof CborError) && !trailing) violated("a prefix that is all, which strict refuses");
    // What can be read although strict refuses it must be read with the reason.
    if (!(lenient instanceof CborError) && lenient.value.faults.length === 0) {
      violated(`lenient finds no fault where strict says ${strict.code}`);
    }
    return;
  }
  if (!equalBytes(encodeCbor(strict.value), message)) violated("accepted, but encodes to other bytes");
  if (lenient instanceof CborError) violated(`strict accepts what lenient refuses with ${lenient.code}`);
  if (lenient.value.faults.length > 0) violated("strict accepts what lenient faults");
  if (prefix instanceof CborError || prefix.value.rest.length > 0)
    violated("no prefix of what strict accepts");
}

export const cborBoundary: FuzzBoundary = {
  name: "cbor",
  what: "strict, lenient and describing CBOR decoders",
  messagesPerWorld: 1000,
  share: 1,
  start: () => ({ next, hand, settle: () => {} }),
};
