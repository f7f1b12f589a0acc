import { HarnessError } from "../../core/errors.js";

/** The one byte of a CTAPHID_ERROR. @see CTAP 2.2 §11.2.9.1.6 (CTAPHID_ERROR) */
export const HidErrorCode = {
  INVALID_CMD: 0x01,
  INVALID_PAR: 0x02,
  INVALID_LEN: 0x03,
  INVALID_SEQ: 0x04,
  MSG_TIMEOUT: 0x05,
  CHANNEL_BUSY: 0x06,
  LOCK_REQUIRED: 0x0a,
  INVALID_CHANNEL: 0x0b,
  OTHER: 0x7f,
} as const;

export type HidErrorName = keyof typeof HidErrorCode;

const NAMES = new Map<number, HidErrorName>(
  (Object.entries(HidErrorCode) as [HidErrorName, number][]).map(([name, byte]) => [byte, name]),
);

/** Symbol for a known byte, `0x..` for the rest. Never throws. */
export function nameOfHidError(byte: number): HidErrorName | `0x${string}` {
  return NAMES.get(byte) ?? `0x${byte.toString(16).padStart(2, "0")}`;
}

/**
 * The device refused a message before it looked inside: a CTAPHID_ERROR frame.
 *
 * Aftermath `none`, because nothing was carried out; `unknown` for OTHER and bytes without a name, since
 * a device also says OTHER when its answer does not fit, and for any that follows a keepalive: the device had begun.
 */
export class HidError extends HarnessError<`HID_${string}`> {
  /** Authoritative, also for bytes without a name. */
  readonly error: number;

  /** @param begun whether the device had said that it works on the request. */
  constructor(error: number, { begun = false }: { readonly begun?: boolean } = {}) {
    const name = nameOfHidError(error);
    const behind = begun ? " behind a keepalive" : "";
    super(`HID_${name}`, `the device answered CTAPHID_ERROR ${name}${behind}`, {
      aftermath: begun || name === "OTHER" || !NAMES.has(error) ? "unknown" : "none",
    });
    this.error = error;
  }

  override toJSON() {
    return { ...super.toJSON(), error: this.error };
  }
}
