import { HarnessError, type ErrorDetail } from "../../core/errors.js";
import { CtapStatus } from "../status.js";

/** What is wrong with a message, by name, and the status byte an authenticator answers it with by default. */
const STATUS_OF = {
  /** Not CTAP2 canonical CBOR, or a list element that is no element. */
  MESSAGE_MALFORMED: CtapStatus.INVALID_CBOR,
  MESSAGE_UNEXPECTED_TYPE: CtapStatus.CBOR_UNEXPECTED_TYPE,
  MESSAGE_MISSING_FIELD: CtapStatus.MISSING_PARAMETER,
  /** Right type, impossible value: a hash of the wrong length, a key that is none. */
  MESSAGE_INVALID_VALUE: CtapStatus.INVALID_PARAMETER,
  /** Longer than the authenticator takes. */
  MESSAGE_TOO_LARGE: CtapStatus.REQUEST_TOO_LARGE,
} as const;

export type MessageFault = keyof typeof STATUS_OF;

export interface MessageErrorDetail extends ErrorDetail {
  /** The status where the specification or its test tool requires another one than the usual. */
  readonly status?: number;
}

/** A CTAP2 message that cannot be read as what it should be. Names fields, never their contents. */
export class MessageError extends HarnessError<MessageFault> {
  /** The byte an authenticator answers such a request with. Without meaning when a response was read. */
  readonly status: number;

  constructor(code: MessageFault, message: string, detail: MessageErrorDetail = {}) {
    super(code, message, detail);
    this.status = detail.status ?? STATUS_OF[code];
  }

  override toJSON() {
    return { ...super.toJSON(), status: this.status };
  }
}
