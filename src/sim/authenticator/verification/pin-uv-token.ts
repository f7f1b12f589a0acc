import { envIn, type Env } from "../../../core/env.js";
import { startDeadline, type Deadline } from "../../../core/timer.js";
import type { TraceContext } from "../../../core/trace.js";
import { Permission } from "../../../ctap/messages/client-pin.js";
import { pinProtocol } from "../../../ctap/client/pin-protocol.js";
import type { CryptoProvider } from "../../../core/crypto-provider.js";
import type { AuthenticatorProfile } from "../../profiles/profile.js";
import type { TokenGrant, TokenState } from "./token-state.js";

const TOKEN_BYTES = 32;

interface TokenInUse {
  readonly protocol: 1 | 2;
  readonly value: Uint8Array;
  readonly sinceMs: number;
  readonly life: Deadline;
  readonly firstUse: Deadline;
  permissions: number;
  rpId: string | undefined;
  userPresent: boolean;
  userVerified: boolean;
}

/**
 * The pinUvAuthTokens of CTAP 2.1 in one power cycle. Issuing one resets those of all protocols, so there is one in use
 * or none.
 *
 * Its timers are looked at when a command asks, as real firmware does: nothing stays armed on the clock.
 *
 * @see CTAP 2.3 §6.5.2.1 (pinUvAuthToken state)
 */
export class PinUvTokens implements TokenState {
  readonly #env: Env;
  readonly #profile: AuthenticatorProfile;
  readonly #crypto: CryptoProvider;
  #inUse: TokenInUse | undefined;

  constructor(env: Env, profile: AuthenticatorProfile) {
    this.#env = env;
    this.#profile = profile;
    this.#crypto = env.crypto;
  }

  get inUse(): object | undefined {
    return this.#current();
  }

  reset(): void {
    this.#inUse?.life.disarm();
    this.#inUse?.firstUse.disarm();
    this.#inUse = undefined;
  }

  /** Begins to use a fresh one; the one before is worthless. */
  begin(protocol: 1 | 2, grant: TokenGrant, context?: TraceContext): Uint8Array {
    const value = this.#env.entropy.bytes(TOKEN_BYTES);
    const env = envIn(this.#env, context);
    const { tokenFirstUseMs, tokenLifeMs } = this.#profile.timeouts;
    this.reset();
    this.#inUse = {
      protocol,
      value,
      sinceMs: env.clock.nowMs(),
      life: startDeadline(env, { timer: "key.tokenLife", budgetMs: tokenLifeMs }),
      firstUse: startDeadline(env, { timer: "key.tokenFirstUse", budgetMs: tokenFirstUseMs }),
      permissions: grant.permissions,
      rpId: grant.rpId,
      userPresent: grant.userPresent,
      userVerified: true,
    };
    return value;
  }

  verify(protocol: 1 | 2, message: Uint8Array, signature: Uint8Array): boolean {
    const token = this.#current();
    if (token?.protocol !== protocol) return false;
    if (!pinProtocol(protocol, this.#crypto).verify(token.value, message, signature)) return false;
    token.firstUse.disarm();
    return true;
  }

  hasPermission(bits: number): boolean {
    return ((this.#current()?.permissions ?? 0) & bits) === bits;
  }

  get rpId(): string | undefined {
    return this.#current()?.rpId;
  }

  get userVerified(): boolean {
    return this.#current()?.userVerified ?? false;
  }

  get userPresent(): boolean {
    return this.#current()?.userPresent ?? false;
  }

  bind(rpId: string): void {
    const token = this.#current();
    if (token) token.rpId ??= rpId;
  }

  spend(): void {
    const token = this.#current();
    if (token === undefined) return;
    token.userPresent = false;
    token.userVerified = false;
    token.permissions &= Permission.largeBlobWrite;
  }

  #current(): TokenInUse | undefined {
    const token = this.#inUse;
    if (token === undefined) return undefined;
    const ageMs = this.#env.clock.nowMs() - token.sinceMs;
    if (ageMs >= this.#profile.timeouts.tokenUserPresentMs) token.userPresent = false;
    if (!token.life.isOver() && !token.firstUse.isOver()) return token;
    this.reset();
    return undefined;
  }
}
