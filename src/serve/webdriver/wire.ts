import { isHarnessError } from "../../core/errors.js";
import { json, type Answer } from "../../loopback/http-messages.js";

/** WebDriver's names of errors that commands for authenticators have. @see WebDriver Level 2 §6.6 */
export type WireError =
  | "invalid argument"
  | "invalid session id"
  | "no such window"
  | "unknown command"
  | "unsupported operation"
  | "unknown error";

const STATUS: Readonly<Record<WireError, number>> = {
  "invalid argument": 400,
  "invalid session id": 404,
  "no such window": 404,
  "unknown command": 404,
  "unsupported operation": 500,
  "unknown error": 500,
};

/** A command is answered with an error of WebDriver's. */
export class WireFault extends Error {
  readonly error: WireError;

  constructor(error: WireError, message: string) {
    super(message);
    this.error = error;
  }
}

export function value(of: unknown): Answer {
  return json({ value: of });
}

/** Puts an error into WebDriver's form; of an unexpected one the client learns nothing but that it happened. */
export function wireFault(thrown: unknown): Answer {
  const { error, message } = faultOf(thrown);
  return json({ value: { error, message, stacktrace: "" } }, STATUS[error]);
}

function faultOf(thrown: unknown): { readonly error: WireError; readonly message: string } {
  if (thrown instanceof WireFault) return thrown;
  if (!isHarnessError(thrown)) return { error: "unknown error", message: "the control server failed" };
  const { code, message, hint } = thrown;
  const text = `${code}: ${message}${hint === undefined ? "" : ` (${hint})`}`;
  if (code === "SERVE_CANNOT" || code === "SERVE_DRIVER")
    return { error: "unsupported operation", message: text };
  return { error: "invalid argument", message: text };
}
