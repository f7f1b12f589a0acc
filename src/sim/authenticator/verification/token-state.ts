import type { TraceContext } from "../../../core/trace.js";

/** What a token is issued with. */
export interface TokenGrant {
  /** Sum of `Permission` bits. */
  readonly permissions: number;
  readonly rpId?: string | undefined;
  /** The gesture that verified the user was a touch as well. */
  readonly userPresent: boolean;
}

/**
 * Keeps the token that a platform signs its requests with, and what the token still stands for. What its members say
 * concerns a request only when that request carried a pinUvAuthParam.
 *
 * @see CTAP 2.3 §6.5.2.1 (pinUvAuthToken state); CTAP 2.0 §5.5.7 (pinToken)
 */
export interface TokenState {
  /**
   * Identifies the token in use, `undefined` when there is none: what a request leaves for the next one is over once
   * the token of that request is no longer the one in use.
   */
  readonly inUse: object | undefined;
  /** Site the token is bound to; `undefined` for none. */
  readonly rpId: string | undefined;
  readonly userVerified: boolean;
  /** A touch that earned the token and was not used yet. */
  readonly userPresent: boolean;
  /** Invalidates the token in use; the next verification fails. */
  reset(): void;
  /**
   * Issues a token.
   *
   * @param context the span of the command that asked for it; its timers are recorded there.
   * @returns the token, which is secret.
   */
  begin(protocol: 1 | 2, grant: TokenGrant, context?: TraceContext): Uint8Array;
  /** Returns whether `signature` is the pinUvAuthParam over `message` under the token in use. Counts as use. */
  verify(protocol: 1 | 2, message: Uint8Array, signature: Uint8Array): boolean;
  /** Returns whether the token has all of the bits. */
  hasPermission(bits: number): boolean;
  /** Ties the token to a site, when it was not yet. */
  bind(rpId: string): void;
  /** Takes from the token what one touch was good for: one credential made or used. */
  spend(): void;
}
