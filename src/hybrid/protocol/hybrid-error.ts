import { HarnessError, type Aftermath, type ErrorDetail } from "../../core/errors.js";

interface FaultInfo {
  /** Whether a request may be out when this error is found; a caller that knows better overrides the value. */
  readonly aftermath: Aftermath;
  readonly hint?: string;
}

const NEW_CODE = "Show a new QR code and scan that one.";
const ENDED = "The connection is over: open a new one, from a new QR code or a linked phone.";

/** What can go wrong between a QR code and a message, by name, in the order of a session. */
const FINDINGS = {
  /** Not the digits a QR code of this kind is made of. */
  DIGITS_INVALID: { aftermath: "none", hint: "The text after FIDO:/ is incomplete or was altered." },
  /** Some other QR code. */
  QR_NOT_FIDO: { aftermath: "none", hint: "A passkey QR code starts with FIDO:/ and goes on with digits." },
  /** The digits hold no canonical CBOR map. */
  QR_MALFORMED: { aftermath: "none" },
  QR_MISSING_FIELD: { aftermath: "none" },
  /** A member of the wrong type or length, or a key that is no point of its curve. */
  QR_INVALID_FIELD: { aftermath: "none" },
  /** Scanning ended before the phone was heard. */
  PHONE_NOT_HEARD: { aftermath: "none", hint: "Is Bluetooth on at both ends, and the phone within reach?" },
  /** A path that no tunnel service serves. */
  TUNNEL_BAD_PATH: { aftermath: "none" },
  /** The routing id header is missing, repeated, or not six hex digits. */
  TUNNEL_BAD_ROUTING_ID: { aftermath: "none" },
  /** The tunnel service would not let us in. */
  TUNNEL_REFUSED: { aftermath: "none" },
  /** A port, such as a scanner or a dialer of one's own, threw what is no error of this library. */
  PORT_FAILED: { aftermath: "none", hint: "The error's cause is what the port threw." },
  /** The tunnel ended before the phone was ready to be asked. */
  TUNNEL_CLOSED: { aftermath: "none", hint: NEW_CODE },
  /** Something came through the tunnel that has no place there, such as a connect signal that is none. */
  TUNNEL_UNEXPECTED_MESSAGE: { aftermath: "none", hint: NEW_CODE },
  /** The tunnel service says that a linked phone will never be reached that way again. */
  LINK_GONE: { aftermath: "none", hint: "Forget this phone and show a QR code." },
  /** What a client sent along to wake a linked phone cannot be read. */
  CLIENT_PAYLOAD_MALFORMED: { aftermath: "none" },
  /** Wrong length, a key that is no point, or a payload where none belongs. */
  HANDSHAKE_MALFORMED: { aftermath: "none", hint: NEW_CODE },
  /** The two sides do not hold the same secrets. */
  HANDSHAKE_REJECTED: {
    aftermath: "none",
    hint: "The phone read another code, or answers for another session: scan the code shown now.",
  },
  POST_HANDSHAKE_MALFORMED: { aftermath: "none" },
  /** The phone answers digital credential requests only. */
  PHONE_WITHOUT_CTAP: { aftermath: "none" },
  /** Not sealed with this key for this place: wrong key, altered, replayed, lost or out of order. */
  FRAME_REJECTED: { aftermath: "unknown", hint: ENDED },
  /** Longer than any implementation takes. */
  FRAME_TOO_LARGE: { aftermath: "unknown" },
  PADDING_INVALID: { aftermath: "unknown", hint: ENDED },
  /** All sequence numbers of this direction are used up. */
  SEQUENCE_EXHAUSTED: { aftermath: "unknown", hint: ENDED },
  /** An earlier failure ended the connection. */
  CRYPTER_ENDED: { aftermath: "unknown", hint: ENDED },
  FRAME_MALFORMED: { aftermath: "unknown" },
  FRAME_UNKNOWN_TYPE: { aftermath: "unknown" },
  /** A frame that only the other side may send. */
  FRAME_UNEXPECTED: { aftermath: "unknown" },
  UPDATE_MALFORMED: { aftermath: "unknown" },
  LINK_MALFORMED: { aftermath: "unknown" },
  /** The sender of the linking data does not hold the key that the data names. */
  LINK_SIGNATURE_WRONG: { aftermath: "unknown", hint: "Keep the link stored before, if there is one." },
} as const satisfies Readonly<Record<string, FaultInfo>>;

export type HybridFault = keyof typeof FINDINGS;

/**
 * The way to a phone failed, or what came along it cannot be read.
 *
 * Texts name fields, lengths and positions, never contents: most of what passes here is secret. Where the
 * one who throws cannot know whether a request is out, the aftermath is `unknown`.
 */
export class HybridError extends HarnessError<HybridFault> {
  constructor(code: HybridFault, message: string, detail: ErrorDetail = {}) {
    const finding: FaultInfo = FINDINGS[code];
    super(code, message, { ...finding, ...detail });
  }
}
