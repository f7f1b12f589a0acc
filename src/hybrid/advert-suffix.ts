import { decodeCbor } from "../cbor/decode.js";
import { encodeCbor } from "../cbor/encode.js";
import { CborError } from "../cbor/value.js";
import { DataChannel } from "./constants.js";

/** What may follow an advert: how to reach the phone without a tunnel. Neither encrypted nor authenticated. */
export interface AdvertSuffix {
  /** 16-bit port of the phone's L2CAP server; absent when it offers none. */
  readonly blePsm?: number;
}

const PSM_MAX = 0xffff;

/** The bytes a phone puts behind the 20 of its advert. @see CTAP 2.3 §11.5 */
export function encodeAdvertSuffix({ blePsm }: AdvertSuffix): Uint8Array {
  return encodeCbor(new Map(blePsm === undefined ? [] : [[DataChannel.BLE, blePsm]]));
}

/**
 * Reads what follows the 20 bytes of an advert.
 *
 * A suffix is advice: where it cannot be read the tunnel still works, so that is `undefined`, as if there
 * were none. Channels it does not know, and ports that are none, are left out.
 */
export function parseAdvertSuffix(suffix: Uint8Array): AdvertSuffix | undefined {
  const map = decodeOrNothing(suffix);
  if (!(map instanceof Map)) return undefined;
  const blePsm: unknown = map.get(DataChannel.BLE);
  return typeof blePsm === "number" && blePsm >= 0 && blePsm <= PSM_MAX ? { blePsm } : {};
}

function decodeOrNothing(suffix: Uint8Array): unknown {
  try {
    return decodeCbor(suffix);
  } catch (error) {
    if (error instanceof CborError) return undefined;
    throw error;
  }
}
