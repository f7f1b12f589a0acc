import { HarnessError } from "../../core/errors.js";
import { Permission } from "../../ctap/messages/client-pin.js";
import type { AuthenticatorInfo } from "../../ctap/messages/get-info.js";

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

export type UvRequirement = "required" | "preferred" | "discouraged";

/**
 * Selects how the user is verified.
 *
 * `builtin-token`: fingerprint and the like, proven by a token (subcommand 06); `uv-option`: the same, asked
 * for with the command itself (CTAP 2.0 keys and phones); `pin-token`: PIN, token with permissions (09);
 * `pin-token-legacy`: PIN, CTAP 2.0 token (05).
 */
export type UvMethod = "none" | "builtin-token" | "uv-option" | "pin-token" | "pin-token-legacy";

export interface UvPlan {
  readonly method: UvMethod;
  /** When `method` fails for good, or the authenticator asks for proof that was not planned. */
  readonly fallback: "pin-token" | "pin-token-legacy" | undefined;
  readonly pinProtocol: 1 | 2 | undefined;
  /** For the token, a sum of {@link Permission} bits. */
  readonly permissions: number;
}

export interface UvRequest {
  readonly userVerification: UvRequirement;
  readonly pinAvailable: boolean;
  readonly oneShot: boolean;
  /** The authenticator will refuse the command without proof, whatever the site says. */
  readonly demandedByDevice: boolean;
  readonly permissionsFor: keyof typeof PERMISSIONS;
}

const PERMISSIONS = {
  create: Permission.makeCredential,
  "create-with-preflight": Permission.makeCredential + Permission.getAssertion,
  get: Permission.getAssertion,
} as const;

/**
 * Prefers built-in verification to the PIN and tokens to options, and plans a PIN only where the client can ask the
 * user for one.
 *
 * @throws {PlanError} `UV_UNAVAILABLE`, `PIN_REQUIRED`, `PIN_CHANGE_REQUIRED` when proof is needed and
 *   cannot be had.
 */
export function planUv(info: AuthenticatorInfo, request: UvRequest): UvPlan {
  const pinProtocol = request.oneShot ? undefined : supportedProtocol(info);
  const pin = pinMethod(info, { ...request, pinProtocol });
  const plan = (method: UvMethod): UvPlan => ({
    method,
    fallback: method === pin ? undefined : pin,
    pinProtocol,
    permissions: PERMISSIONS[request.permissionsFor],
  });
  const isNeeded = request.userVerification === "required" || request.demandedByDevice;
  if (!isNeeded && request.userVerification === "discouraged") return plan("none");
  if (info.options?.["uv"] === true) {
    const hasTokens = info.options["pinUvAuthToken"] === true && pinProtocol !== undefined;
    return plan(hasTokens ? "builtin-token" : "uv-option");
  }
  if (pin !== undefined) return plan(pin);
  if (isNeeded) throw unavailable(info, request);
  return plan("none");
}

/** First in the authenticator's order that exists here. CTAP 2.0 keys list none and mean one. */
function supportedProtocol({ pinUvAuthProtocols, options }: AuthenticatorInfo): 1 | 2 | undefined {
  if (pinUvAuthProtocols === undefined) return options?.["clientPin"] === undefined ? undefined : 1;
  return pinUvAuthProtocols.find((version): version is 1 | 2 => version === 1 || version === 2);
}

function pinMethod(
  info: AuthenticatorInfo,
  { pinAvailable, pinProtocol }: { readonly pinAvailable: boolean; readonly pinProtocol: 1 | 2 | undefined },
): "pin-token" | "pin-token-legacy" | undefined {
  if (!isPinUsable(info) || !pinAvailable || pinProtocol === undefined || info.forcePinChange)
    return undefined;
  return info.options?.["pinUvAuthToken"] === true ? "pin-token" : "pin-token-legacy";
}

function isPinUsable({ options }: AuthenticatorInfo): boolean {
  return options?.["clientPin"] === true && options["noMcGaPermissionsWithClientPin"] !== true;
}

function unavailable(info: AuthenticatorInfo, { oneShot, pinAvailable }: UvRequest): PlanError {
  if (!oneShot && isPinUsable(info)) {
    if (info.forcePinChange) {
      return new PlanError("PIN_CHANGE_REQUIRED", "this authenticator wants a new PIN first", {
        hint: "change the PIN, then try again",
      });
    }
    if (!pinAvailable) {
      return new PlanError(
        "PIN_REQUIRED",
        "this authenticator wants its PIN and nobody can be asked for it",
        {
          hint: "pass a pin callback in the client context",
        },
      );
    }
  }
  return new PlanError("UV_UNAVAILABLE", "this authenticator cannot verify its user", {
    hint: "set a PIN or enrol a finger first, or make userVerification preferred",
  });
}
