import { encodeCbor } from "../../cbor/encode.js";
import type { CborMap } from "../../cbor/value.js";
import { optional, toFields } from "../../ctap/messages/fields.js";
import type { AnswerListener } from "../../ctap/messages/message.js";
import { bytes, wholeMap } from "../../ctap/messages/wire.js";
import { CHROME_UPDATE_BYTES } from "./constants.js";
import { decodeMap, readFields } from "./wire-map.js";

/** What a phone has to say on its own account. */
export interface Update {
  /** Says nothing; makes updates alike in length. */
  readonly padding?: Uint8Array;
  /** Linking data, which `openLink` reads. */
  readonly linking?: CborMap;
}

const FIELDS = { padding: optional(0, bytes), linking: optional(1, wholeMap) };

const NAMES = { malformed: "UPDATE_MALFORMED" } as const;

/** Payload of an update frame. */
export function encodeUpdate(update: Update): Uint8Array {
  return encodeCbor(toFields(FIELDS, update));
}

/**
 * The update Chrome for Android sends right after its post-handshake message, with or without linking data: as a frame
 * it fills 512 bytes of plaintext, so that the relay cannot distinguish the two cases. Linking data too long for that
 * make it longer.
 */
export function encodeChromeUpdate(linking?: CborMap): Uint8Array {
  const update = linking === undefined ? {} : { linking };
  const bare = encodeUpdate({ ...update, padding: new Uint8Array(0) }).length;
  // One byte for the type, one for the count of zeros; the filler's own head may grow by two.
  const filler = Math.max(0, CHROME_UPDATE_BYTES - 1 - 1 - 2 - bare);
  return encodeUpdate({ ...update, padding: new Uint8Array(filler) });
}

/**
 * The inverse of {@link encodeUpdate}, members it does not know left out. So is padding that is no bytes: it says
 * nothing, and Chromium does not look at it; `onFault` hears of it.
 *
 * @throws {HybridError} `UPDATE_MALFORMED`
 */
export function parseUpdate(payload: Uint8Array, onFault?: AnswerListener): Update {
  const map = decodeMap(NAMES, payload);
  const { linking } = readFields(NAMES, { linking: FIELDS.linking }, map);
  const padding = map.get(FIELDS.padding.key);
  const isOdd = padding !== undefined && !(padding instanceof Uint8Array);
  if (isOdd) onFault?.("MESSAGE_UNEXPECTED_TYPE", 0, "padding");
  return { ...(padding instanceof Uint8Array && { padding }), ...(linking && { linking }) };
}
