import type { Env } from "../../../core/env.js";
import { Permission } from "../../../ctap/messages/client-pin.js";
import { pinProtocol } from "../../../ctap/client/pin-protocol.js";
import type { CryptoProvider } from "../../../crypto/provider.js";
import type { AuthenticatorProfile } from "../../profiles/profile.js";

const TOKEN_BYTES = 32;

interface TokenInUse {
  readonly protocol: 1 | 2;
  readonly value: Uint8Array;
  readonly sinceMs: number;
  permissions: number;
  rpId: string | undefined;
  used: boolean;
  userPresent: boolean;
  userVerified: boolean;
}

/**
 * The pinUvAuthTokens of one power cycle. Issuing one resets those of all protocols, so there is one in use
 * or none.
 *
 * Its timers are looked at when a command asks, as real firmware does: nothing stays armed on the clock.
 *
 * @see CTAP 2.3 §6.5.2.1 (pinUvAuthToken state)
 */
export class PinUvTokens {
  readonly #env: Env;
  readonly #profile: AuthenticatorProfile;
  readonly #crypto: CryptoProvider;
  #inUse: TokenInUse | undefined;

  constructor(env: Env, profile: AuthenticatorProfile, crypto: CryptoProvider) {
    this.#env = env;
    this.#profile = profile;
    this.#crypto = crypto;
  }

  /** Forgets the token in use; the next verification fails. */
  reset(): void {
    this.#inUse = undefined;
  }

  /** Begins to use a fresh one; the one before is worthless. Returns the token, which is secret. */
  begin(
    protocol: 1 | 2,
    grant: {
      readonly permissions: number;
      readonly rpId?: string | undefined;
      readonly userPresent: boolean;
    },
  ): Uint8Array {
    const value = this.#env.entropy.bytes(TOKEN_BYTES);
    this.#inUse = {
      protocol,
      value,
      sinceMs: this.#env.clock.nowMs(),
      permissions: grant.permissions,
      rpId: grant.rpId,
      used: false,
      userPresent: grant.userPresent,
      userVerified: true,
    };
    return value;
  }

  /** Whether `signature` is the pinUvAuthParam over `message` under a token that is in use. Counts as use. */
  verify(protocol: 1 | 2, message: Uint8Array, signature: Uint8Array): boolean {
    const token = this.#current();
    if (token?.protocol !== protocol) return false;
    if (!pinProtocol(protocol, this.#crypto).verify(token.value, message, signature)) return false;
    token.used = true;
    return true;
  }

  /** All of the bits. */
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

  /** Ties the token to a site, when it was not yet. */
  bind(rpId: string): void {
    const token = this.#current();
    if (token) token.rpId ??= rpId;
  }

  /** One touch, one credential: what is left is the right to write large blobs. */
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
    const { tokenFirstUseMs, tokenLifeMs, tokenUserPresentMs } = this.#profile.timeouts;
    const ageMs = this.#env.clock.nowMs() - token.sinceMs;
    if (ageMs >= tokenUserPresentMs) token.userPresent = false;
    if (ageMs >= tokenLifeMs) return this.#expire("key.tokenLife", tokenLifeMs);
    if (!token.used && ageMs >= tokenFirstUseMs) return this.#expire("key.tokenFirstUse", tokenFirstUseMs);
    return token;
  }

  #expire(timer: string, budgetMs: number): undefined {
    this.#env.trace.emit({ kind: "timer.fired", timer, budgetMs });
    this.reset();
  }
}
