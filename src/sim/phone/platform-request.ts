import { decodeCbor } from "../../cbor/decode.js";
import { encodeCbor } from "../../cbor/encode.js";
import { DEPTH_MAX_CEILING } from "../../cbor/limits.js";
import type { CborKey, CborMap, CborValue } from "../../cbor/value.js";
import { concat } from "../../core/bytes.js";
import { CtapCommand } from "../../ctap/command.js";

/** Member of a request's parameters that holds its options. @see CTAP 2.2 §6.1, §6.2 */
const OPTIONS_KEY = { makeCredential: 0x07, getAssertion: 0x05 } as const;

const DEPTH = { depthMax: DEPTH_MAX_CEILING };

/**
 * Returns the request that a phone hands to its platform: user verification is always required and a request without
 * user presence does not exist there, whatever the client asked for. Everything else stays.
 *
 * Source: Chromium, CTAP2Processor of v2_authenticator.cc
 *
 * @param request makeCredential or getAssertion, already known to be readable.
 */
export function asPlatformRequest(request: Uint8Array): Uint8Array {
  const key =
    request[0] === CtapCommand.makeCredential ? OPTIONS_KEY.makeCredential : OPTIONS_KEY.getAssertion;
  const parameters = decodeCbor(request.subarray(1), DEPTH) as CborMap;
  const asked = parameters.get(key);
  const options = new Map<CborKey, CborValue>(asked instanceof Map ? (asked as CborMap) : []);
  options.delete("up");
  options.set("uv", true);
  return concat(request.subarray(0, 1), encodeCbor(new Map([...parameters, [key, options]]), DEPTH));
}
