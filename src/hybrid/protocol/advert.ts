import { decodeCbor } from "../../cbor/decode.js";
import { encodeCbor } from "../../cbor/encode.js";
import { CborError } from "../../cbor/value.js";
import { concat, equalBytes } from "../../core/bytes.js";
import type { CryptoProvider } from "../../core/crypto-provider.js";
import { ADVERT_BYTES, CONNECTION_NONCE_BYTES, DataChannel, ROUTING_ID_BYTES } from "./constants.js";
import { isTunnelCode } from "./tunnel-domain.js";

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

/** Holds what a phone advertises over BLE: that it is near, and at which tunnel service to meet. */
export interface AdvertFields {
  /** 10 random bytes, new for each session. */
  readonly nonce: Uint8Array;
  /** 3 bytes, from the tunnel service. Without meaning from a linked phone. */
  readonly routingId: Uint8Array;
  /** 16-bit number of the tunnel service. Without meaning from a linked phone, which leaves it 0. */
  readonly tunnelCode: number;
}

export interface Advert extends AdvertFields {
  /** All 16 bytes: the salt of the pre-shared key. */
  readonly plaintext: Uint8Array;
}

const BLOCK_BYTES = 16;
const ROUTING_ID_OFFSET = 1 + CONNECTION_NONCE_BYTES;
const TUNNEL_CODE_OFFSET = ROUTING_ID_OFFSET + ROUTING_ID_BYTES;
const AES_KEY_BYTES = 32;

/**
 * Opens a broadcast if it was meant for us.
 *
 * A radio receives the adverts of many foreign phones, so a foreign advert is an everyday `undefined`, not an error.
 * Bytes past the first 20 are a suffix and do not take part.
 *
 * @param eidKey 64 bytes from `deriveKey` with `ADVERT`: AES-256 key, then HMAC key.
 */
export function openAdvert(
  eidKey: Uint8Array,
  serviceData: Uint8Array,
  crypto: CryptoProvider,
): Advert | undefined {
  if (serviceData.length < ADVERT_BYTES) return undefined;
  const ciphertext = serviceData.subarray(0, BLOCK_BYTES);
  const tag = serviceData.subarray(BLOCK_BYTES, ADVERT_BYTES);
  if (!equalBytes(tag, tagOf(eidKey, ciphertext, crypto))) return undefined;
  return parseAdvert(crypto.decryptBlock(eidKey.subarray(0, AES_KEY_BYTES), ciphertext));
}

/** The phone's half: the inverse of {@link openAdvert}. @throws {RangeError} for fields of other lengths. */
export function sealAdvert(eidKey: Uint8Array, fields: AdvertFields, crypto: CryptoProvider): Uint8Array {
  const ciphertext = crypto.encryptBlock(eidKey.subarray(0, AES_KEY_BYTES), encodeAdvert(fields));
  return concat(ciphertext, tagOf(eidKey, ciphertext, crypto));
}

/** The 16 bytes inside an advert. @throws {RangeError} for fields of other lengths. */
export function encodeAdvert({ nonce, routingId, tunnelCode }: AdvertFields): Uint8Array {
  if (nonce.length !== CONNECTION_NONCE_BYTES || routingId.length !== ROUTING_ID_BYTES) {
    throw new RangeError(`a nonce has ${CONNECTION_NONCE_BYTES} bytes, a routing id ${ROUTING_ID_BYTES}`);
  }
  // The code is little endian, and the first byte is reserved.
  return concat(Uint8Array.of(0), nonce, routingId, Uint8Array.of(tunnelCode & 0xff, tunnelCode >> 8));
}

/** Splits the 16 bytes; `undefined` when reserved bits are set or the tunnel code stands for nothing. */
export function parseAdvert(plaintext: Uint8Array): Advert | undefined {
  if (plaintext.length !== BLOCK_BYTES || plaintext[0] !== 0) return undefined;
  const view = new DataView(plaintext.buffer, plaintext.byteOffset);
  const tunnelCode = view.getUint16(TUNNEL_CODE_OFFSET, true);
  if (!isTunnelCode(tunnelCode)) return undefined;
  return {
    nonce: plaintext.subarray(1, ROUTING_ID_OFFSET),
    routingId: plaintext.subarray(ROUTING_ID_OFFSET, TUNNEL_CODE_OFFSET),
    tunnelCode,
    plaintext,
  };
}

function tagOf(eidKey: Uint8Array, ciphertext: Uint8Array, crypto: CryptoProvider): Uint8Array {
  const tag = crypto.hmacSha256(eidKey.subarray(AES_KEY_BYTES), ciphertext);
  return tag.subarray(0, ADVERT_BYTES - BLOCK_BYTES);
}
