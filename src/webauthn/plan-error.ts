import { HarnessError } from "../core/errors.js";

/** Request and authenticator do not fit together; found out from getInfo alone, so nothing was asked of the key. */
export class PlanError extends HarnessError<
  | "UV_UNAVAILABLE"
  | "RESIDENT_KEY_UNAVAILABLE"
  | "PIN_REQUIRED"
  | "PIN_CHANGE_REQUIRED"
  | "ALGORITHM_UNSUPPORTED"
  | "ATTACHMENT_UNAVAILABLE"
  | "CRED_PROTECT_UNAVAILABLE"
  | "LARGE_BLOB_UNAVAILABLE"
  | "NO_USABLE_CREDENTIAL"
> {}
