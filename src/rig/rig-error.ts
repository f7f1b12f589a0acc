import { HarnessError, type ErrorDetail } from "../core/errors.js";

export type RigErrorCode =
  /** The rig file is not there, or may not be read. */
  | "RIG_FILE_UNREADABLE"
  | "RIG_FILE_NOT_JSON"
  /** The rig file has a member that does not exist; the hint names the nearest ones. */
  | "RIG_FILE_UNKNOWN_MEMBER"
  | "RIG_FILE_MISSING_MEMBER"
  | "RIG_FILE_WRONG_TYPE"
  | "RIG_FILE_BAD_VALUE"
  /** Two devices with one label. */
  | "RIG_FILE_LABEL_TWICE"
  /** A finger or a power switch for a key that the file does not list, or a second one for the same key. */
  | "RIG_FILE_NO_SUCH_KEY"
  /** The folder with leases and ledger cannot be read or written. */
  | "RIG_STATE_FAILED"
  /** No device of the rig fits what was asked for. */
  | "RIG_NO_SUCH_DEVICE"
  /** Every device that fits is in quarantine. */
  | "RIG_QUARANTINED"
  /** Every device that fits stayed leased for as long as the caller would wait. */
  | "RIG_LEASE_TIMEOUT"
  /** A job kept its device beyond the lease's limit. */
  | "RIG_LEASE_EXPIRED"
  /** Another job has the key. */
  | "RIG_LEASED"
  /** The rig file does not allow the operation on this key. */
  | "RIG_NOT_ALLOWED"
  /** The key holds a PIN that the rig did not set. */
  | "RIG_FOREIGN_PIN"
  /** The key holds credentials that the rig did not create. */
  | "RIG_FOREIGN_CREDENTIALS"
  /** What the key holds cannot be seen, and the rig has never been told that it may go. */
  | "RIG_CREDENTIALS_UNSEEN"
  /** The key answers no more, after everything that was tried. */
  | "RIG_KEY_WEDGED"
  /** The rig has no finger, or no power switch, for this key. */
  | "RIG_NO_FINGER"
  | "RIG_NO_POWER"
  /** The finger could not be moved. */
  | "RIG_FINGER_FAILED"
  /** The finger said that it pressed, and the key went on waiting. */
  | "RIG_FINGER_NOT_FELT"
  /** The hub or power switch did not answer, refused, or did not do what it was told. */
  | "RIG_POWER_FAILED"
  /** The phone could not be driven, or its user did not do what was asked in time. */
  | "RIG_PHONE_FAILED";

/** A rig could not do what it was asked for. `path` is a JSON pointer into the rig file, where that is at fault. */
export class RigError extends HarnessError<RigErrorCode> {
  readonly path: string | undefined;

  constructor(code: RigErrorCode, message: string, detail: ErrorDetail & { readonly path?: string } = {}) {
    super(code, message, detail);
    this.path = detail.path;
  }

  override toJSON() {
    return { ...super.toJSON(), ...(this.path !== undefined && { path: this.path }) };
  }
}
