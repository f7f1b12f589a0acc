import { concat, utf8 } from "../../core/bytes.js";
import type { CryptoProvider } from "../../core/crypto-provider.js";

const HASH_BYTES = 32;
const NOTHING = new Uint8Array(0);
/** Each key of a handshake seals one message, so its counter never leaves zero. */
const FIRST_NONCE = new Uint8Array(12);

interface SymmetricState {
  readonly h: Uint8Array;
  readonly ck: Uint8Array;
  readonly key: Uint8Array;
}

/**
 * What the parties of a Noise handshake know at one point of it. Every step gives a new state, so a message
 * that turns out to be wrong leaves no trace in the state it was tried on.
 *
 * @see The Noise Protocol Framework, revision 34, §5.2 (the SymmetricState object)
 */
export class NoiseState {
  /** Hash of everything said so far. */
  readonly h: Uint8Array;
  /** Chaining key: secret. */
  readonly ck: Uint8Array;
  readonly #key: Uint8Array;
  readonly #crypto: CryptoProvider;

  private constructor(crypto: CryptoProvider, state: SymmetricState) {
    this.#crypto = crypto;
    this.h = state.h;
    this.ck = state.ck;
    this.#key = state.key;
  }

  /** @param protocol name of at most 32 bytes, which is padded with zeros. */
  static begin(crypto: CryptoProvider, protocol: string): NoiseState {
    const name = new Uint8Array(HASH_BYTES);
    name.set(utf8(protocol));
    return new NoiseState(crypto, { h: name, ck: name, key: NOTHING });
  }

  mixHash(data: Uint8Array): NoiseState {
    return this.#next({ h: this.#crypto.sha256(concat(this.h, data)) });
  }

  mixKey(input: Uint8Array): NoiseState {
    const [ck, key] = this.#derive(input, 2);
    return this.#next({ ck, key });
  }

  mixKeyAndHash(input: Uint8Array): NoiseState {
    const [ck, hashed, key] = this.#derive(input, 3);
    return this.mixHash(hashed).#next({ ck, key });
  }

  /** Ends a message without a payload: 16 bytes. */
  sealNothing(): { readonly state: NoiseState; readonly sealed: Uint8Array } {
    const sealed = this.#crypto.gcmSeal(this.#key, FIRST_NONCE, NOTHING, this.h);
    return { state: this.mixHash(sealed), sealed };
  }

  /** The payload that ends a message; `undefined` when it was not sealed in this state. */
  open(sealed: Uint8Array): { readonly state: NoiseState; readonly payload: Uint8Array } | undefined {
    const payload = this.#crypto.gcmOpen(this.#key, FIRST_NONCE, sealed, this.h);
    return payload && { state: this.mixHash(sealed), payload };
  }

  /** The initiator's key, then the responder's. */
  split(): readonly [Uint8Array, Uint8Array] {
    return this.#derive(NOTHING, 2);
  }

  #derive(input: Uint8Array, count: 2): readonly [Uint8Array, Uint8Array];
  #derive(input: Uint8Array, count: 3): readonly [Uint8Array, Uint8Array, Uint8Array];
  #derive(input: Uint8Array, count: number): readonly Uint8Array[] {
    const length = count * HASH_BYTES;
    const output = this.#crypto.hkdfSha256({ secret: input, salt: this.ck, info: NOTHING, length });
    return Array.from({ length: count }, (_, i) => output.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES));
  }

  #next(change: Partial<SymmetricState>): NoiseState {
    return new NoiseState(this.#crypto, { h: this.h, ck: this.ck, key: this.#key, ...change });
  }
}
