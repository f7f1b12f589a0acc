import type { Env } from "../../../core/env.js";
import { pinProtocol } from "../../../ctap/client/pin-protocol.js";
import type { TokenGrant, TokenState } from "./token-state.js";

/** Bytes of a pinToken: a multiple of 16. @see CTAP 2.0 §5.5.3 */
const TOKEN_BYTES = 32;

interface PinToken {
  readonly protocol: 1 | 2;
  readonly value: Uint8Array;
}

/**
 * The pinToken of CTAP 2.0: one for each power cycle, the same for every platform that knows the PIN.
 *
 * It is bound to no site, has no permissions, never expires and is not used up; only another PIN, a reset or the
 * loss of power makes it worthless. It proves verification and never presence.
 *
 * @see CTAP 2.0 §5.5.3, §5.5.7
 */
export class PinToken20 implements TokenState {
  readonly #env: Env;
  #token: PinToken | undefined;

  readonly rpId = undefined;
  readonly userPresent = false;

  constructor(env: Env) {
    this.#env = env;
  }

  get inUse(): object | undefined {
    return this.#token;
  }

  get userVerified(): boolean {
    return this.#token !== undefined;
  }

  reset(): void {
    this.#token = undefined;
  }

  /** Gives out the token of this power cycle, made when first asked for. */
  begin(protocol: 1 | 2, _: TokenGrant): Uint8Array {
    if (this.#token?.protocol !== protocol) {
      this.#token = { protocol, value: this.#env.entropy.bytes(TOKEN_BYTES) };
    }
    return this.#token.value;
  }

  verify(protocol: 1 | 2, message: Uint8Array, signature: Uint8Array): boolean {
    const token = this.#token;
    if (token?.protocol !== protocol) return false;
    return pinProtocol(protocol, this.#env.crypto).verify(token.value, message, signature);
  }

  hasPermission(_: number): boolean {
    return this.#token !== undefined;
  }

  bind(_: string): void {}

  spend(): void {}
}
