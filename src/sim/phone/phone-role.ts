import type { KeyPair } from "../../core/crypto-provider.js";
import type { TunnelRequest } from "../../hybrid/protocol/tunnel-url.js";

/** What a phone goes by in one session: a code it scanned, or the call of a client it is linked with. */
export interface PhoneRole {
  /** QR secret or link secret. */
  readonly secret: Uint8Array;
  /** 64 bytes. */
  readonly eidKey: Uint8Array;
  readonly meeting: Exclude<TunnelRequest, { readonly method: "contact" }>;
  /** Who is who in the handshake; the pre-shared key comes with the advert. */
  readonly known:
    | { readonly pattern: "KNpsk0"; readonly clientKey: Uint8Array }
    | { readonly pattern: "NKpsk0"; readonly phoneKey: KeyPair };
  /** Whether the client can take a link. */
  readonly takesLink: boolean;
  /** Whether the client offered to meet without a tunnel. */
  readonly takesChannel: boolean;
}
