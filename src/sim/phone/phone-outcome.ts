/** How a session ended for the phone. The numbers Chrome shows its users are in the comments. */
export type PhoneEnding =
  /** Answered, and the client hung up. */
  | "served"
  /** No screen lock (110). */
  | "no-screen-lock"
  /** Bluetooth may not be used (111). */
  | "bluetooth-refused"
  /** The tunnel service could not be reached, refused, or gave no routing id. */
  | "tunnel-connect-failed"
  /** The radio would not send. */
  | "advert-failed"
  /** The client does not hold the secrets of this session. */
  | "handshake-failed"
  /** Its owner closed the sheet, or the app with it. */
  | "closed-by-owner"
  /** Its owner switched it off. */
  | "switched-off"
  /** The client left before it asked anything (100). */
  | "unexpected-eof"
  /** The client left while the request was worked on; the work goes on. */
  | "eof-while-processing"
  /** A frame that does not open, or has no place here. */
  | "protocol-error"
  /** A command nobody knows, or a request that cannot be read: no answer (105). */
  | "request-invalid"
  /** A command that a phone does not do: to be selected. No answer (114). */
  | "request-unsupported"
  /** Nothing to sign with and nothing said which (115): no answer. */
  | "no-answer";

export interface PhoneOutcome {
  readonly ending: PhoneEnding;
  /** Code of the error that ended it. */
  readonly code?: string;
  /** What its owner can do about that error, where it says so. */
  readonly hint?: string;
}
