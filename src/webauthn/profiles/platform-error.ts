import type { PageErrorName } from "./page-error-name.js";

/** Selects which error the page gets: the platform library's own, or Chromium's, which distinguishes fewer causes. */
export type PlatformCaller = "direct" | "chromium";

/** Results of the Windows dialog that have a name of their own. Source: microsoft/webauthn webauthn.h @109157f. */
const WINDOWS: Readonly<Record<string, PageErrorName>> = {
  NTE_EXISTS: "InvalidStateError",
  ERROR_NOT_SUPPORTED: "ConstraintError",
  NTE_NOT_SUPPORTED: "ConstraintError",
  NTE_TOKEN_KEYSET_STORAGE_FULL: "ConstraintError",
  NTE_INVALID_PARAMETER: "NotSupportedError",
  NTE_DEVICE_NOT_FOUND: "NotAllowedError",
  NTE_NOT_FOUND: "NotAllowedError",
  ERROR_CANCELLED: "NotAllowedError",
  NTE_USER_CANCELLED: "NotAllowedError",
  ERROR_TIMEOUT: "NotAllowedError",
};

/**
 * What a page sees of a failed Windows dialog.
 *
 * Chromium keeps only "exists" apart; a client that calls the library directly should keep the result for diagnosis.
 *
 * @param result symbolic name of the HRESULT, such as `NTE_EXISTS`.
 * @see Chromium device/fido/win/type_conversions.cc
 */
export function windowsPageError(result: string, caller: PlatformCaller): PageErrorName {
  const name = WINDOWS[result] ?? "UnknownError";
  return caller === "direct" || name === "InvalidStateError" ? name : "NotAllowedError";
}

/** Error codes of Google Play services. Source: Chromium, Fido2CredentialRequest (components/webauthn/android). */
const PLAY_SERVICES: Readonly<Record<string, PageErrorName>> = {
  SECURITY_ERR: "SecurityError",
  TIMEOUT_ERR: "NotAllowedError",
  NOT_ALLOWED_ERR: "NotAllowedError",
  INVALID_STATE_ERR: "InvalidStateError",
  // No screen lock: Chromium reports that the user cannot be verified, which pages see as a refusal.
  CONSTRAINT_ERR: "NotAllowedError",
};

/** What a page in Chromium on Android sees of a failed request to Google Play services. */
export function playServicesPageError(code: string): PageErrorName {
  return PLAY_SERVICES[code] ?? "UnknownError";
}
