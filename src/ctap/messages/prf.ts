import type { CborKey, CborValue } from "../../cbor/value.js";
import { equalBytes } from "../../core/bytes.js";
import { mapWith, optional, required } from "./fields.js";
import { MessageError } from "./message-error.js";
import { bool, bytesOf, readMap, type Wire } from "./wire.js";

const VALUE_BYTES = 32;

/**
 * Levels of nesting of a getAssertion whose `prf` names credentials: one more than CTAP2 allows, and what
 * browsers and phones exchange all the same.
 */
export const PRF_DEPTH = 5;

/** Salts on the way in, outputs on the way out: 32 bytes each. */
export interface PrfValues {
  readonly first: Uint8Array;
  readonly second?: Uint8Array;
}

/** Salts for one credential only. */
export interface CredentialSalts {
  readonly credentialId: Uint8Array;
  readonly salts: PrfValues;
}

/** The extension `prf` as phones have it: no key agreement, because the link is encrypted as a whole. */
export interface PrfInput {
  /** For every credential that `evalByCredential` does not name. */
  readonly eval?: PrfValues;
  /** At assertion only. */
  readonly evalByCredential?: readonly CredentialSalts[];
}

/** Stands among the unsigned outputs. */
export interface PrfOutput {
  /** At creation only. */
  readonly enabled?: boolean;
  readonly results?: PrfValues;
}

const values: Wire<PrfValues> = mapWith({
  first: required("first", bytesOf(VALUE_BYTES)),
  second: optional("second", bytesOf(VALUE_BYTES)),
});

const byCredential: Wire<readonly CredentialSalts[]> = {
  read(value, where) {
    return [...readMap(value, where)].map(([credentialId, salts]) => {
      if (credentialId instanceof Uint8Array && credentialId.length > 0) {
        return { credentialId, salts: values.read(salts, `${where}[]`) };
      }
      throw new MessageError("MESSAGE_UNEXPECTED_TYPE", `a key of ${where} is not a credential id`);
    });
  },
  write(entries) {
    return new Map<CborKey, CborValue>(
      entries.map(({ credentialId, salts }) => [credentialId, values.write(salts)]),
    );
  },
};

/** @see hybrid transports; Chromium, ctap_get_assertion_request.cc */
export const prfInput: Wire<PrfInput> = mapWith({
  eval: optional("eval", values),
  evalByCredential: optional("evalByCredential", byCredential),
});

export const prfOutput: Wire<PrfOutput> = mapWith({
  enabled: optional("enabled", bool),
  results: optional("results", values),
});

/** Returns the salts for this credential: its own ones, or else those for every credential. */
export function saltsFor(input: PrfInput, credentialId: Uint8Array): PrfValues | undefined {
  const own = input.evalByCredential?.find((entry) => equalBytes(entry.credentialId, credentialId));
  return own?.salts ?? input.eval;
}

/** One or two values as a list, in order. */
export function listValues({ first, second }: PrfValues): readonly Uint8Array[] {
  return second === undefined ? [first] : [first, second];
}

/** The inverse of {@link listValues}. @throws {RangeError} for an empty list. */
export function fromList([first, second]: readonly Uint8Array[]): PrfValues {
  if (first === undefined) throw new RangeError("there is always a first value");
  return { first, ...(second && { second }) };
}

/** How deep a request with these extensions may nest; `undefined` for as deep as CTAP2 allows. */
export function depthWith(extensions: { has(id: string): boolean } | undefined): number | undefined {
  return extensions?.has("prf") ? PRF_DEPTH : undefined;
}
