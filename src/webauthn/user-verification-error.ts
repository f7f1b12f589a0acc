import { HarnessError } from "../core/errors.js";

/**
 * Proving the user failed for good. The PIN itself is never part of it.
 *
 * `PIN_BLOCKED` no attempts left; `PIN_AUTH_BLOCKED` three wrong ones in a row; `PIN_DECLINED` nobody gave
 * one; `PIN_REPEATED` the same wrong PIN came again and was not spent; `UV_BLOCKED` built-in verification is
 * used up and there is no PIN to fall back to.
 */
export class UserVerificationError extends HarnessError<
  "PIN_BLOCKED" | "PIN_AUTH_BLOCKED" | "PIN_DECLINED" | "PIN_REPEATED" | "UV_BLOCKED"
> {}
