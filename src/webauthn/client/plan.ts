import type { CredentialDescriptor, CredentialParameters } from "../../ctap/messages/common.js";
import type { AuthenticatorInfo } from "../../ctap/messages/get-info.js";
import { eligibleCredentials } from "./plan-lists.js";
import { planUv, type UvPlan, type UvRequirement, PlanError } from "./plan-uv.js";

/** What both plans depend on, besides the authenticator. */
export interface PlanRequest {
  readonly userVerification: UvRequirement;
  /** Whether the client can ask the user for a PIN. */
  readonly pinAvailable: boolean;
  /** A phone: no PIN protocol, no pre-flight, one command and it hangs up. */
  readonly oneShot: boolean;
}

export interface RegistrationPlanRequest extends PlanRequest {
  readonly residentKey: "required" | "preferred" | "discouraged";
  readonly authenticatorAttachment?: "platform" | "cross-platform" | undefined;
  readonly pubKeyCredParams: readonly CredentialParameters[];
  readonly excludeCredentials: readonly CredentialDescriptor[];
  readonly attestation: "none" | "indirect" | "direct" | "enterprise";
  readonly attestationFormats: readonly string[];
  /** The administrator vouches for this site, so that the platform names it to the authenticator. */
  readonly enterpriseAllowed: boolean;
}

export interface AuthenticationPlanRequest extends PlanRequest {
  readonly allowCredentials: readonly CredentialDescriptor[];
}

export interface RegistrationPlan {
  /** Send `rk: true`. Never `rk: false`: authenticators without the option refuse either value. */
  readonly residentKey: boolean;
  readonly uv: UvPlan;
  readonly pubKeyCredParams: readonly CredentialParameters[];
  /** 1 vendor facilitated, 2 platform managed. @see CTAP 2.3 §7.1 */
  readonly enterpriseAttestation: 1 | 2 | undefined;
  readonly attestationFormatsPreference: readonly string[] | undefined;
  /** Those that may be on it; more, perhaps, than one command may carry. */
  readonly excludeList: readonly CredentialDescriptor[];
}

export interface AuthenticationPlan {
  readonly uv: UvPlan;
  /** Empty means: whatever discoverable credentials there are. More, perhaps, than one command may carry. */
  readonly allowList: readonly CredentialDescriptor[];
}

/** Sites that leave the list empty get these. @see WebAuthn Level 3 §5.1.3 step 9 */
const DEFAULT_PARAMETERS: readonly CredentialParameters[] = [
  { type: "public-key", alg: -7 },
  { type: "public-key", alg: -257 },
];

/**
 * Decides how to ask this authenticator for a new credential.
 *
 * @throws {PlanError} when it cannot do what the site insists on.
 * @see WebAuthn Level 3 §5.1.3 step 22, CTAP 2.3 §6.1.1 (platform actions)
 */
export function planRegistration(
  info: AuthenticatorInfo,
  request: RegistrationPlanRequest,
): RegistrationPlan {
  checkAttachment(info, request);
  const residentKey = wantsResidentKey(info, request);
  const formats = request.attestation === "none" ? [] : request.attestationFormats;
  const excludeList = eligibleCredentials(info, request.excludeCredentials, request);
  return {
    residentKey,
    uv: planUv(info, {
      ...request,
      demandedByDevice: createDemandsUv(info, residentKey),
      // An authenticator that keeps a credential from being seen without UV keeps it from a probe too. Whether one is
      // needed shows when the command is encoded.
      permissionsFor: excludeList.length > 0 ? "create-with-preflight" : "create",
    }),
    pubKeyCredParams: commonParameters(info, request.pubKeyCredParams),
    enterpriseAttestation: enterpriseMode(info, request),
    attestationFormatsPreference:
      formats.length > 0 && info.attestationFormats !== undefined ? formats : undefined,
    excludeList,
  };
}

/**
 * Decides how to ask this authenticator for an assertion.
 *
 * @throws {PlanError} `NO_USABLE_CREDENTIAL` when not one listed credential can be on it: an emptied list
 *   must never be sent, it would mean "any account".
 * @see WebAuthn Level 3 §5.1.4, CTAP 2.3 §6.2.1 (platform actions)
 */
export function planAuthentication(
  info: AuthenticatorInfo,
  request: AuthenticationPlanRequest,
): AuthenticationPlan {
  const allowList = eligibleCredentials(info, request.allowCredentials, request);
  if (request.allowCredentials.length > 0 && allowList.length === 0) throw noUsableCredential();
  const demandedByDevice = info.options?.["alwaysUv"] === true;
  return { uv: planUv(info, { ...request, demandedByDevice, permissionsFor: "get" }), allowList };
}

/** Builds the error for a list of which nothing can be on the authenticator, or fits into a command. */
export function noUsableCredential(): PlanError {
  return new PlanError(
    "NO_USABLE_CREDENTIAL",
    "none of the listed credentials can be on this authenticator",
    {
      hint: "the listed ids are of unknown type, or longer than this authenticator makes or takes them",
    },
  );
}

function checkAttachment(info: AuthenticatorInfo, request: RegistrationPlanRequest): void {
  const isPlatform = info.options?.["plat"] === true && !request.oneShot;
  const wanted = request.authenticatorAttachment;
  if (wanted === undefined || (wanted === "platform") === isPlatform) return;
  throw new PlanError("ATTACHMENT_UNAVAILABLE", `the site wants a ${wanted} authenticator, this one is not`, {
    hint: "change authenticatorSelection.authenticatorAttachment, or use a device of that kind",
  });
}

function wantsResidentKey(info: AuthenticatorInfo, { residentKey }: RegistrationPlanRequest): boolean {
  if (residentKey === "discouraged") return false;
  const isSupported = info.options?.["rk"] === true;
  if (residentKey === "preferred") return isSupported && info.remainingDiscoverableCredentials !== 0;
  if (isSupported) return true;
  throw new PlanError(
    "RESIDENT_KEY_UNAVAILABLE",
    "this authenticator cannot store discoverable credentials",
    {
      hint: "use an authenticator with the rk option, or make residentKey preferred",
    },
  );
}

/**
 * Returns whether create needs user verification: a protected authenticator requires proof for each new credential,
 * unless it says otherwise. @see CTAP 2.3 §6.1.2
 */
function createDemandsUv({ options }: AuthenticatorInfo, residentKey: boolean): boolean {
  if (options?.["alwaysUv"]) return true;
  const isProtected = options?.["clientPin"] === true || options?.["uv"] === true;
  return isProtected && (residentKey || options["makeCredUvNotRqd"] !== true);
}

/** The authenticator chooses among them in the site's order; only a list without any it knows is refused here. */
function commonParameters(
  { algorithms = [] }: AuthenticatorInfo,
  wanted: readonly CredentialParameters[],
): readonly CredentialParameters[] {
  const usable =
    wanted.length === 0 ? DEFAULT_PARAMETERS : wanted.filter(({ type }) => type === "public-key");
  const isCommon =
    algorithms.length === 0 || usable.some(({ alg }) => algorithms.some((one) => one.alg === alg));
  if (usable.length > 0 && isCommon) return usable;
  throw new PlanError(
    "ALGORITHM_UNSUPPORTED",
    "site and authenticator have no signature algorithm in common",
    {
      hint: "offer ES256 (-7) among pubKeyCredParams",
    },
  );
}

function enterpriseMode(info: AuthenticatorInfo, request: RegistrationPlanRequest): 1 | 2 | undefined {
  if (request.attestation !== "enterprise" || info.options?.["ep"] !== true) return undefined;
  return request.enterpriseAllowed ? 2 : 1;
}
