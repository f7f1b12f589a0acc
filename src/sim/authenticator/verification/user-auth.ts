import { CtapStatus } from "../../../ctap/status.js";
import { hasQuirk } from "../../profiles/profile.js";
import type { PromptPurpose } from "../../user.js";
import { performBuiltInUv } from "./built-in-uv.js";
import {
  isProtected,
  pinIsSet,
  pinUsable,
  requireTouch,
  supportedProtocol,
  touchTimeout,
  type CommandContext,
} from "../context.js";
import { Refusal, refuse } from "../refusal.js";

/** Holds what makeCredential and getAssertion have in common as far as the user is concerned. */
export interface UserAuthRequest {
  readonly purpose: Extract<PromptPurpose, "make-credential" | "get-assertion">;
  readonly rpId: string;
  readonly clientDataHash: Uint8Array;
  readonly pinUvAuthParam?: Uint8Array | undefined;
  readonly pinUvAuthProtocol?: number | undefined;
  /** Bit the token must have. */
  readonly permission: number;
}

/** Records whether the user has been verified and found present so far. */
export interface UserEvidence {
  readonly userVerified: boolean;
  /** The verification was a touch too. */
  readonly userPresent: boolean;
  /** A touch that earned the token this very request carries, and that no request used yet. */
  readonly touchedForToken: boolean;
}

const NO_EVIDENCE: UserEvidence = { userVerified: false, userPresent: false, touchedForToken: false };

/** Answers step 1 of both commands: an empty pinUvAuthParam asks which of several authenticators the user means. */
export async function answerSelectionProbe(context: CommandContext, request: UserAuthRequest): Promise<void> {
  const { profile } = context;
  const understood = profile.options.clientPin || profile.options.pinUvAuthToken;
  if (request.pinUvAuthParam?.length !== 0 || !understood) return;
  if (!hasQuirk(profile, "answersEmptyPinAuthWithoutTouch")) {
    await requireTouch(context, { purpose: "select-authenticator" }, "OPERATION_DENIED");
  }
  if (hasQuirk(profile, "answers14ToEmptyPinAuth")) refuse("MISSING_PARAMETER");
  if (!pinIsSet(context)) refuse("PIN_NOT_SET");
  refuse(hasQuirk(profile, "answers33ToEmptyPinAuth") ? "PIN_AUTH_INVALID" : "PIN_INVALID");
}

/** Step 2 of both commands. */
export function checkProtocol(context: CommandContext, request: UserAuthRequest): void {
  if (request.pinUvAuthParam !== undefined) supportedProtocol(context, request.pinUvAuthProtocol);
}

/**
 * Verifies the user: through a pinUvAuthToken obtained before, or now on the built-in sensor.
 *
 * @throws {Refusal} with the status of the step that failed.
 */
export async function verifyUser(
  context: CommandContext,
  request: UserAuthRequest,
  { uv }: { readonly uv: boolean },
): Promise<UserEvidence> {
  const { pinUvAuthParam } = request;
  if (pinUvAuthParam !== undefined) {
    if (!isProtected(context)) {
      const quirk = hasQuirk(context.profile, "answers33ToPinAuthWithoutPin");
      refuse(quirk ? "PIN_AUTH_INVALID" : "PIN_NOT_SET");
    }
    checkToken(context, request, pinUvAuthParam);
    return { ...NO_EVIDENCE, userVerified: true, touchedForToken: context.state.tokens.userPresent };
  }
  if (!uv) return NO_EVIDENCE;

  const { purpose, rpId } = request;
  const outcome = await performBuiltInUv(context, { purpose, rpId });
  if (outcome === "verified") {
    const userPresent = context.profile.builtInUv?.impliesTouch ?? false;
    return { ...NO_EVIDENCE, userVerified: true, userPresent };
  }
  if (outcome === "timed-out") throw touchTimeout(context, "USER_ACTION_TIMEOUT");
  if (pinIsSet(context) && pinUsable(context)) refuse("PUAT_REQUIRED");
  return refuse(outcome === "blocked" ? "PIN_BLOCKED" : "OPERATION_DENIED");
}

function checkToken(context: CommandContext, request: UserAuthRequest, param: Uint8Array): void {
  const { tokens } = context.state;
  const protocol = supportedProtocol(context, request.pinUvAuthProtocol).version;
  const good =
    tokens.verify(protocol, request.clientDataHash, param) &&
    tokens.hasPermission(request.permission) &&
    (tokens.rpId === undefined || tokens.rpId === request.rpId) &&
    tokens.userVerified;
  if (!good) refuse("PIN_AUTH_INVALID");
  tokens.bind(request.rpId);
}

/**
 * Refuses for lack of verification, where this authenticator requires it: by PIN if one can be entered, otherwise not
 * at all.
 */
export function demandVerification({ byPin }: { readonly byPin: boolean }): never {
  throw new Refusal(byPin ? CtapStatus.PUAT_REQUIRED : CtapStatus.OPERATION_DENIED);
}
