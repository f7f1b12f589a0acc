import { CtapCommand } from "../../ctap/command.js";
import { CoseAlgorithm } from "../../ctap/messages/cose.js";
import { INFO_MEMBERS } from "../../ctap/messages/get-info.js";
import { ATTESTATION_FAULTS, type AttestationFault } from "../profiles/attestation-fault.js";
import { COMMANDS } from "../authenticator/commands/commands.js";
import { knowsExtension } from "../authenticator/extensions/table.js";
import { signingAlgorithm } from "../authenticator/signing.js";
import { ProfileError, QUIRKS, type AuthenticatorProfile, type QuirkName } from "../profiles/profile.js";
import { GENERIC_PROFILE, PROFILES } from "../profiles/profiles.js";
import { dottedPath } from "../../core/place.js";
import { readAs } from "../../core/read-shape.js";
import { shape } from "../../core/shape.js";

const { flag, text } = shape;

/** One day, in milliseconds: longer than any simulated wait. */
const DURATION_MAX_MS = 86_400_000;
const durationMs = shape.between({ min: 0, max: DURATION_MAX_MS });
const tries = shape.between({ min: 1, max: 255 });

const OPTIONS = shape.object(
  {},
  {
    rk: flag,
    plat: flag,
    clientPin: flag,
    pinUvAuthToken: flag,
    noMcGaPermissionsWithClientPin: flag,
    makeCredUvNotRqd: flag,
    alwaysUv: flag,
    alwaysUvStays: flag,
    enterpriseAttestation: shape.oneOf(["vendor", "platform"]),
    longTouchForReset: flag,
    pinComplexityPolicy: flag,
    credMgmt: flag,
    perCredMgmtRO: flag,
    credentialMgmtPreview: flag,
    largeBlobs: flag,
    bioEnroll: flag,
    userVerificationMgmtPreview: flag,
    uvBioEnroll: flag,
    authnrCfg: flag,
    uvAcfg: flag,
    setMinPINLength: flag,
  },
);

const BUILT_IN_UV = shape.object(
  {
    modality: shape.between({ min: 1, max: 0x1fff }),
    configured: flag,
    impliesTouch: flag,
    // @see CTAP 2.3 §6.5.3.1: at most 25 retries, at most 5 attempts within a command
    retries: shape.between({ min: 1, max: 25 }),
    attemptsPerCommand: shape.between({ min: 1, max: 5 }),
  },
  {
    platformAttempts: shape.between({ min: 1, max: 255 }),
    enrollment: shape.object(
      {
        sensor: shape.oneOf(["touch", "swipe"]),
        samples: tries,
        templates: tries,
        nameBytes: shape.between({ min: 1, max: 255 }),
      },
      {},
    ),
  },
);

const LIMITS = shape.object(
  {},
  {
    // @see CTAP 2.3 §6.4: 1024 is the least a device may take; 7609 the most USB carries, phones take more
    maxMsgSize: shape.between({ min: 1024, max: 1_048_576 }),
    maxCredentialCountInList: shape.between({ min: 1, max: 65_535 }),
    maxCredentialIdLength: shape.between({ min: 1, max: 1023 }),
    discoverableCredentials: shape.between({ min: 0, max: 1_000_000 }),
    minPinLength: shape.between({ min: 4, max: 63 }),
    maxPinLength: shape.between({ min: 4, max: 63 }),
    pinRetries: shape.between({ min: 1, max: 8 }),
    pinMismatchesUntilPowerCycle: tries,
    // @see CTAP 2.3 §6.4: the least of maxSerializedLargeBlobArray and of maxCredBlobLength
    largeBlobArrayBytes: shape.between({ min: 1024, max: 1_048_576 }),
    directLargeBlobBytes: shape.between({ min: 1, max: 1_048_576 }),
    credBlobBytes: shape.between({ min: 32, max: 65_535 }),
    rpIdsForMinPinLength: shape.between({ min: 0, max: 255 }),
    // @see CTAP 2.3 §6.8.7: at least 32; an rp id has at most 255 bytes, because it is a host name
    shownRpIdBytes: shape.between({ min: 32, max: 255 }),
  },
);

const TIMEOUTS = shape.object(
  {},
  {
    upTimeoutMs: durationMs,
    resetWindowMs: durationMs,
    longTouchMs: durationMs,
    nextAssertionMs: durationMs,
    tokenFirstUseMs: durationMs,
    tokenUserPresentMs: durationMs,
    tokenLifeMs: durationMs,
    processingMs: durationMs,
  },
);

const USB = shape.object(
  {},
  {
    keepaliveMs: shape.between({ min: 1, max: DURATION_MAX_MS }),
    initDelayMs: durationMs,
    cancelDelayMs: durationMs,
  },
);

const ATTESTATION = shape.object(
  {},
  {
    formats: shape.list(shape.oneOf(["packed", "fido-u2f", "none"])),
    packed: shape.oneOf(["self", "basic"]),
    organization: text,
    country: shape.matching(/^[A-Z]{2}$/, "two capital letters"),
    enterpriseRpIds: shape.list(text),
    intermediate: flag,
    fault: shape.oneOf(Object.keys(ATTESTATION_FAULTS) as AttestationFault[]),
  },
);

const REPORTS = shape.object(
  { members: shape.list(shape.oneOf(INFO_MEMBERS)), options: shape.record(flag) },
  {},
);

const PROFILE = shape.object(
  {},
  {
    extends: text,
    name: text,
    description: text,
    sources: shape.list(text),
    reports: REPORTS,
    aaguid: shape.matching(/^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/, "a UUID with hyphens"),
    versions: shape.list(text),
    extensions: shape.list(text),
    transports: shape.list(text),
    algorithms: shape.list(shape.integer),
    pinUvAuthProtocols: shape.list(shape.oneOf([1, 2])),
    firmwareVersion: shape.between({ min: 0, max: Number.MAX_SAFE_INTEGER }),
    transportsForReset: shape.list(text),
    certifications: shape.record(shape.between({ min: 0, max: 255 })),
    vendorPrototypeConfigCommands: shape.list(shape.between({ min: 0, max: Number.MAX_SAFE_INTEGER })),
    pinComplexityPolicyUrl: text,
    options: OPTIONS,
    builtInUv: BUILT_IN_UV,
    hasDisplay: flag,
    limits: LIMITS,
    timeouts: TIMEOUTS,
    latencies: shape.record(shape.list(durationMs)),
    usb: USB,
    attestation: ATTESTATION,
    signCounter: shape.oneOf(["global", "per-credential", "zero"]),
    backup: shape.oneOf(["none", "eligible", "backed-up"]),
    quirks: shape.list(shape.oneOf(Object.keys(QUIRKS) as QuirkName[])),
  },
);

/**
 * Reads a profile from JSON: what differs from the profile named in `extends` (`generic` when absent).
 *
 * Lists replace, objects are merged member by member.
 *
 * @throws {ProfileError} for anything that is unknown, of the wrong type, or that no simulated device can be.
 */
export function parseProfile(json: unknown): AuthenticatorProfile {
  const { extends: baseName = GENERIC_PROFILE.name, ...own } = read(json);
  const base = PROFILES.get(baseName);
  if (base === undefined) {
    throw new ProfileError("PROFILE_UNKNOWN_BASE", `extends: no profile is called ${baseName}`, {
      hint: `There are ${[...PROFILES.keys()].join(", ")}.`,
    });
  }
  const profile: AuthenticatorProfile = {
    ...base,
    ...own,
    options: { ...base.options, ...own.options },
    limits: { ...base.limits, ...own.limits },
    timeouts: { ...base.timeouts, ...own.timeouts },
    attestation: { ...base.attestation, ...own.attestation },
  };
  checkTogether(profile);
  return profile;
}

function read(json: unknown) {
  return readAs(PROFILE, json, {
    codes: {
      unknownMember: "PROFILE_UNKNOWN_MEMBER",
      missingMember: "PROFILE_MISSING_MEMBER",
      wrongType: "PROFILE_WRONG_TYPE",
      badValue: "PROFILE_BAD_VALUE",
    },
    toError: ({ code, path, text, hint }) =>
      new ProfileError(code, `profile ${dottedPath(path)}: ${text}`, hint === undefined ? {} : { hint }),
  });
}

const ES256 = CoseAlgorithm.ES256;

/** Options that promise a command, and the command. */
const COMMAND_OF_OPTION = {
  credMgmt: CtapCommand.credentialManagement,
  credentialMgmtPreview: CtapCommand.credentialManagementPreview,
  largeBlobs: CtapCommand.largeBlobs,
  bioEnroll: CtapCommand.bioEnrollment,
  userVerificationMgmtPreview: CtapCommand.bioEnrollmentPreview,
  authnrCfg: CtapCommand.authenticatorConfig,
} as const;

/** What each member may say alone, but not beside the others. */
function checkTogether(profile: AuthenticatorProfile): void {
  const { options, limits, builtInUv } = profile;
  const pinOrToken = options.clientPin || options.pinUvAuthToken;
  const strangers = profile.extensions.filter((id) => !knowsExtension(id));
  const promised = (Object.keys(COMMAND_OF_OPTION) as (keyof typeof COMMAND_OF_OPTION)[]).filter(
    (name) => options[name] && !COMMANDS.has(COMMAND_OF_OPTION[name]),
  );
  const rules: readonly (readonly [broken: boolean, path: string, problem: string])[] = [
    [profile.versions.length === 0, "versions", "at least one is wanted"],
    [
      !profile.algorithms.some((alg) => signingAlgorithm(alg) !== undefined),
      "algorithms",
      "none of them can be signed with here",
    ],
    [strangers.length > 0, "extensions", `not simulated: ${strangers.join(", ")}`],
    [promised.length > 0, "options", `not simulated: ${promised.join(", ")}`],
    [
      pinOrToken && profile.pinUvAuthProtocols.length === 0,
      "pinUvAuthProtocols",
      "a PIN or a token needs a protocol",
    ],
    [
      options.pinUvAuthToken && !options.clientPin && builtInUv === undefined,
      "options.pinUvAuthToken",
      "there is neither PIN nor built-in verification to earn one with",
    ],
    [
      profile.extensions.includes("largeBlob") &&
        (profile.extensions.includes("largeBlobKey") || options.largeBlobs),
      "extensions",
      "largeBlob excludes largeBlobKey and the option largeBlobs",
    ],
    [
      profile.extensions.includes("largeBlobKey") !== options.largeBlobs,
      "options.largeBlobs",
      "the extension largeBlobKey and this option come together",
    ],
    [
      profile.extensions.includes("hmac-secret-mc") && !profile.extensions.includes("hmac-secret"),
      "extensions",
      "hmac-secret-mc needs hmac-secret",
    ],
    [
      (options.bioEnroll || options.userVerificationMgmtPreview) && builtInUv?.enrollment === undefined,
      "builtInUv.enrollment",
      "a device that enrols fingers needs to say how",
    ],
    [
      profile.versions.includes("U2F_V2") && !profile.algorithms.includes(ES256),
      "algorithms",
      "U2F_V2 needs ES256 (-7)",
    ],
    [
      Object.values(profile.latencies ?? {}).some((quantiles) => !isAscending(quantiles)),
      "latencies",
      "each takes at least one time, none below zero, in ascending order",
    ],
    [
      Object.keys(profile.latencies ?? {}).some((name) => !(name in CtapCommand)),
      "latencies",
      `named after commands: ${Object.keys(CtapCommand).join(", ")}`,
    ],
    [limits.minPinLength > limits.maxPinLength, "limits.minPinLength", "more than maxPinLength"],
    [profile.attestation.formats.length === 0, "attestation.formats", "at least one is wanted"],
  ];
  const broken = rules.find(([isBroken]) => isBroken);
  if (broken) throw new ProfileError("PROFILE_BAD_VALUE", `profile ${broken[1]}: ${broken[2]}`);
}

function isAscending(quantiles: readonly number[]): boolean {
  return (
    quantiles.length > 0 &&
    quantiles.every((ms, at) => ms >= (quantiles[at - 1] ?? 0) && ms <= DURATION_MAX_MS)
  );
}
