import { encodeInfo, type AuthenticatorInfo } from "../../ctap/get-info.js";
import type { AuthenticatorProfile } from "../profile.js";
import { aaguidBytes } from "./attestation.js";
import { alwaysUv, builtInUvConfigured, pinIsSet, type CommandContext, type SimCommand } from "./context.js";
import { minPinLength } from "./pin-policy.js";
import { signingAlgorithm } from "./signing.js";

/** authenticatorGetInfo: what the profile says, as far as it is true right now. @see CTAP 2.3 §6.4 */
export const getInfo: SimCommand = (context) => encodeInfo(describe(context));

function describe(context: CommandContext): AuthenticatorInfo {
  const { profile, store } = context;
  const { limits, options, attestation } = profile;
  const modern = profile.versions.some((version) => version !== "U2F_V2" && version !== "FIDO_2_0");
  const recent = profile.versions.some((version) => /^FIDO_2_[2-9]$/.test(version));
  return {
    versions: profile.versions,
    ...(profile.extensions.length > 0 && { extensions: profile.extensions }),
    aaguid: aaguidBytes(profile),
    options: describeOptions(context),
    maxMsgSize: limits.maxMsgSize,
    ...(profile.pinUvAuthProtocols.length > 0 && { pinUvAuthProtocols: profile.pinUvAuthProtocols }),
    // From here on members of 2.1 and later.
    ...(modern && {
      maxCredentialCountInList: limits.maxCredentialCountInList,
      maxCredentialIdLength: limits.maxCredentialIdLength,
      transports: profile.transports,
      algorithms: algorithmsOf(profile),
      firmwareVersion: profile.firmwareVersion,
      ...(options.clientPin && {
        forcePinChange: store.memory.forcePinChange ?? false,
        minPinLength: minPinLength(context),
      }),
      ...(profile.builtInUv && { uvModality: profile.builtInUv.modality }),
      ...(options.rk && {
        remainingDiscoverableCredentials: limits.discoverableCredentials - store.discoverableCount,
      }),
    }),
    ...(recent && {
      attestationFormats: attestation.formats,
      ...(options.clientPin && { maxPinLength: limits.maxPinLength }),
    }),
  };
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
      "largeBlobs",
      "uvBioEnroll",
      "authnrCfg",
      "uvAcfg",
      "setMinPINLength",
    ]),
    ...(options.bioEnroll && { bioEnroll: builtInUvConfigured(context) }),
  };
}

/** Options that mean the same absent and false are left out when false. */
function present(
  options: AuthenticatorProfile["options"],
  names: readonly (keyof AuthenticatorProfile["options"])[],
): Record<string, boolean> {
  return Object.fromEntries(names.filter((name) => options[name] === true).map((name) => [name, true]));
}
