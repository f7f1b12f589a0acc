import { toHex } from "../../core/bytes.js";
import { CoseAlgorithm } from "../../ctap/messages/cose.js";
import type { AuthenticatorInfo } from "../../ctap/messages/get-info.js";
import type { HidInit } from "../../transports/hid/initialise.js";
import { configCommands } from "../authenticator/commands/authenticator-config.js";
import { knowsExtension } from "../authenticator/extensions/table.js";
import { signingAlgorithm } from "../authenticator/signing.js";
import type {
  AuthenticatorProfile,
  BuiltInUv,
  ProfileLimits,
  ProfileOptions,
  ProfileReports,
} from "../profiles/profile.js";
import { NO_OPTIONS, BASE_PROFILE } from "../profiles/base-profile.js";

export interface LearnedProfile {
  readonly profile: AuthenticatorProfile;
  readonly notes: readonly LearningNote[];
}

/** What the device says and the simulator cannot say or do, or only differently. */
export interface LearningNote {
  /** Member of getInfo, with the option's id where it is one: `extensions`, `options.up`. */
  readonly member: string;
  readonly text: string;
}

/** Longest credential id there is. @see WebAuthn Level 3 §6.5.1 */
const CREDENTIAL_ID_BYTES_MAX = 1023;
const FINGERPRINT = 2;

/**
 * A profile that says of itself what a device said, and does what that promises.
 *
 * What getInfo does not report (times, retries, attestation, quirks) is as {@link BASE_PROFILE} has it. Whether a PIN
 * is set and a finger enrolled is the device's state, not its model: a simulated one starts without a PIN.
 */
export function learnProfile(
  info: AuthenticatorInfo,
  hid?: Pick<HidInit, "deviceVersion" | "capabilities">,
): LearnedProfile {
  const said = info.options ?? {};
  const builtInUv = said["uv"] === undefined ? undefined : builtInUvOf(info, said);
  const options = optionsOf(said, info.options);
  const vendorCommands = info.vendorPrototypeConfigCommands?.filter((id) => typeof id === "number");
  const { firmwareVersion, pinComplexityPolicyUrl: url } = info;
  const profile: AuthenticatorProfile = {
    ...BASE_PROFILE,
    name: "learned",
    description: describe(hid),
    aaguid: uuidOf(info.aaguid),
    versions: info.versions,
    extensions: (info.extensions ?? []).filter(knowsExtension),
    transports: info.transports ?? BASE_PROFILE.transports,
    algorithms: algorithmsOf(info),
    pinUvAuthProtocols: protocolsOf(info, options),
    firmwareVersion: typeof firmwareVersion === "number" ? firmwareVersion : BASE_PROFILE.firmwareVersion,
    options: { ...options, ...policies(info) },
    ...(builtInUv && { builtInUv }),
    limits: limitsOf(info),
    attestation: { ...BASE_PROFILE.attestation, formats: formatsOf(info) },
    ...(info.transportsForReset && { transportsForReset: info.transportsForReset }),
    ...(info.certifications && { certifications: info.certifications }),
    ...(vendorCommands && { vendorPrototypeConfigCommands: vendorCommands }),
    ...(url && { pinComplexityPolicyUrl: new TextDecoder().decode(url) }),
    reports: reportsOf(info),
  };
  return { profile, notes: notesOn(info, profile, hid) };
}

function optionsOf(
  said: Readonly<Record<string, boolean>>,
  listed: AuthenticatorInfo["options"],
): ProfileOptions {
  const known = Object.keys(NO_OPTIONS) as (keyof ProfileOptions)[];
  const promised = Object.fromEntries(known.filter((id) => said[id] === true).map((id) => [id, true]));
  const { alwaysUv, ep, clientPin, bioEnroll, userVerificationMgmtPreview: preview } = said;
  return {
    ...NO_OPTIONS,
    ...promised,
    // Present and false means: supported, not set up.
    clientPin: clientPin !== undefined,
    bioEnroll: bioEnroll !== undefined,
    userVerificationMgmtPreview: preview !== undefined,
    // @see CTAP 2.3 §6.4: without the map, only rk and plat default to false
    rk: listed?.["rk"] ?? false,
    ...(alwaysUv !== undefined && { alwaysUv }),
    ...(ep !== undefined && { enterpriseAttestation: "vendor" }),
  };
}

/** Switches that are members of their own, not options. */
function policies({ longTouchForReset, pinComplexityPolicy }: AuthenticatorInfo): Partial<ProfileOptions> {
  return {
    ...(longTouchForReset !== undefined && { longTouchForReset }),
    ...(pinComplexityPolicy !== undefined && { pinComplexityPolicy }),
  };
}

function builtInUvOf(info: AuthenticatorInfo, said: Readonly<Record<string, boolean>>): BuiltInUv {
  const enrols = said["bioEnroll"] !== undefined || said["userVerificationMgmtPreview"] !== undefined;
  const attempts = info.preferredPlatformUvAttempts;
  return {
    modality: info.uvModality ?? FINGERPRINT,
    configured: said["uv"] === true,
    impliesTouch: true,
    retries: 5,
    attemptsPerCommand: 3,
    ...(attempts !== undefined && { platformAttempts: attempts }),
    ...(enrols && { enrollment: { sensor: "touch", samples: 5, templates: 5, nameBytes: 15 } }),
  };
}

function limitsOf(info: AuthenticatorInfo): ProfileLimits {
  const { limits } = BASE_PROFILE;
  return {
    ...limits,
    maxMsgSize: Math.max(info.maxMsgSize ?? 0, limits.maxMsgSize),
    maxCredentialCountInList: info.maxCredentialCountInList ?? limits.maxCredentialCountInList,
    maxCredentialIdLength: Math.min(
      info.maxCredentialIdLength ?? limits.maxCredentialIdLength,
      CREDENTIAL_ID_BYTES_MAX,
    ),
    discoverableCredentials:
      info.options?.["rk"] === true
        ? (info.remainingDiscoverableCredentials ?? limits.discoverableCredentials)
        : 0,
    minPinLength: info.minPinLength ?? limits.minPinLength,
    maxPinLength: info.maxPinLength ?? limits.maxPinLength,
    rpIdsForMinPinLength: info.maxRpIdsForSetMinPinLength ?? limits.rpIdsForMinPinLength,
    ...(info.maxSerializedLargeBlobArray !== undefined && {
      largeBlobArrayBytes: info.maxSerializedLargeBlobArray,
    }),
    ...(info.maxCredBlobLength !== undefined && { credBlobBytes: info.maxCredBlobLength }),
  };
}

function algorithmsOf({ algorithms, versions }: AuthenticatorInfo): readonly number[] {
  const usable = (algorithms ?? [])
    .filter(({ type, alg }) => type === "public-key" && signingAlgorithm(alg) !== undefined)
    .map(({ alg }) => alg);
  if (usable.length === 0) return BASE_PROFILE.algorithms;
  // U2F is ES256, whatever the list for CTAP2 says.
  const u2fNeedsMore = versions.includes("U2F_V2") && !usable.includes(CoseAlgorithm.ES256);
  return u2fNeedsMore ? [...usable, CoseAlgorithm.ES256] : usable;
}

/** A device that has a PIN and names no protocol speaks the first one: CTAP 2.0 had no other. */
function protocolsOf(
  { pinUvAuthProtocols = [] }: AuthenticatorInfo,
  { clientPin, pinUvAuthToken }: ProfileOptions,
): readonly (1 | 2)[] {
  const known = pinUvAuthProtocols.filter((version) => version === 1 || version === 2);
  return known.length === 0 && (clientPin || pinUvAuthToken) ? [1] : known;
}

function formatsOf({
  attestationFormats = [],
}: AuthenticatorInfo): AuthenticatorProfile["attestation"]["formats"] {
  const known = attestationFormats.filter((fmt) => fmt === "packed" || fmt === "fido-u2f" || fmt === "none");
  return known.length > 0 ? known : BASE_PROFILE.attestation.formats;
}

function reportsOf(info: AuthenticatorInfo): ProfileReports {
  const members = (Object.keys(info) as (keyof AuthenticatorInfo)[]).filter(
    (name) => name !== "versions" && name !== "aaguid",
  );
  return { members, options: info.options ?? {} };
}

function describe(hid: Pick<HidInit, "deviceVersion"> | undefined): string {
  if (hid === undefined) return "Learned from what a device said of itself";
  const { major, minor, build } = hid.deviceVersion;
  return `Learned from what a device of version ${major}.${minor}.${build} said of itself`;
}

function uuidOf(bytes: Uint8Array): string {
  const hex = toHex(bytes);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function notesOn(
  info: AuthenticatorInfo,
  profile: AuthenticatorProfile,
  hid: Pick<HidInit, "capabilities"> | undefined,
): readonly LearningNote[] {
  const said = info.options ?? {};
  const strangers = (info.extensions ?? []).filter((id) => !knowsExtension(id));
  const unsigned = (info.algorithms ?? []).filter(({ alg }) => !profile.algorithms.includes(alg));
  const protocols = (info.pinUvAuthProtocols ?? []).filter((version) => version !== 1 && version !== 2);
  const config = info.authenticatorConfigCommands;
  const vendor = info.vendorPrototypeConfigCommands;
  const encrypted = (member: Uint8Array | undefined) =>
    member !== undefined && !profile.options.perCredMgmtRO;
  const u2f = info.versions.includes("U2F_V2");
  const findings: readonly (readonly [applies: boolean, member: string, text: string])[] = [
    [strangers.length > 0, "extensions", `not simulated: ${strangers.join(", ")}`],
    [protocols.length > 0, "pinUvAuthProtocols", `not simulated: ${protocols.join(", ")}`],
    [unsigned.length > 0, "algorithms", `not simulated: ${unsigned.map(({ alg }) => alg).join(", ")}`],
    [protocols.length > 0, "pinUvAuthProtocols", `not simulated: ${protocols.join(", ")}`],
    [said["up"] === false, "options.up", "a simulated device always tests presence"],
    [
      (info.maxMsgSize ?? profile.limits.maxMsgSize) < profile.limits.maxMsgSize,
      "maxMsgSize",
      "1024 is the least a device may take",
    ],
    [
      (info.maxCredentialIdLength ?? 0) > CREDENTIAL_ID_BYTES_MAX,
      "maxCredentialIdLength",
      `${CREDENTIAL_ID_BYTES_MAX} is the most there is`,
    ],
    [typeof info.firmwareVersion === "bigint", "firmwareVersion", "a profile cannot say a number above 2^53"],
    [
      info.uvModality !== undefined && profile.builtInUv === undefined,
      "uvModality",
      "named by a device without built-in verification",
    ],
    [
      config !== undefined && config.join() !== configCommands(profile).join(),
      "authenticatorConfigCommands",
      "follow from the options of the profile",
    ],
    [encrypted(info.encIdentifier), "encIdentifier", "comes with the option perCredMgmtRO"],
    [encrypted(info.encCredStoreState), "encCredStoreState", "comes with the option perCredMgmtRO"],
    [
      vendor?.length !== profile.vendorPrototypeConfigCommands?.length,
      "vendorPrototypeConfigCommands",
      "those above 2^53 are left out",
    ],
    [
      u2f && said["alwaysUv"] === true && said["uv"] !== true,
      "versions",
      "U2F_V2 is not listed while the device always verifies and nobody is enrolled",
    ],
    [u2f && hid?.capabilities.msg === false, "versions", "the device lists U2F_V2 but takes no U2F messages"],
  ];
  return findings.flatMap(([applies, member, text]) => (applies ? [{ member, text }] : []));
}
