import { encodeCbor } from "../../cbor/encode.js";
import { fromHex, toHex } from "../../core/bytes.js";
import { required, toFields } from "../../ctap/messages/fields.js";
import { bytesOf, text } from "../../ctap/messages/wire.js";
import { CLIENT_NONCE_BYTES, LINK_ID_BYTES } from "./constants.js";
import { HybridError } from "./hybrid-error.js";
import { decodeMap, readFields } from "./wire-map.js";

/** What a client sends along to wake a linked phone. */
export interface ClientPayload {
  /** 8 bytes, from the linking data. */
  readonly linkId: Uint8Array;
  /** 16 bytes, fresh: salt of the key the phone's advert is sealed with. */
  readonly nonce: Uint8Array;
  readonly hint: "mc" | "ga";
}

const FIELDS = {
  linkId: required(1, bytesOf(LINK_ID_BYTES)),
  nonce: required(2, bytesOf(CLIENT_NONCE_BYTES)),
  hint: required(3, text),
};

const NAMES = { malformed: "CLIENT_PAYLOAD_MALFORMED" } as const;

/** Value of the client payload header: hex. */
export function encodeClientPayload(payload: ClientPayload): string {
  return toHex(encodeCbor(toFields(FIELDS, payload)));
}

/** The inverse of {@link encodeClientPayload}. @throws {HybridError} `CLIENT_PAYLOAD_MALFORMED` */
export function parseClientPayload(header: string): ClientPayload {
  if (header.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(header)) {
    throw new HybridError("CLIENT_PAYLOAD_MALFORMED", "not a hex string");
  }
  const { hint, ...rest } = readFields(NAMES, FIELDS, decodeMap(NAMES, fromHex(header)));
  if (hint !== "mc" && hint !== "ga")
    throw new HybridError("CLIENT_PAYLOAD_MALFORMED", "hint is neither mc nor ga");
  return { ...rest, hint };
}
