import { expect } from "vitest";
import type { RpCode } from "../../../src/webauthn/rp/verification-hints.js";

/** For `toThrow`: a verification error with the code and a hint. */
export function refusal(code: RpCode): Error {
  return expect.objectContaining({
    name: "VerificationError",
    code,
    aftermath: "none",
    hint: expect.any(String) as string,
  }) as Error;
}
