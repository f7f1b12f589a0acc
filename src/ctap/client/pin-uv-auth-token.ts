/** A pinUvAuthToken and the protocol it belongs to. Secret: never traced. */
export interface PinUvAuthToken {
  readonly protocol: 1 | 2;
  readonly token: Uint8Array;
  /** pinUvAuthParam over `message`. */
  authenticate(message: Uint8Array): Uint8Array;
}

export interface TokenRequest {
  /** PIN when given, built-in user verification otherwise. */
  readonly pin?: string;
  /** Sum of `Permission` bits. */
  readonly permissions: number;
  readonly rpId?: string;
}
