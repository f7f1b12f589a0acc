import { encodeCbor } from "../../cbor/encode.js";
import { decodeCbor } from "../../cbor/decode.js";
import type { CborMap, CborValue } from "../../cbor/value.js";
import { concat } from "../../core/bytes.js";
import { CtapCommand } from "../../ctap/command.js";
import { CtapStatus } from "../../ctap/status.js";

/** Unsigned extension outputs of the two answers. @see CTAP 2.3 §6.1.2 and §6.2.2 */
const OUTPUTS_KEY: Readonly<Partial<Record<number, number>>> = {
  [CtapCommand.makeCredential]: 6,
  [CtapCommand.getAssertion]: 8,
};

/** An extension nobody asked for, which clients pass over. */
const FILLER = "filler";

/**
 * An answer of at least that many bytes, as one with a long attestation would be: still a correct one.
 *
 * @param answer status byte and CBOR; refusals and answers to other commands stay as they are.
 */
export function filledAnswer([command = 0]: Uint8Array, answer: Uint8Array, bytes: number): Uint8Array {
  const key = OUTPUTS_KEY[command];
  const missing = bytes - answer.length;
  if (key === undefined || answer[0] !== CtapStatus.OK || missing <= 0) return answer;
  const decoded = decodeCbor(answer.subarray(1));
  if (!(decoded instanceof Map)) return answer;
  const map = decoded as CborMap;
  const outputs = map.get(key);
  const known: readonly (readonly [string, CborValue])[] =
    outputs instanceof Map ? [...(outputs as ReadonlyMap<string, CborValue>)] : [];
  const filled = new Map([...known, [FILLER, new Uint8Array(missing)] as const]);
  return concat(answer.subarray(0, 1), encodeCbor(new Map([...map, [key, filled] as const])));
}
