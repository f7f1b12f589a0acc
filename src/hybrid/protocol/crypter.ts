import { concat } from "../../core/bytes.js";
import type { Aftermath } from "../../core/errors.js";
import type { CryptoProvider } from "../../core/crypto-provider.js";
import { SEALED_BYTES_MAX, SEQUENCE_MAX, TAG_BYTES } from "./constants.js";
import { HybridError, type HybridFault } from "./hybrid-error.js";
import type { TrafficKeys } from "./noise.js";
import { padMessage, unpadMessage } from "./padding.js";

export interface CrypterOptions {
  readonly role: "client" | "phone";
  readonly crypto: CryptoProvider;
  /**
   * How nonces are made: `new` is the only form implementations send today, `old` what the first releases of revision
   * 2.0 sent. `either` takes the peer's first message in any form and stays with the form it had, both ways.
   */
  readonly construction?: Construction | "either";
  /** libwebauthn pads before it puts the type byte in front, one byte more in all; phones accept it. */
  readonly pads?: "message" | "as-libwebauthn";
  /** Sequence numbers to begin with: zero after a handshake. */
  readonly sequence?: { readonly seal?: number; readonly open?: number };
}

type Construction = "new" | "old";

const NO_DATA = new Uint8Array(0);
const OLD_DATA = Uint8Array.of(2);
const NONCE_BYTES = 12;

/**
 * Seals and opens the messages of a connection, each at its place: what is replayed, reordered or altered
 * does not open, and a message that does not open ends the connection.
 *
 * Where a client finds that out after it sealed something, the aftermath is `unknown`.
 *
 * @see CTAP 2.2 §11.5.1 (encrypted messages)
 */
export class Crypter {
  readonly #crypto: CryptoProvider;
  readonly #role: "client" | "phone";
  readonly #pads: "message" | "as-libwebauthn";
  readonly #sealKey: Uint8Array;
  readonly #openKey: Uint8Array;
  #construction: Construction | "either";
  #sealSequence: number;
  #openSequence: number;
  #sealed = false;
  #ended = false;

  constructor(keys: TrafficKeys, options: CrypterOptions) {
    const { role, crypto, construction = "new", pads = "message", sequence = {} } = options;
    this.#crypto = crypto;
    this.#role = role;
    this.#pads = pads;
    this.#construction = construction;
    this.#sealKey = role === "client" ? keys.clientToPhone : keys.phoneToClient;
    this.#openKey = role === "client" ? keys.phoneToClient : keys.clientToPhone;
    this.#sealSequence = sequence.seal ?? 0;
    this.#openSequence = sequence.open ?? 0;
  }

  /** Whether a failure ended the connection. */
  get ended(): boolean {
    return this.#ended;
  }

  /**
   * Pads and encrypts the next message. A message that cannot be sent leaves the connection as it was.
   *
   * @throws {HybridError} `SEQUENCE_EXHAUSTED`, `FRAME_TOO_LARGE`, `CRYPTER_ENDED`
   */
  seal(message: Uint8Array): Uint8Array {
    this.#refuseWhenEnded();
    if (this.#sealSequence > SEQUENCE_MAX)
      throw this.#fault("SEQUENCE_EXHAUSTED", "no number left to seal with");
    const padded = this.#pad(message);
    if (padded.length + TAG_BYTES > SEALED_BYTES_MAX) {
      throw this.#fault("FRAME_TOO_LARGE", `a message of ${message.length} bytes`);
    }
    const form = this.#construction === "either" ? "new" : this.#construction;
    const { nonce, data } = placeOf(this.#sealSequence, form);
    const sealed = this.#crypto.gcmSeal(this.#sealKey, nonce, padded, data);
    this.#sealSequence++;
    this.#sealed = true;
    return sealed;
  }

  /**
   * Decrypts the next message. Any failure is final.
   *
   * @throws {HybridError} `FRAME_REJECTED`, `FRAME_TOO_LARGE`, `PADDING_INVALID`, `SEQUENCE_EXHAUSTED`,
   *   `CRYPTER_ENDED`
   */
  open(sealed: Uint8Array): Uint8Array {
    this.#refuseWhenEnded();
    if (this.#openSequence > SEQUENCE_MAX)
      throw this.#end("SEQUENCE_EXHAUSTED", "no number left to open with");
    if (sealed.length > SEALED_BYTES_MAX) throw this.#end("FRAME_TOO_LARGE", `${sealed.length} sealed bytes`);
    const opened = this.#decrypt(sealed);
    if (opened === undefined) {
      throw this.#end(
        "FRAME_REJECTED",
        `message ${this.#openSequence} was not sealed with this key for this place`,
      );
    }
    const message = this.#unpad(opened.padded);
    if (this.#construction === "either") this.#construction = opened.form;
    this.#openSequence++;
    return message;
  }

  /**
   * Whether {@link open} would take these bytes for the next message; changes nothing. For a byte stream
   * whose message boundaries are only probable.
   */
  opens(sealed: Uint8Array): boolean {
    if (this.#ended || this.#openSequence > SEQUENCE_MAX || sealed.length > SEALED_BYTES_MAX) return false;
    return this.#decrypt(sealed) !== undefined;
  }

  #decrypt(sealed: Uint8Array): { readonly padded: Uint8Array; readonly form: Construction } | undefined {
    const forms = this.#construction === "either" ? (["new", "old"] as const) : [this.#construction];
    for (const form of forms) {
      const { nonce, data } = placeOf(this.#openSequence, form);
      const padded = this.#crypto.gcmOpen(this.#openKey, nonce, sealed, data);
      if (padded !== undefined) return { padded, form };
    }
    return undefined;
  }

  #pad(message: Uint8Array): Uint8Array {
    if (this.#pads === "message") return padMessage(message);
    return concat(message.subarray(0, 1), padMessage(message.subarray(1)));
  }

  #unpad(padded: Uint8Array): Uint8Array {
    try {
      return unpadMessage(padded);
    } catch (error) {
      throw this.#end("PADDING_INVALID", "the padding is longer than the message", error);
    }
  }

  #refuseWhenEnded(): void {
    if (this.#ended) throw this.#fault("CRYPTER_ENDED", "a message did not open before");
  }

  #end(code: HybridFault, message: string, cause?: unknown): HybridError {
    this.#ended = true;
    return this.#fault(code, message, cause);
  }

  #fault(code: HybridFault, message: string, cause?: unknown): HybridError {
    const aftermath: Aftermath = this.#role === "client" && this.#sealed ? "unknown" : "none";
    return new HybridError(code, message, { aftermath, cause });
  }
}

/** Nonce and associated data of a place in a direction's sequence. */
function placeOf(
  sequence: number,
  form: Construction,
): { readonly nonce: Uint8Array; readonly data: Uint8Array } {
  const nonce = new Uint8Array(NONCE_BYTES);
  const view = new DataView(nonce.buffer);
  if (form === "old") {
    view.setUint32(0, sequence, true);
    return { nonce, data: OLD_DATA };
  }
  view.setUint32(NONCE_BYTES - 4, sequence);
  return { nonce, data: NO_DATA };
}
