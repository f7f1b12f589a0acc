import { utf8 } from "../../core/bytes.js";
import { HarnessError } from "../../core/errors.js";
import type { CryptoProvider } from "../../core/crypto-provider.js";

/**
 * Something about PINs or built-in verification that shows without, or despite, the device's answer.
 *
 * Before anything is sent: `PIN_TOO_SHORT`, `PIN_TOO_LONG` and `PIN_ENDS_IN_ZERO` for a PIN no device may take;
 * `PIN_UNSUPPORTED` and `UV_UNSUPPORTED` when getInfo offers no such way; `PIN_PROTOCOL_UNSUPPORTED` when it offers
 * only protocols that this library does not implement. `PIN_ALREADY_SET` when a PIN is to be set where there is one,
 * `PIN_NOT_SET` when one is to be changed where there is none: by getInfo, or after a refusal that getInfo explains,
 * which is then the cause. After an answer: `PIN_TOKEN_MALFORMED`.
 */
export class PinError extends HarnessError<
  | "PIN_TOO_SHORT"
  | "PIN_TOO_LONG"
  | "PIN_ENDS_IN_ZERO"
  | "PIN_UNSUPPORTED"
  | "UV_UNSUPPORTED"
  | "PIN_PROTOCOL_UNSUPPORTED"
  | "PIN_ALREADY_SET"
  | "PIN_NOT_SET"
  | "PIN_TOKEN_MALFORMED"
> {}

/** Shortest PIN any device may allow, in Unicode code points. @see CTAP 2.3 §6.5.1 */
const PIN_CODE_POINTS_MIN = 4;

/** Longest PIN, in bytes of UTF-8: one less than the padded form. @see CTAP 2.3 §6.5.1 */
const PIN_BYTES_MAX = 63;

const PADDED_PIN_BYTES = 64;
const PIN_HASH_BYTES = 16;

/**
 * A PIN as devices know it: normalised (NFC), as UTF-8.
 *
 * Only what holds for every device is checked; a longer minimum of its own is the device's to enforce.
 *
 * @throws {PinError} `PIN_TOO_SHORT`, `PIN_TOO_LONG`, `PIN_ENDS_IN_ZERO`. The text never holds the PIN.
 * @see CTAP 2.3 §6.5.1 (PIN composition requirements)
 */
export function encodePin(pin: string): Uint8Array {
  const normalised = pin.normalize("NFC");
  const encoded = utf8(normalised);
  if (Array.from(normalised).length < PIN_CODE_POINTS_MIN) {
    throw new PinError("PIN_TOO_SHORT", `a PIN has at least ${PIN_CODE_POINTS_MIN} characters`);
  }
  if (encoded.length > PIN_BYTES_MAX) {
    throw new PinError("PIN_TOO_LONG", `a PIN has at most ${PIN_BYTES_MAX} bytes in UTF-8`);
  }
  if (encoded.at(-1) === 0) {
    throw new PinError("PIN_ENDS_IN_ZERO", "a PIN does not end in a zero byte: padding would swallow it");
  }
  return encoded;
}

/** 64 bytes, zeros at the end. */
export function padPin(encoded: Uint8Array): Uint8Array {
  const padded = new Uint8Array(PADDED_PIN_BYTES);
  padded.set(encoded);
  return padded;
}

/** What a device stores and compares: the first 16 bytes of SHA-256. */
export function hashPin(crypto: CryptoProvider, encoded: Uint8Array): Uint8Array {
  return crypto.sha256(encoded).subarray(0, PIN_HASH_BYTES);
}
