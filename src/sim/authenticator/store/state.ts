import type { Env } from "../../../core/env.js";
import type { KeyPair } from "../../../core/crypto-provider.js";
import { hasPinToken20, type AuthenticatorProfile } from "../../profiles/profile.js";
import { PinToken20 } from "../verification/pin-token-20.js";
import { PinUvTokens } from "../verification/pin-uv-token.js";
import type { TokenState } from "../verification/token-state.js";

/**
 * What a command leaves for the next one, such as the remaining assertions of a request.
 *
 * Any command but `command` discards it.
 */
export interface Continuation {
  /** The command byte that may go on with it. */
  readonly command: number;
  /** The token that the first request was signed with; without it in use the rest is gone. @see CTAP 2.3 §6 */
  readonly token?: object | undefined;
  /** Ends its timers; called when another command or the loss of power discards it. */
  discard?(): void;
}

/** A finger on its way to become a template. */
export interface Enrollment {
  readonly templateId: Uint8Array;
  /** Good samples still wanted. */
  remaining: number;
}

/** What an authenticator knows while it has power; everything else is in its store. */
export interface AuthenticatorState {
  readonly poweredUpAtMs: number;
  readonly tokens: TokenState;
  /** Wrong PINs in a row since power-up. */
  pinMismatches: number;
  /** Key agreement keys by PIN/UV auth protocol, made when first asked for. */
  readonly keyAgreement: Map<1 | 2, KeyPair>;
  continuation: Continuation | undefined;
  /** A finger half enrolled; other commands do not disturb it. */
  enrollment: Enrollment | undefined;
  /** Something came in that makes some keys refuse a reset. */
  resetForfeited: boolean;
}

export function powerUp(env: Env, profile: AuthenticatorProfile): AuthenticatorState {
  return {
    poweredUpAtMs: env.clock.nowMs(),
    tokens: hasPinToken20(profile) ? new PinToken20(env) : new PinUvTokens(env, profile),
    pinMismatches: 0,
    keyAgreement: new Map(),
    continuation: undefined,
    enrollment: undefined,
    resetForfeited: false,
  };
}
