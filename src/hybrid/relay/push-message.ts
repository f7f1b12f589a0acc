import type { TraceContext } from "../../core/trace.js";
import { encodeCbor } from "../../cbor/encode.js";
import { required, toFields } from "../../ctap/messages/fields.js";
import { bytesOf, text } from "../../ctap/messages/wire.js";
import { ROUTING_ID_BYTES, TUNNEL_ID_BYTES } from "../protocol/constants.js";
import { decodeMap, readFields } from "../protocol/wire-map.js";

/** What wakes a linked phone. */
export interface Push {
  readonly tunnelId: Uint8Array;
  readonly routingId: Uint8Array;
  /** Value of the client payload header. */
  readonly clientPayload: string;
  /** The span of the client that calls; known only where both ends share a trace. */
  readonly context?: TraceContext;
}

/** Message of a phone that ends its links: the relay answers later calls for it with 410. */
export const REVOKE: Uint8Array = Uint8Array.of(0x00);

const FIELDS = {
  tunnelId: required(1, bytesOf(TUNNEL_ID_BYTES)),
  routingId: required(2, bytesOf(ROUTING_ID_BYTES)),
  clientPayload: required(3, text),
};

const NAMES = { malformed: "TUNNEL_UNEXPECTED_MESSAGE" } as const;

/** What a relay sends to a phone that waits to be woken, as CBOR. */
export function encodePush({ tunnelId, routingId, clientPayload }: Push): Uint8Array {
  return encodeCbor(toFields(FIELDS, { tunnelId, routingId, clientPayload }));
}

/** The inverse of {@link encodePush}. @throws {HybridError} `TUNNEL_UNEXPECTED_MESSAGE` */
export function parsePush(message: Uint8Array): Push {
  return readFields(NAMES, FIELDS, decodeMap(NAMES, message));
}
