import { HarnessError } from "../core/errors.js";

/**
 * The client refuses before or instead of asking an authenticator, or cannot use what one answered.
 *
 * `ORIGIN_NOT_ALLOWED` and `RP_ID_NOT_ALLOWED`: this page may not use this rp id; `USER_ID_LENGTH`: the user handle is
 * not 1 to 64 bytes; `OPTIONS_MALFORMED`: a member is missing or of a type that WebIDL does not convert;
 * `OPTIONS_ENCODING`: a binary member is not base64url; `CREDENTIAL_TYPES_UNKNOWN`: no entry of `pubKeyCredParams` is of
 * a known type; `ANSWER_INCOMPLETE`: the authenticator left out what the page must receive; `CHOICE_DECLINED`: the user
 * picked no account; `EXTENSION_NOT_SUPPORTED`: an extension was asked for what it does not do in this ceremony;
 * `EXTENSION_SYNTAX`: it names a credential that is none or not of this request, or an AppID that is no URL.
 *
 * @example
 * if (error instanceof ClientError && error.code === "RP_ID_NOT_ALLOWED") console.log(error.hint);
 */
export class ClientError extends HarnessError<
  | "ORIGIN_NOT_ALLOWED"
  | "RP_ID_NOT_ALLOWED"
  | "USER_ID_LENGTH"
  | "OPTIONS_MALFORMED"
  | "OPTIONS_ENCODING"
  | "CREDENTIAL_TYPES_UNKNOWN"
  | "ANSWER_INCOMPLETE"
  | "CHOICE_DECLINED"
  | "EXTENSION_NOT_SUPPORTED"
  | "EXTENSION_SYNTAX"
> {}
