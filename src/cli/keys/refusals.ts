import type { AuthenticatorInfo } from "../../entry/ctap.js";
import { CtapError, CtapStatus, FeatureError } from "../../entry/ctap.js";

/** What to do about a refusal, by its status byte. */
const HINTS: Readonly<Record<number, string>> = {
  [CtapStatus.PIN_NOT_SET]: "passkey-harness pin set gives the key a PIN",
  [CtapStatus.PIN_BLOCKED]:
    "no attempts are left: only passkey-harness reset helps, and it deletes every passkey on the key",
  [CtapStatus.PIN_AUTH_BLOCKED]: "unplug the key and plug it in again, then try once more",
  [CtapStatus.PUAT_REQUIRED]: "the key wants its PIN or a finger: name a file with --pin-file",
  [CtapStatus.UV_BLOCKED]: "fingers are blocked after too many failures: give the PIN",
  [CtapStatus.USER_ACTION_TIMEOUT]: "nobody touched the key in time: call again, and touch it when it blinks",
  [CtapStatus.OPERATION_DENIED]: "the touch was refused or did not come in time",
  [CtapStatus.FP_DATABASE_FULL]: "no more fingers fit: passkey-harness fingerprints delete ID makes room",
  [CtapStatus.LARGE_BLOB_STORAGE_FULL]:
    "no more fits: passkey-harness blobs collect removes what belongs to no passkey any more",
  [CtapStatus.KEY_STORE_FULL]: "no more fits: passkey-harness credentials delete ID makes room",
  [CtapStatus.UNAUTHORIZED_PERMISSION]: "the key does not give this right for its PIN",
};

/** Adds what can be done about it to a refusal of the key. */
export function explained(error: unknown, info: AuthenticatorInfo): unknown {
  if (!(error instanceof CtapError) || error.hint !== undefined) return error;
  const hint = error.status === CtapStatus.PIN_POLICY_VIOLATION ? pinPolicy(info) : HINTS[error.status];
  return hint === undefined ? error : withHint(error, hint);
}

/** Names what a reader can do about an error that was made without knowing that. */
export function withHint<E extends Error>(error: E, hint: string): E {
  return Object.assign(error, { hint });
}

function pinPolicy({ minPinLength, pinComplexityPolicy }: AuthenticatorInfo): string {
  const length = minPinLength === undefined ? "" : ` of at least ${minPinLength} characters`;
  const simple = pinComplexityPolicy === true ? ", which is not a simple one such as 1111 or 1234" : "";
  return `the key wants another PIN${length}${simple}; it may also refuse the PIN it has now`;
}

/**
 * Checks that the key offers something at all, by its own word.
 *
 * @param what such as "set a PIN".
 * @param names options of getInfo of which one has to be there; a value of `false` says that the key could, and is not set up.
 * @param rule `value: true` for options whose `false` says that the key cannot.
 * @throws {FeatureError} `FEATURE_UNSUPPORTED`, with the options that are missing from getInfo.
 */
export function needOption(
  { options = {} }: AuthenticatorInfo,
  what: string,
  names: readonly string[],
  rule: { readonly value?: true } = {},
): void {
  if (names.some((name) => options[name] === true || (rule.value !== true && options[name] === false)))
    return;
  throw new FeatureError(
    "FEATURE_UNSUPPORTED",
    `this key cannot ${what}: its getInfo has no option ${names.join(" or ")}`,
    {
      hint: "passkey-harness info says what a key can do",
    },
  );
}
