import { describe, expect, test } from "vitest";
import { AbortedError, TimeoutError } from "../../../src/core/errors.js";
import { CborError } from "../../../src/cbor/value.js";
import { CtapError, CtapStatus } from "../../../src/ctap/status.js";
import { TransportError } from "../../../src/ctap/transport-error.js";
import { ClientError } from "../../../src/webauthn/client-error.js";
import { CHROME_FLOOR_3M, SPEC_L3, WEBKIT } from "../../../src/webauthn/profiles/client-profiles.js";
import { toPageError } from "../../../src/webauthn/client/page-error.js";
import { PlanError } from "../../../src/webauthn/client/plan-uv.js";
import { UserVerificationError } from "../../../src/webauthn/client/enter-pin.js";

const create = { method: "create", transport: "usb" } as const;
const get = { method: "get", transport: "usb" } as const;
const ctap = (status: number) => new CtapError("makeCredential", status);
const timeout = new TimeoutError({ timer: "client.ceremony", budgetMs: 1, aftermath: "none" });

/** Names: WebAuthn Level 3 exceptions; Chromium columns: its answer table for makeCredential. */
const ROWS = [
  ["a timeout", timeout, create, CHROME_FLOOR_3M, "NotAllowedError", "timeout"],
  ["an abort", new AbortedError("gone"), create, CHROME_FLOOR_3M, "AbortError", "aborted"],
  ["an excluded credential", ctap(0x19), create, CHROME_FLOOR_3M, "InvalidStateError", "excluded-credential"],
  [
    "an excluded credential in get()",
    ctap(0x19),
    get,
    CHROME_FLOOR_3M,
    "NotAllowedError",
    "excluded-credential",
  ],
  ["a refusal", ctap(0x27), create, CHROME_FLOOR_3M, "NotAllowedError", "refused-by-user"],
  ["a full key", ctap(0x28), create, CHROME_FLOOR_3M, "NotAllowedError", "storage-full"],
  [
    "no common algorithm in Chromium",
    ctap(0x26),
    create,
    CHROME_FLOOR_3M,
    "NotAllowedError",
    "unsupported-algorithm",
  ],
  ["no common algorithm in WebKit", ctap(0x26), create, WEBKIT, "NotSupportedError", "unsupported-algorithm"],
  [
    "no common algorithm as specified",
    ctap(0x26),
    create,
    SPEC_L3,
    "NotSupportedError",
    "unsupported-algorithm",
  ],
  ["a missing touch", ctap(0x2f), create, CHROME_FLOOR_3M, "NotAllowedError", "presence-timeout"],
  ["a missing touch, other byte", ctap(0x3a), create, CHROME_FLOOR_3M, "NotAllowedError", "presence-timeout"],
  ["no credential", ctap(0x2e), get, CHROME_FLOOR_3M, "NotAllowedError", "no-credential"],
  [
    "a vendor's byte in Chromium",
    ctap(0xf2),
    create,
    CHROME_FLOOR_3M,
    "NotAllowedError",
    "authenticator-error",
  ],
  ["a vendor's byte as specified", ctap(0xf2), create, SPEC_L3, "UnknownError", "authenticator-error"],
  [
    "a cable pulled",
    new TransportError("DEVICE_GONE", "gone"),
    create,
    SPEC_L3,
    "NotAllowedError",
    "link-lost",
  ],
  [
    "an unreadable answer",
    new CborError("TRUNCATED", "short", 0),
    create,
    SPEC_L3,
    "UnknownError",
    "answer-unusable",
  ],
  [
    "no verification, as specified",
    new PlanError("UV_UNAVAILABLE", ""),
    create,
    SPEC_L3,
    "ConstraintError",
    "uv-unavailable",
  ],
  [
    "no verification in get()",
    new PlanError("UV_UNAVAILABLE", ""),
    get,
    SPEC_L3,
    "NotAllowedError",
    "uv-unavailable",
  ],
  [
    "no verification in Chromium",
    new PlanError("UV_UNAVAILABLE", ""),
    create,
    CHROME_FLOOR_3M,
    "NotAllowedError",
    "uv-unavailable",
  ],
  [
    "a blocked PIN",
    new UserVerificationError("PIN_BLOCKED", ""),
    create,
    SPEC_L3,
    "NotAllowedError",
    "pin-blocked",
  ],
  [
    "a foreign rp id",
    new ClientError("RP_ID_NOT_ALLOWED", ""),
    create,
    SPEC_L3,
    "SecurityError",
    "origin-or-rp-id",
  ],
  ["a long user handle", new ClientError("USER_ID_LENGTH", ""), create, SPEC_L3, "TypeError", "bad-user-id"],
  ["a mistake of the program", new TypeError("oops"), create, SPEC_L3, "UnknownError", "unexpected"],
] as const;

test.each(ROWS)("%s", (_, error, where, profile, name, reason) => {
  expect(toPageError(error, { ...where, profile })).toEqual({ name, reason });
});

test("a page that aborts by AbortSignal.timeout sees its own reason", () => {
  const cause = new DOMException("late", "TimeoutError");
  const error = new AbortedError("aborted", { cause });
  expect(toPageError(error, { ...create, profile: SPEC_L3 })).toEqual({
    name: "TimeoutError",
    reason: "aborted",
  });
});

describe("in Chromium every refusal but one is NotAllowedError", () => {
  const refusals = Object.entries(CtapStatus).filter(
    ([name]) => name !== "OK" && name !== "CREDENTIAL_EXCLUDED",
  );

  test.each(refusals)("%s", (_, status) => {
    expect(toPageError(ctap(status), { ...create, profile: CHROME_FLOOR_3M }).name).toBe("NotAllowedError");
  });
});
