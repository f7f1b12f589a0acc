import { concat, concatAll } from "../../core/bytes.js";
import { HANDSHAKE_MESSAGE_BYTES, PADDING_BYTES, SEALED_BYTES_MAX, TAG_BYTES } from "./constants.js";
import { HybridError } from "./hybrid-error.js";

/**
 * Selects how messages are delimited on an L2CAP channel: `crlf` ends each with 0D 0A, which Android does; `sdu` sends
 * each as one unit of the channel. CTAP 2.3 as published may say either.
 */
export type L2capFraming = "crlf" | "sdu";

export interface L2capReading {
  readonly framing?: L2capFraming;
  /**
   * `hybrid` takes only what can be a message by its length, because a ciphertext may hold 0D 0A itself; `any`
   * splits at the first one, as libwebauthn does.
   */
  readonly lengths?: "hybrid" | "any";
}

const CR = 0x0d;
const LF = 0x0a;
const END = Uint8Array.of(CR, LF);

/** The bytes to write for one message. */
export function frameForL2cap(message: Uint8Array, framing: L2capFraming = "crlf"): Uint8Array {
  return framing === "crlf" ? concat(message, END) : message;
}

/**
 * Puts one direction of a channel back together. Push what arrives; take messages one at a time, because
 * whether the next one is whole may depend on keys that the one before it gives.
 */
export class L2capReader {
  readonly #framing: L2capFraming;
  readonly #lengths: "hybrid" | "any";
  /** With `crlf` one run of bytes, with `sdu` one entry a message. */
  #buffers: Uint8Array[] = [];
  #taken = 0;
  /** Up to here no end was found that counts. */
  #searched = 0;

  constructor({ framing = "crlf", lengths = "hybrid" }: L2capReading = {}) {
    this.#framing = framing;
    this.#lengths = lengths;
  }

  /** What is left of a message not yet whole: when the channel closes with none, it closed in good order. */
  get rest(): Uint8Array {
    return concatAll(this.#buffers);
  }

  /** Take the messages that are whole before the next push. @throws {HybridError} `FRAME_TOO_LARGE` beyond 1 MiB. */
  push(bytes: Uint8Array): void {
    this.#buffers.push(bytes);
    const waiting =
      this.#framing === "crlf" ? this.#buffers.reduce((sum, { length }) => sum + length, 0) : bytes.length;
    if (waiting > SEALED_BYTES_MAX + END.length) {
      throw new HybridError("FRAME_TOO_LARGE", `${waiting} bytes and no end of a message`);
    }
  }

  /**
   * The next whole message, or `undefined` when more bytes are needed.
   *
   * @param opens asked about each message that may be one: pass `Crypter.opens` once there are keys, and an end
   *   in the middle of a ciphertext is passed over for sure. Without, one in about 32 of those is taken.
   */
  next(opens: (candidate: Uint8Array) => boolean = () => true): Uint8Array | undefined {
    const message = this.#framing === "sdu" ? this.#buffers.shift() : this.#nextLine(opens);
    if (message !== undefined) this.#taken++;
    return message;
  }

  #nextLine(opens: (candidate: Uint8Array) => boolean): Uint8Array | undefined {
    const buffer = this.#buffers.length === 1 ? (this.#buffers[0] as Uint8Array) : concatAll(this.#buffers);
    this.#buffers = [buffer];
    for (let at = buffer.indexOf(CR, this.#searched); at >= 0; at = buffer.indexOf(CR, at + 1)) {
      this.#searched = at;
      if (at + 1 === buffer.length) return undefined;
      const candidate = buffer.subarray(0, at);
      if (buffer[at + 1] === LF && this.#canBe(at) && opens(candidate)) {
        this.#buffers = at + END.length < buffer.length ? [buffer.subarray(at + END.length)] : [];
        this.#searched = 0;
        return candidate;
      }
    }
    this.#searched = buffer.length;
    return undefined;
  }

  #canBe(length: number): boolean {
    if (this.#lengths === "any") return true;
    if (this.#taken === 0) return length === HANDSHAKE_MESSAGE_BYTES;
    const padded = length - TAG_BYTES;
    // libwebauthn pads before the type byte.
    return padded >= PADDING_BYTES && padded % PADDING_BYTES <= 1;
  }
}
