import { HarnessError } from "../core/errors.js";

/**
 * The client refuses before or instead of asking an authenticator, or cannot use what one answered.
 *
 * `ORIGIN_NOT_ALLOWED` and `RP_ID_NOT_ALLOWED`: this page may not use this rp id; `ORIGIN_OPAQUE`: the document has no
 * origin of its own, as in a sandboxed frame; `USER_ID_LENGTH`: the user handle is
 * not 1 to 64 bytes; `OPTIONS_MALFORMED`: a member is missing or of a type that WebIDL does not convert;
 * `OPTIONS_ENCODING`: a binary member is not base64url; `CREDENTIAL_TYPES_UNKNOWN`: no entry of `pubKeyCredParams` is of
 * a known type; `ANSWER_INCOMPLETE`: the authenticator left out what the page must receive; `ANSWER_LOST`: something of
 * the caller's own failed after the authenticator was asked, and `cause` says what; `CHOICE_DECLINED`: the user picked
 * no account; `CHOICE_INVALID`: the account picker named none of the accounts; `EXTENSION_NOT_SUPPORTED`: an extension
 * was asked for what it does not do in this ceremony; `EXTENSION_SYNTAX`: it names a credential that is none or not of
 * this request, or an AppID that is no URL.
 *
 * @example
 * if (error instanceof ClientError && error.code === "RP_ID_NOT_ALLOWED") console.log(error.hint);
 */
export class ClientError extends HarnessError<
  | "ORIGIN_NOT_ALLOWED"
  | "ORIGIN_OPAQUE"
  | "RP_ID_NOT_ALLOWED"
  | "USER_ID_LENGTH"
  | "OPTIONS_MALFORMED"
  | "OPTIONS_ENCODING"
  | "CREDENTIAL_TYPES_UNKNOWN"
  | "ANSWER_INCOMPLETE"
  | "ANSWER_LOST"
  | "CHOICE_DECLINED"
  | "CHOICE_INVALID"
  | "EXTENSION_NOT_SUPPORTED"
  | "EXTENSION_SYNTAX"
> {}
