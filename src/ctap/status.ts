import { HarnessError } from "../core/errors.js";

/**
 * Status byte that opens every CTAP2 response. Names of 2.0 that later versions dropped keep their last name.
 *
 * @see CTAP 2.2 §8.2 (status codes)
 */
export const CtapStatus = {
  OK: 0x00,
  INVALID_COMMAND: 0x01,
  INVALID_PARAMETER: 0x02,
  INVALID_LENGTH: 0x03,
  INVALID_SEQ: 0x04,
  TIMEOUT: 0x05,
  CHANNEL_BUSY: 0x06,
  LOCK_REQUIRED: 0x0a,
  INVALID_CHANNEL: 0x0b,
  /** Old drafts; real keys still send it. */
  CBOR_PARSING: 0x10,
  CBOR_UNEXPECTED_TYPE: 0x11,
  INVALID_CBOR: 0x12,
  /** Old drafts; real keys still send it. */
  INVALID_CBOR_TYPE: 0x13,
  MISSING_PARAMETER: 0x14,
  LIMIT_EXCEEDED: 0x15,
  UNSUPPORTED_EXTENSION: 0x16,
  FP_DATABASE_FULL: 0x17,
  LARGE_BLOB_STORAGE_FULL: 0x18,
  CREDENTIAL_EXCLUDED: 0x19,
  PROCESSING: 0x21,
  INVALID_CREDENTIAL: 0x22,
  USER_ACTION_PENDING: 0x23,
  OPERATION_PENDING: 0x24,
  NO_OPERATIONS: 0x25,
  UNSUPPORTED_ALGORITHM: 0x26,
  OPERATION_DENIED: 0x27,
  KEY_STORE_FULL: 0x28,
  NOT_BUSY: 0x29,
  NO_OPERATION_PENDING: 0x2a,
  UNSUPPORTED_OPTION: 0x2b,
  INVALID_OPTION: 0x2c,
  KEEPALIVE_CANCEL: 0x2d,
  NO_CREDENTIALS: 0x2e,
  USER_ACTION_TIMEOUT: 0x2f,
  NOT_ALLOWED: 0x30,
  PIN_INVALID: 0x31,
  PIN_BLOCKED: 0x32,
  PIN_AUTH_INVALID: 0x33,
  PIN_AUTH_BLOCKED: 0x34,
  PIN_NOT_SET: 0x35,
  PUAT_REQUIRED: 0x36,
  PIN_POLICY_VIOLATION: 0x37,
  PIN_TOKEN_EXPIRED: 0x38,
  REQUEST_TOO_LARGE: 0x39,
  ACTION_TIMEOUT: 0x3a,
  UP_REQUIRED: 0x3b,
  UV_BLOCKED: 0x3c,
  INTEGRITY_FAILURE: 0x3d,
  INVALID_SUBCOMMAND: 0x3e,
  UV_INVALID: 0x3f,
  UNAUTHORIZED_PERMISSION: 0x40,
  OTHER: 0x7f,
} as const;

export type CtapStatusName = keyof typeof CtapStatus;

const NAMES = new Map<number, CtapStatusName>(
  (Object.entries(CtapStatus) as [CtapStatusName, number][]).map(([name, byte]) => [byte, name]),
);

/** Symbol for a known byte, `0x..` for the reserved, extension and vendor ranges. Never throws. */
export function nameOfStatus(byte: number): CtapStatusName | `0x${string}` {
  return NAMES.get(byte) ?? `0x${byte.toString(16).padStart(2, "0")}`;
}

/**
 * The authenticator answered, and its answer is a refusal. An answer settles the matter: aftermath `none`.
 *
 * @example
 * if (error instanceof CtapError) console.log(error.code, error.status); // 0x2e is NO_CREDENTIALS
 */
export class CtapError extends HarnessError<`CTAP_${string}`> {
  /** Authoritative, also for bytes without a name. */
  readonly status: number;
  readonly command: string;

  constructor(command: string, status: number) {
    super(`CTAP_${nameOfStatus(status)}`, `${command} answered ${nameOfStatus(status)}`);
    this.status = status;
    this.command = command;
  }

  override toJSON() {
    return { ...super.toJSON(), status: this.status, command: this.command };
  }
}
