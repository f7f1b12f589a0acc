import type { LinkingData } from "./linking.js";

/** A phone that was linked: enough to wake it without a QR code. Secret: whoever has it can pose as this client. */
export interface KnownPhone extends LinkingData {
  /** 16-bit number of the tunnel service the link was made through. */
  readonly tunnelCode: number;
}
