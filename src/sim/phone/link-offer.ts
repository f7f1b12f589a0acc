import type { CborMap } from "../../cbor/value.js";
import type { Env } from "../../core/env.js";
import type { KeyPair } from "../../core/crypto-provider.js";
import { sealLink, type LinkingData } from "../../hybrid/protocol/linking.js";

/** What a phone is ready to tell a client, so that it is found again without a code. */
export interface LinkOffer {
  /** Signed for one session, which only the two of them can check. */
  sealedFor(clientKey: Uint8Array, handshakeHash: Uint8Array): CborMap;
}

export function linkOffer(
  { crypto }: Pick<Env, "crypto">,
  data: Omit<LinkingData, "phoneKey">,
  ownKey: KeyPair,
): LinkOffer {
  return {
    sealedFor: (peerKey, handshakeHash) => sealLink(data, { ownKey, peerKey, handshakeHash }, crypto),
  };
}
