import { HarnessError } from "../core/errors.js";

/**
 * Something about PINs or built-in verification that shows without, or despite, the device's answer.
 *
 * Before anything is sent: `PIN_TOO_SHORT`, `PIN_TOO_LONG` and `PIN_ENDS_IN_ZERO` for a PIN no device may take;
 * `PIN_UNSUPPORTED` and `UV_UNSUPPORTED` when getInfo offers no such way; `PIN_PROTOCOL_UNSUPPORTED` when it
 * offers only protocols nobody here speaks. After an answer: `PIN_TOKEN_MALFORMED`.
 */
export class PinError extends HarnessError<
  | "PIN_TOO_SHORT"
  | "PIN_TOO_LONG"
  | "PIN_ENDS_IN_ZERO"
  | "PIN_UNSUPPORTED"
  | "UV_UNSUPPORTED"
  | "PIN_PROTOCOL_UNSUPPORTED"
  | "PIN_TOKEN_MALFORMED"
> {}
