import type { CborMap, CborValue } from "../../cbor/value.js";
import { equalBytes } from "../../core/bytes.js";
import { PointError } from "../../crypto/algorithms.js";
import type { CryptoProvider, KeyPair } from "../../core/crypto-provider.js";
import { required, toFields } from "../../ctap/messages/fields.js";
import { bytes, bytesOf, text } from "../../ctap/messages/wire.js";
import { LINK_ID_BYTES, LINK_SECRET_BYTES, PUBLIC_KEY_BYTES } from "./constants.js";
import { HybridError } from "./hybrid-error.js";
import { readFields } from "./wire-map.js";

/** What a phone gives a client to find it again without a QR code. The client adds the tunnel it came through. */
export interface LinkingData {
  /** Opaque to all but the tunnel service, which wakes the phone by it. */
  readonly contactId: Uint8Array;
  /** 8 bytes by which the phone recognises this client. */
  readonly linkId: Uint8Array;
  /** 32 bytes, from which adverts and pre-shared keys of later sessions are derived. */
  readonly linkSecret: Uint8Array;
  /** 65 bytes, uncompressed: the phone's own key. */
  readonly phoneKey: Uint8Array;
  /** Name by which users choose the phone. */
  readonly name: string;
}

/** Ties linking data to one session: 32 bytes, see {@link signLink}. */
export type LinkSignature = Uint8Array;

const SIGNATURE_BYTES = 32;

const FIELDS = {
  contactId: required(1, bytes),
  linkId: required(2, bytesOf(LINK_ID_BYTES)),
  linkSecret: required(3, bytesOf(LINK_SECRET_BYTES)),
  phoneKey: required(4, bytesOf(PUBLIC_KEY_BYTES)),
  name: required(5, text),
  signature: required(6, bytesOf(SIGNATURE_BYTES)),
};

const NAMES = { malformed: "LINK_MALFORMED" } as const;

/** What a side needs to make or check a signature: its own secret, the other's key, and what both saw. */
export interface LinkProof {
  /** Phone: of its identity. Client: of the key in its QR code. */
  readonly ownKey: KeyPair;
  /** 65 bytes. */
  readonly peerKey: Uint8Array;
  readonly handshakeHash: Uint8Array;
}

/**
 * Signature over a session, which only the two holders of the keys can make; both sides get the same bytes.
 *
 * @throws {PointError} when the peer's key is none.
 */
export function signLink(proof: LinkProof, crypto: CryptoProvider): LinkSignature {
  const shared = crypto.sharedSecret(proof.ownKey.secretKey, proof.peerKey);
  return crypto.hmacSha256(shared, proof.handshakeHash);
}

/** The phone's half: the map for its update, signed. `phoneKey` is the proof's own key. */
export function sealLink(
  data: Omit<LinkingData, "phoneKey">,
  proof: LinkProof,
  crypto: CryptoProvider,
): CborMap {
  return toFields(FIELDS, {
    ...data,
    phoneKey: proof.ownKey.publicKey,
    signature: signLink(proof, crypto),
  });
}

/**
 * The client's half: linking data whose signature is right. Only a session from a QR code can check one.
 *
 * Members it does not know are left out; Play services add one.
 *
 * @throws {HybridError} `LINK_MALFORMED`, `LINK_SIGNATURE_WRONG`: then a link stored before stays.
 */
export function openLink(
  map: CborValue,
  proof: Omit<LinkProof, "peerKey">,
  crypto: CryptoProvider,
): LinkingData {
  const { signature, ...data } = readFields(NAMES, FIELDS, map);
  if (!equalBytes(signature, expected({ ...proof, peerKey: data.phoneKey }, crypto))) {
    throw new HybridError(
      "LINK_SIGNATURE_WRONG",
      "linking data signed by somebody else, or for another session",
    );
  }
  return data;
}

function expected(proof: LinkProof, crypto: CryptoProvider): LinkSignature {
  try {
    return signLink(proof, crypto);
  } catch (error) {
    if (!(error instanceof PointError)) throw error;
    throw new HybridError("LINK_MALFORMED", "phoneKey is no point of P-256", { cause: error });
  }
}

/**
 * A phone that was linked: enough to wake it without a QR code. Secret: every party that has the data can pose as this
 * client.
 */
export interface LinkedPhone extends LinkingData {
  /** 16-bit number of the tunnel service the link was made through. */
  readonly tunnelCode: number;
}
