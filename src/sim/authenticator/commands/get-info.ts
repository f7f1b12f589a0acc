import { utf8 } from "../../../core/bytes.js";
import { type AuthenticatorInfo, encodeInfo } from "../../../ctap/messages/get-info.js";
import { type AuthenticatorProfile, isAtLeast21, type ProfileReports } from "../../profiles/profile.js";
import { aaguidBytes } from "../attestation/attestation.js";
import {
  alwaysUv,
  builtInUvConfigured,
  type CommandContext,
  longTouchForReset,
  pinIsSet,
  type SimCommand,
  u2fDisabled,
} from "../context.js";
import { credBlobBytesMax } from "../extensions/cred-blob.js";
import { signingAlgorithm } from "../signing.js";
import { encryptedIdentifier, encryptedStoreState } from "../store/store-state.js";
import { hasFingerprints } from "../verification/fingerprints.js";
import { minPinLength, pinComplexityPolicy } from "../verification/pin-policy.js";
import { configCommands } from "./authenticator-config.js";
import { largeBlobCapacity } from "./large-blobs.js";

/** What a device lists of all it could say of itself; everything when its profile does not choose. */
export function asReported(info: AuthenticatorInfo, reports: ProfileReports | undefined): AuthenticatorInfo {
  if (reports === undefined) return info;
  const { versions, aaguid, options = {} } = info;
  const listed = Object.entries(info).filter(([name]) => reports.members.some((member) => member === name));
  const values: Readonly<Record<string, boolean>> = Object.fromEntries(
    Object.entries(reports.options).map(([id, otherwise]) => [id, options[id] ?? otherwise]),
  );
  return {
    ...Object.fromEntries(listed),
    versions,
    aaguid,
    ...(reports.members.includes("options") && { options: values }),
  };
}

/** authenticatorGetInfo: what the profile says, as far as it is true right now. @see CTAP 2.3 §6.4 */
export const getInfo: SimCommand = (context) =>
  encodeInfo(asReported(describe(context), context.profile.reports));

function describe(context: CommandContext): AuthenticatorInfo {
  const { profile, store } = context;
  const { limits, options } = profile;
  // A profile that lists its members may have any of them, whatever its versions.
  const any = profile.reports !== undefined;
  const modern = any || profile.versions.some((version) => version !== "U2F_V2" && version !== "FIDO_2_0");
  return {
    versions: versionsOf(context),
    ...((any || profile.extensions.length > 0) && { extensions: profile.extensions }),
    aaguid: aaguidBytes(profile),
    options: describeOptions(context),
    maxMsgSize: limits.maxMsgSize,
    ...((any || profile.pinUvAuthProtocols.length > 0) && { pinUvAuthProtocols: profile.pinUvAuthProtocols }),
    // From here on members of 2.1, some of them in its drafts already.
    ...(modern && {
      maxCredentialCountInList: limits.maxCredentialCountInList,
      maxCredentialIdLength: limits.maxCredentialIdLength,
      transports: profile.transports,
      algorithms: algorithmsOf(profile),
      firmwareVersion: profile.firmwareVersion,
      ...((any || options.clientPin) && { minPinLength: minPinLength(context) }),
    }),
    ...((any || isAtLeast21(profile)) && {
      ...(options.clientPin && { forcePinChange: store.memory.forcePinChange ?? false }),
      ...(options.largeBlobs && { maxSerializedLargeBlobArray: largeBlobCapacity(context) }),
      ...(profile.extensions.includes("credBlob") && { maxCredBlobLength: credBlobBytesMax(context) }),
      ...(profile.builtInUv && { uvModality: profile.builtInUv.modality }),
      ...(profile.builtInUv?.platformAttempts !== undefined && {
        preferredPlatformUvAttempts: profile.builtInUv.platformAttempts,
      }),
      ...(options.setMinPINLength && { maxRpIdsForSetMinPinLength: limits.rpIdsForMinPinLength }),
      ...(profile.certifications && { certifications: profile.certifications }),
      ...(options.rk && {
        remainingDiscoverableCredentials: Math.max(
          0,
          limits.discoverableCredentials - store.discoverableCount,
        ),
      }),
      ...(profile.vendorPrototypeConfigCommands && {
        vendorPrototypeConfigCommands: profile.vendorPrototypeConfigCommands,
      }),
    }),
    ...((any || claims(profile, /^FIDO_2_[2-9]$/)) && membersOf22(context)),
    ...((any || claims(profile, /^FIDO_2_[3-9]$/)) && membersOf23(context)),
  };
}

function membersOf22(context: CommandContext): Partial<AuthenticatorInfo> {
  const { profile, store } = context;
  const { limits, options, pinComplexityPolicyUrl: url } = profile;
  return {
    attestationFormats: profile.attestation.formats,
    ...(profile.builtInUv &&
      options.clientPin && { uvCountSinceLastPinEntry: store.memory.uvCountSincePin ?? 0 }),
    ...(options.longTouchForReset !== undefined && { longTouchForReset: longTouchForReset(context) }),
    ...(options.perCredMgmtRO && { encIdentifier: encryptedIdentifier(context) }),
    ...(profile.transportsForReset && { transportsForReset: profile.transportsForReset }),
    ...(options.pinComplexityPolicy !== undefined && { pinComplexityPolicy: pinComplexityPolicy(context) }),
    ...(url !== undefined && { pinComplexityPolicyUrl: utf8(url) }),
    ...(options.clientPin && { maxPinLength: limits.maxPinLength }),
  };
}

function membersOf23(context: CommandContext): Partial<AuthenticatorInfo> {
  const { profile } = context;
  return {
    ...(profile.options.perCredMgmtRO && { encCredStoreState: encryptedStoreState(context) }),
    ...(profile.options.authnrCfg && { authenticatorConfigCommands: configCommands(profile) }),
  };
}

function versionsOf(context: CommandContext): readonly string[] {
  const silent = u2fDisabled(context);
  return context.profile.versions.filter((version) => !silent || version !== "U2F_V2");
}

function claims({ versions }: AuthenticatorProfile, pattern: RegExp): boolean {
  return versions.some((version) => pattern.test(version));
}

function algorithmsOf({ algorithms }: AuthenticatorProfile) {
  return algorithms
    .filter((alg) => signingAlgorithm(alg) !== undefined)
    .map((alg) => ({ type: "public-key", alg }));
}

function describeOptions(context: CommandContext): Readonly<Record<string, boolean>> {
  const { profile, store } = context;
  const { options } = profile;
  const always = alwaysUv(context);
  return {
    rk: options.rk,
    up: true,
    plat: options.plat,
    ...(profile.builtInUv && { uv: builtInUvConfigured(context) }),
    ...(options.clientPin && { clientPin: pinIsSet(context) }),
    ...(options.alwaysUv !== undefined && { alwaysUv: always }),
    ...(options.enterpriseAttestation && { ep: store.memory.enterpriseAttestation ?? false }),
    ...(options.makeCredUvNotRqd && { makeCredUvNotRqd: !always }),
    ...present(options, [
      "pinUvAuthToken",
      "noMcGaPermissionsWithClientPin",
      "credMgmt",
      "perCredMgmtRO",
      "credentialMgmtPreview",
      "largeBlobs",
      "uvBioEnroll",
      "authnrCfg",
      "uvAcfg",
      "setMinPINLength",
    ]),
    ...(options.bioEnroll && { bioEnroll: hasFingerprints(context) }),
    ...(options.userVerificationMgmtPreview && { userVerificationMgmtPreview: hasFingerprints(context) }),
  };
}

/** Options that mean the same absent and false are left out when false. */
function present(
  options: AuthenticatorProfile["options"],
  names: readonly (keyof AuthenticatorProfile["options"])[],
): Record<string, boolean> {
  return Object.fromEntries(names.filter((name) => options[name] === true).map((name) => [name, true]));
}
