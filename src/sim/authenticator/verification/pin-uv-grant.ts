import type { PinProtocol } from "../../../ctap/client/pin-protocol.js";
import {
  type ClientPinRequest,
  encodeClientPinResponse,
  Permission,
} from "../../../ctap/messages/client-pin.js";
import type { CoseKey } from "../../../ctap/messages/cose.js";
import type { ProfileOptions } from "../../profiles/profile.js";
import { builtInUvConfigured, type CommandContext, supportedProtocol, touchTimeout } from "../context.js";
import { refuse } from "../refusal.js";
import { performBuiltInUv, uvRetriesLeft } from "./built-in-uv.js";
import { sharedSecretWith } from "./key-agreement.js";
import { checkPinHash, requirePinUsableNow } from "./pin-check.js";

const PERSISTENT_TOKEN_BYTES = 32;

/**
 * The token for reading credentials, which survives power cycles; gone after a change of PIN and a reset.
 * Secret.
 *
 * @see CTAP 2.3 §6.5.2.2 (persistentPinUvAuthToken)
 */
export function persistentToken({ env, store }: CommandContext): Uint8Array {
  const known = store.memory.persistentToken;
  if (known !== undefined) return known;
  const fresh = env.entropy.bytes(PERSISTENT_TOKEN_BYTES);
  store.remember({ persistentToken: fresh });
  return fresh;
}

/** How a token is earned; what may be asked for depends on it. */
type Means = "pin" | "built-in";

/** The token of CTAP 2.0: for credentials only, of any site. @see CTAP 2.3 §6.5.5.7.1 */
export function grantLegacyToken(context: CommandContext, request: ClientPinRequest): Uint8Array {
  // 1: everything must be there, and nothing that only the later subcommands know.
  const { keyAgreement, pinHashEnc, protocol } = readPinParameters(context, request);
  if (request.permissions !== undefined || request.rpId !== undefined) refuse("INVALID_PARAMETER");
  // 2 to 8: the PIN.
  const sharedSecret = checkPin(context, protocol, { keyAgreement, pinHashEnc });
  // 9: a PIN that has to be changed first earns nothing.
  if (context.store.memory.forcePinChange) refuse("PIN_INVALID");
  // 10 to 14: a fresh token.
  const withheld = context.profile.options.noMcGaPermissionsWithClientPin;
  const permissions = withheld ? 0 : Permission.makeCredential | Permission.getAssertion;
  return issue(context, protocol, { sharedSecret, permissions, userPresent: false });
}

/** @see CTAP 2.3 §6.5.5.7.2 */
export function grantTokenForPin(context: CommandContext, request: ClientPinRequest): Uint8Array {
  // 1, 2: everything must be there.
  const { keyAgreement, pinHashEnc, protocol } = readPinParameters(context, request);
  const permissions = request.permissions ?? refuse("MISSING_PARAMETER");
  // 3, 4: permissions that exist and may be had for a PIN.
  checkPermissions(context, permissions, "pin");
  // 5 to 11: the PIN.
  const sharedSecret = checkPin(context, protocol, { keyAgreement, pinHashEnc });
  // 12: a PIN that has to be changed first earns nothing.
  if (context.store.memory.forcePinChange) refuse("PIN_POLICY_VIOLATION");
  // 13 to 17: a token, fresh or persistent.
  return issue(context, protocol, { sharedSecret, permissions, rpId: request.rpId, userPresent: false });
}

/** @see CTAP 2.3 §6.5.5.7.3 */
export async function grantTokenForUv(
  context: CommandContext,
  request: ClientPinRequest,
): Promise<Uint8Array> {
  const { profile } = context;
  // 1, 2: everything must be there.
  const { keyAgreement, permissions } = request;
  if (request.pinUvAuthProtocol === undefined || !keyAgreement || permissions === undefined) {
    refuse("MISSING_PARAMETER");
  }
  const protocol = supportedProtocol(context, request.pinUvAuthProtocol);
  // 3, 4: permissions that exist and may be had without a PIN.
  checkPermissions(context, permissions, "built-in");
  // 5 to 7: a user must be enrolled, and not locked out.
  if (!builtInUvConfigured(context)) refuse("NOT_ALLOWED");
  if (uvRetriesLeft(context) === 0) refuse("UV_BLOCKED");
  // 8, 9: the shared secret, then the user.
  const sharedSecret = sharedSecretWith(context, protocol, keyAgreement);
  const outcome = await performBuiltInUv(context, {
    purpose: "token",
    ...(request.rpId !== undefined && { rpId: request.rpId }),
  });
  if (outcome === "timed-out") throw touchTimeout(context, "USER_ACTION_TIMEOUT");
  if (outcome === "refused") refuse("OPERATION_DENIED");
  if (outcome === "blocked") refuse("UV_BLOCKED");
  if (outcome === "failed") refuse("UV_INVALID");
  // 10 to 14: a token, fresh or persistent.
  const userPresent = profile.builtInUv?.impliesTouch ?? false;
  return issue(context, protocol, { sharedSecret, permissions, rpId: request.rpId, userPresent });
}

interface PinParameters {
  readonly keyAgreement: CoseKey;
  readonly pinHashEnc: Uint8Array;
  readonly protocol: PinProtocol;
}

function readPinParameters(context: CommandContext, request: ClientPinRequest): PinParameters {
  const { keyAgreement, pinHashEnc, pinUvAuthProtocol } = request;
  if (pinUvAuthProtocol === undefined || !keyAgreement || !pinHashEnc) refuse("MISSING_PARAMETER");
  return { keyAgreement, pinHashEnc, protocol: supportedProtocol(context, pinUvAuthProtocol) };
}

function checkPin(
  context: CommandContext,
  protocol: PinProtocol,
  { keyAgreement, pinHashEnc }: Omit<PinParameters, "protocol">,
): Uint8Array {
  requirePinUsableNow(context);
  const sharedSecret = sharedSecretWith(context, protocol, keyAgreement);
  checkPinHash(context, protocol, { sharedSecret, pinHashEnc });
  return sharedSecret;
}

/** @throws {Refusal} INVALID_PARAMETER for none at all, UNAUTHORIZED_PERMISSION for one that cannot be had. */
function checkPermissions({ profile }: CommandContext, permissions: number, means: Means): void {
  if (permissions === 0) refuse("INVALID_PARAMETER");
  const withheld = forbiddenPermissions(profile.options, means);
  const persistent = Permission.persistentCredentialManagementReadOnly;
  const mixed = (permissions & persistent) !== 0 && permissions !== persistent;
  if ((permissions & withheld) !== 0 || mixed) refuse("UNAUTHORIZED_PERMISSION");
}

function forbiddenPermissions(options: ProfileOptions, means: Means): number {
  const byPin = means === "pin";
  const credentials = Permission.makeCredential | Permission.getAssertion;
  const enrols = options.bioEnroll || options.userVerificationMgmtPreview;
  return (
    (byPin && options.noMcGaPermissionsWithClientPin ? credentials : 0) |
    (options.credMgmt || options.credentialMgmtPreview ? 0 : Permission.credentialManagement) |
    (enrols && (byPin || options.uvBioEnroll) ? 0 : Permission.bioEnrollment) |
    (options.largeBlobs ? 0 : Permission.largeBlobWrite) |
    (options.authnrCfg && (byPin || options.uvAcfg) ? 0 : Permission.authenticatorConfig) |
    (options.perCredMgmtRO ? 0 : Permission.persistentCredentialManagementReadOnly)
  );
}

interface Grant {
  readonly sharedSecret: Uint8Array;
  readonly permissions: number;
  readonly rpId?: string | undefined;
  readonly userPresent: boolean;
}

function issue(context: CommandContext, protocol: PinProtocol, grant: Grant): Uint8Array {
  const { env, state } = context;
  const persistent = grant.permissions === Permission.persistentCredentialManagementReadOnly;
  const token = persistent
    ? persistentToken(context)
    : state.tokens.begin(protocol.version, grant, context.env.trace.context);
  return encodeClientPinResponse({
    pinUvAuthToken: protocol.encrypt(grant.sharedSecret, token, env.entropy),
  });
}
