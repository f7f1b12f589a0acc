import { encodeAuthenticatorData } from "../../../ctap/messages/authenticator-data.js";
import { Permission } from "../../../ctap/messages/client-pin.js";
import { encodeCoseKey } from "../../../ctap/messages/cose.js";
import {
  encodeMakeCredentialResponse,
  parseMakeCredentialRequest,
  type MakeCredentialRequest,
} from "../../../ctap/messages/make-credential.js";
import type { CredentialSource } from "../store/credential-store.js";
import { hasQuirk, isCtap20Only } from "../../profiles/profile.js";
import { aaguidBytes, NO_AAGUID } from "../attestation/attestation.js";
import {
  alwaysUv,
  builtInUvConfigured,
  hashOfRpId,
  isProtected,
  pinIsSet,
  pinUsable,
  requireTouch,
  type CommandContext,
  type SimCommand,
} from "../context.js";
import { isExcluded, nextSignCount, traceCredential } from "../store/credentials.js";
import { runExtensions } from "../extensions/table.js";
import { refuse } from "../refusal.js";
import { generateCredentialKey, publicKeyOf, signingAlgorithm, type CredentialKey } from "../signing.js";
import { renewStoreState } from "../store/store-state.js";
import { truncateName } from "../store/stored-name.js";
import {
  answerSelectionProbe,
  checkProtocol,
  demandVerification,
  verifyUser,
  type UserAuthRequest,
  type UserEvidence,
} from "../verification/user-auth.js";
import { wrapCredential } from "../store/wrapped-credential.js";

const USER_ID_BYTES_MAX = 64;
/** Ids of credentials the device keeps. */
const DISCOVERABLE_ID_BYTES = 32;

/** authenticatorMakeCredential; the numbers are the specification's steps. @see CTAP 2.3 §6.1.2 */
export const makeCredential: SimCommand = async (context, parameters) => {
  const { profile, state } = context;
  const request = parseMakeCredentialRequest(parameters);
  checkEntities(context, request);
  const auth: UserAuthRequest = {
    purpose: "make-credential",
    rpId: request.rp.id,
    clientDataHash: request.clientDataHash,
    pinUvAuthParam: request.pinUvAuthParam,
    pinUvAuthProtocol: request.pinUvAuthProtocol,
    permission: Permission.makeCredential,
  };

  // 1, 2: which of several keys is meant; whether the token's protocol is spoken here.
  await answerSelectionProbe(context, auth);
  checkProtocol(context, auth);
  // 3: the first algorithm of the site's list that this device can do.
  const alg = chooseAlgorithm(context, request);
  // 4, 5: no user is verified or present yet; what the options ask for.
  const wanted = readOptions(context, request);
  // 6 to 8: whether the user has to be verified, and how.
  const uv = decideVerification(context, request, wanted);
  // 9: whether the attestation may name this very device.
  const enterprise = grantsEnterprise(context, request);
  // 10, 11: verification, where there is to be one.
  const evidence = await verifyUser(context, auth, { uv });
  // 12: an account that is here already is not made again.
  await refuseExcluded(context, request, evidence);
  // 13, 14: presence, unless verification proved it; a token is good for one touch.
  if (!evidence.userPresent) {
    const needsTouch = !evidence.touchedForToken && !hasQuirk(profile, "createsWithoutTouch");
    if (needsTouch) {
      await requireTouch(context, { purpose: "make-credential", rpId: request.rp.id }, "OPERATION_DENIED");
    }
    state.tokens.spend();
  }
  return create(context, request, {
    alg,
    enterprise,
    discoverable: wanted.rk || hasQuirk(profile, "storesDespiteRkFalse"),
    userVerified: evidence.userVerified,
  });
};

function checkEntities({ profile }: CommandContext, request: MakeCredentialRequest): void {
  const { rp, user, excludeList = [] } = request;
  if (user.id.length === 0 || user.id.length > USER_ID_BYTES_MAX) refuse("INVALID_PARAMETER");
  const unnamed =
    (hasQuirk(profile, "rejectsMissingDisplayName") && user.displayName === undefined) ||
    (hasQuirk(profile, "rejectsEmptyDisplayName") && user.displayName === "") ||
    (hasQuirk(profile, "rejectsMissingRpName") && rp.name === undefined);
  if (unnamed) refuse("OPERATION_DENIED");
  if (excludeList.length > profile.limits.maxCredentialCountInList) refuse("LIMIT_EXCEEDED");
  if (
    hasQuirk(profile, "rejectsTransportsInDescriptors") &&
    excludeList.some(({ transports }) => transports !== undefined)
  ) {
    refuse("INVALID_CBOR");
  }
}

function chooseAlgorithm({ profile }: CommandContext, { pubKeyCredParams }: MakeCredentialRequest): number {
  const chosen = pubKeyCredParams.find(
    ({ type, alg }) =>
      type === "public-key" && profile.algorithms.includes(alg) && signingAlgorithm(alg) !== undefined,
  );
  return chosen?.alg ?? refuse("UNSUPPORTED_ALGORITHM");
}

function readOptions(
  context: CommandContext,
  { options = {}, pinUvAuthParam }: MakeCredentialRequest,
): { readonly rk: boolean; readonly uv: boolean } {
  const uv = pinUvAuthParam === undefined && (options.uv ?? false);
  if (uv && !builtInUvConfigured(context)) {
    refuse(hasQuirk(context.profile, "answers2bToUvWithoutUv") ? "UNSUPPORTED_OPTION" : "INVALID_OPTION");
  }
  if (options.rk !== undefined && !context.profile.options.rk) refuse("UNSUPPORTED_OPTION");
  // CTAP 2.0 gave platforms no such option here, whatever its value.
  if (options.up === false || (options.up && isCtap20Only(context.profile))) refuse("INVALID_OPTION");
  return { rk: options.rk ?? false, uv };
}

/** Returns whether built-in verification takes place. */
function decideVerification(
  context: CommandContext,
  { pinUvAuthParam }: MakeCredentialRequest,
  wanted: { readonly rk: boolean; readonly uv: boolean },
): boolean {
  const always = alwaysUv(context);
  let { uv } = wanted;
  if (always) {
    if (!isProtected(context)) demandVerification({ byPin: pinUsable(context) });
    if (pinUvAuthParam === undefined) {
      uv ||= builtInUvConfigured(context);
      if (!uv) demandVerification({ byPin: pinUsable(context) });
    }
  }
  const optional = context.profile.options.makeCredUvNotRqd && !always && !wanted.rk;
  if (!optional && isProtected(context) && !uv && pinUvAuthParam === undefined) {
    demandVerification({ byPin: pinIsSet(context) && pinUsable(context) });
  }
  return uv;
}

function grantsEnterprise(
  { profile, store }: CommandContext,
  { enterpriseAttestation, rp }: MakeCredentialRequest,
): boolean {
  if (enterpriseAttestation === undefined) return false;
  const kind = profile.options.enterpriseAttestation;
  if (kind === undefined || !store.memory.enterpriseAttestation) refuse("INVALID_PARAMETER");
  if (enterpriseAttestation !== 1 && enterpriseAttestation !== 2) refuse("INVALID_OPTION");
  if (enterpriseAttestation === 2 && kind === "platform") return true;
  return profile.attestation.enterpriseRpIds.includes(rp.id);
}

async function refuseExcluded(
  context: CommandContext,
  { excludeList = [], rp }: MakeCredentialRequest,
  { userVerified, userPresent, touchedForToken }: UserEvidence,
): Promise<void> {
  const excluded = excludeList.some((entry) => isExcluded(context, entry, { rpId: rp.id, userVerified }));
  if (!excluded) return;
  // The touch keeps a site from probing silently; the user's answer does not change the status.
  if (!userPresent && !touchedForToken) {
    await context.gestures.ask({ kind: "touch", purpose: "already-registered", rpId: rp.id });
  }
  refuse("CREDENTIAL_EXCLUDED");
}

/** A credential that does not fit into an id of this model stays on the device instead. */
function nonDiscoverableId(...[context, credential, scope]: Parameters<typeof wrapCredential>): Uint8Array {
  const id = wrapCredential(context, credential, scope);
  const { maxCredentialIdLength } = context.profile.limits;
  return id.length <= maxCredentialIdLength ? id : context.env.entropy.bytes(DISCOVERABLE_ID_BYTES);
}

interface Creation {
  readonly alg: number;
  readonly enterprise: boolean;
  readonly discoverable: boolean;
  readonly userVerified: boolean;
}

/** Steps 15 to 19. Nothing waits in here: from now on the credential exists or the command fails. */
function create(context: CommandContext, request: MakeCredentialRequest, creation: Creation): Uint8Array {
  const { crypto, env, profile, attestation } = context;
  const { discoverable, userVerified } = creation;
  const rpId = request.rp.id;
  const inputs = request.extensions ?? new Map();
  const key = generateCredentialKey(crypto, env.entropy, creation.alg);
  const { outputs, stored, unsignedOutputs, largeBlobKey } = runExtensions(
    context,
    inputs,
    (extension, input) =>
      extension.make?.({
        context,
        input,
        inputs,
        rpId,
        discoverable,
        userVerified,
        secretKey: key.secretKey,
      }),
  );
  const credential = store(context, request, { key, discoverable, extensions: stored });
  const publicKey = publicKeyOf(crypto, key);
  const fmt = attestation.formatFor({
    alg: key.alg,
    enterprise: creation.enterprise,
    preference: request.attestationFormatsPreference ?? [],
  });
  const authData = encodeAuthenticatorData({
    rpIdHash: hashOfRpId(context, rpId),
    userPresent: true,
    userVerified,
    backupEligible: profile.backup !== "none",
    backedUp: profile.backup === "backed-up",
    signCount: profile.signCounter === "per-credential" ? 0 : nextSignCount(context, credential.id),
    attested: {
      aaguid: fmt === "fido-u2f" ? NO_AAGUID : aaguidBytes(profile),
      credentialId: credential.id,
      publicKey,
      publicKeyCose: encodeCoseKey(publicKey),
    },
    ...(outputs.size > 0 && { extensions: outputs }),
  });
  return encodeMakeCredentialResponse({
    ...attestation.statement({
      ...key,
      authData,
      clientDataHash: request.clientDataHash,
      enterprise: creation.enterprise,
      fmt,
      credentialId: credential.id,
      publicKey,
      rpIdHash: hashOfRpId(context, rpId),
    }),
    authData,
    ...(creation.enterprise && { epAtt: true }),
    ...(largeBlobKey && { largeBlobKey }),
    ...(unsignedOutputs.size > 0 && { unsignedExtensionOutputs: unsignedOutputs }),
  });
}

function store(
  context: CommandContext,
  { rp, user }: MakeCredentialRequest,
  made: Pick<CredentialSource, "discoverable" | "extensions"> & { readonly key: CredentialKey },
): CredentialSource {
  const { env, profile } = context;
  const { key, discoverable, extensions } = made;
  const account = { rpId: rp.id, userId: user.id };
  const room = context.store.discoverableCount < profile.limits.discoverableCredentials;
  if (discoverable && !room && !context.store.sameAccount(account)) refuse("KEY_STORE_FULL");
  const { added, overwritten } = context.store.add({
    ...account,
    ...key,
    id: discoverable
      ? env.entropy.bytes(DISCOVERABLE_ID_BYTES)
      : nonDiscoverableId(context, { ...key, extensions }, { rpIdHash: hashOfRpId(context, rp.id) }),
    ...(rp.name !== undefined && { rpName: truncateName(rp.name) }),
    ...(user.name !== undefined && { userName: truncateName(user.name) }),
    ...(user.displayName !== undefined && { userDisplayName: truncateName(user.displayName) }),
    discoverable,
    createdAtEpochMs: env.clock.epochMs(),
    extensions,
  });
  if (discoverable) renewStoreState(context);
  if (overwritten) traceCredential(context, "overwritten", overwritten);
  traceCredential(context, "created", added);
  return added;
}
