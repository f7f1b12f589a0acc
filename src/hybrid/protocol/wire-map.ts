import { decodeCbor } from "../../cbor/decode.js";
import { CborError, type CborMap, type CborValue } from "../../cbor/value.js";
import { fromFields, type Fields, type Values } from "../../ctap/messages/fields.js";
import { MessageError } from "../../ctap/messages/message-error.js";
import { readMap } from "../../ctap/messages/wire.js";
import { HybridError, type HybridFault } from "./hybrid-error.js";

/** The name a structure's faults go by. */
export interface FaultNames {
  readonly malformed: HybridFault;
  /** As `malformed` when absent. */
  readonly missing?: HybridFault;
  /** As `malformed` when absent. */
  readonly invalid?: HybridFault;
}

/** One canonical map, strictly. @throws {HybridError} `names.malformed` */
export function decodeMap({ malformed }: FaultNames, bytes: Uint8Array): CborMap {
  return renamed({ malformed }, () => readMap(decodeCbor(bytes), "it"));
}

/** The members a table names, the others left out. @throws {HybridError} by one of `names`. */
export function readFields<F extends Fields>(names: FaultNames, fields: F, value: CborValue): Values<F> {
  return renamed(names, () => fromFields(fields, readMap(value, "it")));
}

function renamed<T>(names: FaultNames, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof CborError) throw new HybridError(names.malformed, error.message, { cause: error });
    if (!(error instanceof MessageError)) throw error;
    const name = error.code === "MESSAGE_MISSING_FIELD" ? names.missing : names.invalid;
    throw new HybridError(name ?? names.malformed, error.message, { cause: error });
  }
}
