import type { CoseKey } from "./cose.js";
import type { PinProtocol } from "./pin-protocol.js";

/** What one key agreement with a device yields, on the client's side. */
export interface KeyAgreement {
  readonly protocol: PinProtocol;
  /** The client's public key, for the device. */
  readonly keyAgreement: CoseKey;
  /** Secret: never traced. */
  readonly sharedSecret: Uint8Array;
}
