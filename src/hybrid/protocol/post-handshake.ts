import { encodeCbor } from "../../cbor/encode.js";
import { decodeLenient } from "../../cbor/lenient.js";
import { CborError, type CborMap } from "../../cbor/value.js";
import { optional, toFields } from "../../ctap/messages/fields.js";
import type { AnswerListener, FaultListener } from "../../ctap/messages/message.js";
import { anything, bytes, listOf, readMap, wholeMap } from "../../ctap/messages/wire.js";
import type { Revision } from "./frames.js";
import { HybridError } from "./hybrid-error.js";
import { padMap, unpadMap, type MapPadding } from "./padding.js";
import { decodeMap, readFields } from "./wire-map.js";

/** Kinds of requests a phone answers: CTAP commands, digital credentials. */
export type PhoneFeature = "ctap" | "dc";

/** The first thing a phone says on a connection, before it is asked anything. */
export interface PostHandshake {
  /** getInfo response body, without status byte. Kept for the whole connection: phones are not asked again. */
  readonly info?: Uint8Array;
  /** Linking data, from older phones; newer ones send an update. */
  readonly linking?: CborMap;
  readonly features: readonly PhoneFeature[];
}

export interface ReceivedPostHandshake extends PostHandshake {
  /** 0 when the message was padded: then no message has a type byte. */
  readonly revision: Revision;
}

export interface PostHandshakeForm {
  /** Leave the list of features out, which means CTAP alone: all phones did before CTAP 2.3. */
  readonly listsFeatures?: boolean;
  /** How revision 2.0 padded; not padded when absent. */
  readonly padding?: MapPadding;
}

const FIELDS = {
  info: optional(1, bytes),
  linking: optional(2, wholeMap),
  features: optional(3, listOf(anything)),
};

const NAMES = { malformed: "POST_HANDSHAKE_MALFORMED" } as const;

const FEATURES: readonly string[] = ["ctap", "dc"] satisfies readonly PhoneFeature[];

/** The plaintext, to be sealed as it is: this message has no type byte in any revision. */
export function encodePostHandshake(message: PostHandshake, form: PostHandshakeForm = {}): Uint8Array {
  const { listsFeatures = true, padding } = form;
  const { features, ...rest } = message;
  const encoded = encodeCbor(toFields(FIELDS, { ...rest, ...(listsFeatures && { features }) }));
  return padding === undefined ? encoded : padMap(encoded, padding);
}

/**
 * The inverse of {@link encodePostHandshake}, in whichever form the message is.
 *
 * A message in no form at all is read leniently, if it can be, and what is wrong goes to `onFault`; so do features that are
 * no text.
 *
 * @throws {HybridError} `POST_HANDSHAKE_MALFORMED`, also when a phone that speaks CTAP sends no getInfo response
 *   or one that does not sends one.
 */
export function parsePostHandshake(plaintext: Uint8Array, onFault?: AnswerListener): ReceivedPostHandshake {
  const { map, revision } = readInAnyForm(plaintext, onFault);
  const { info, linking, features: all = ["ctap"] } = readFields(NAMES, FIELDS, map);
  // Names of features to come may be of any type.
  const features = all.filter((feature, index) => {
    if (typeof feature === "string") return true;
    onFault?.("MESSAGE_UNEXPECTED_TYPE", 0, `features[${index}]`);
    return false;
  }) as readonly string[];
  const speaksCtap = features.includes("ctap");
  if (speaksCtap && info === undefined) throw malformed("the phone speaks CTAP but sent no getInfo response");
  if (!speaksCtap && info !== undefined) throw malformed("a getInfo response, but no CTAP");
  return {
    ...(info && { info }),
    ...(linking && { linking }),
    features: features.filter(isFeature),
    revision,
  };
}

/** Whether it is padded shows only in that it is no complete map without. */
function readInAnyForm(
  plaintext: Uint8Array,
  onFault: FaultListener | undefined,
): { readonly map: CborMap; readonly revision: Revision } {
  const plain = attempt(() => decodeMap(NAMES, plaintext));
  if (!(plain instanceof HybridError)) return { map: plain, revision: 1 };
  for (const padding of ["512", "256"] as const) {
    const padded = attempt(() => decodeMap(NAMES, unpadMap(plaintext, padding)));
    if (!(padded instanceof HybridError)) return { map: padded, revision: 0 };
  }
  const lenient = readLeniently(plaintext, onFault);
  if (lenient === undefined) throw plain;
  return { map: lenient, revision: 1 };
}

function readLeniently(plaintext: Uint8Array, onFault: FaultListener = () => {}): CborMap | undefined {
  try {
    const { value, faults } = decodeLenient(plaintext);
    if (!(value instanceof Map) || faults.some(({ fault }) => fault === "TRAILING_BYTES")) return undefined;
    for (const { fault, offset } of faults) onFault(fault, offset);
    return readMap(value, "it");
  } catch (error) {
    if (error instanceof CborError) return undefined;
    throw error;
  }
}

function attempt<T>(work: () => T): T | HybridError {
  try {
    return work();
  } catch (error) {
    if (error instanceof HybridError) return error;
    throw error;
  }
}

function isFeature(name: string): name is PhoneFeature {
  return FEATURES.includes(name);
}

function malformed(message: string): HybridError {
  return new HybridError("POST_HANDSHAKE_MALFORMED", message);
}
