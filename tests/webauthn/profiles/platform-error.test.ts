import { expect, test } from "vitest";
import { playServicesPageError, windowsPageError } from "../../../src/webauthn/profiles/platform-error.js";

/** Facts 2.4, copied by hand: result, name for direct callers, name in Chromium. */
const WINDOWS = [
  ["NTE_EXISTS", "InvalidStateError", "InvalidStateError"],
  ["ERROR_NOT_SUPPORTED", "ConstraintError", "NotAllowedError"],
  ["NTE_NOT_SUPPORTED", "ConstraintError", "NotAllowedError"],
  ["NTE_TOKEN_KEYSET_STORAGE_FULL", "ConstraintError", "NotAllowedError"],
  ["NTE_INVALID_PARAMETER", "NotSupportedError", "NotAllowedError"],
  ["NTE_DEVICE_NOT_FOUND", "NotAllowedError", "NotAllowedError"],
  ["NTE_NOT_FOUND", "NotAllowedError", "NotAllowedError"],
  ["ERROR_CANCELLED", "NotAllowedError", "NotAllowedError"],
  ["NTE_USER_CANCELLED", "NotAllowedError", "NotAllowedError"],
  ["ERROR_TIMEOUT", "NotAllowedError", "NotAllowedError"],
  ["NTE_FAIL", "UnknownError", "NotAllowedError"],
] as const;

test.each(WINDOWS)("%s is %s to direct callers and %s in Chromium", (result, direct, chromium) => {
  expect(windowsPageError(result, "direct")).toBe(direct);
  expect(windowsPageError(result, "chromium")).toBe(chromium);
});

/** Fact 2.5. */
const PLAY_SERVICES = [
  ["SECURITY_ERR", "SecurityError"],
  ["TIMEOUT_ERR", "NotAllowedError"],
  ["NOT_ALLOWED_ERR", "NotAllowedError"],
  ["INVALID_STATE_ERR", "InvalidStateError"],
  ["CONSTRAINT_ERR", "NotAllowedError"],
  ["ENCODING_ERR", "UnknownError"],
  ["SOMETHING_NEW", "UnknownError"],
] as const;

test.each(PLAY_SERVICES)("%s on Android is %s", (code, name) => {
  expect(playServicesPageError(code)).toBe(name);
});
