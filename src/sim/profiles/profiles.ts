import type { AuthenticatorProfile, ProfileOptions } from "./profile.js";
import { PHONE_LIMITS } from "./base-profile.js";
import { FEITIAN_PROFILES } from "./feitian.js";
import { OPEN_SOURCE_PROFILES } from "./open-source.js";
import { PLATFORM_PROFILES } from "./platforms.js";
import { SECURITY_KEY_PROFILES } from "./security-keys.js";
import { YUBICO_PROFILES } from "./yubico.js";

/** What a key had before its credentials and settings could be managed. */
const EARLY_OPTIONS: ProfileOptions = {
  rk: true,
  plat: false,
  clientPin: true,
  pinUvAuthToken: true,
  noMcGaPermissionsWithClientPin: false,
  makeCredUvNotRqd: true,
  alwaysUvStays: false,
  credMgmt: false,
  perCredMgmtRO: false,
  credentialMgmtPreview: false,
  largeBlobs: false,
  bioEnroll: false,
  userVerificationMgmtPreview: false,
  uvBioEnroll: false,
  authnrCfg: false,
  uvAcfg: false,
  setMinPINLength: false,
};

/** CTAP 2.1 roaming key without oddities: PIN, tokens, both protocols, 25 discoverable credentials. */
export const GENERIC_PROFILE: AuthenticatorProfile = {
  name: "generic",
  description: "CTAP 2.1 security key that keeps to the specification",
  aaguid: "7f1b0e5c-2d34-4a6b-9c8d-0e1f2a3b4c5d",
  versions: ["U2F_V2", "FIDO_2_0", "FIDO_2_1"],
  extensions: ["credProtect", "hmac-secret", "credBlob", "minPinLength"],
  transports: ["usb"],
  algorithms: [-7],
  pinUvAuthProtocols: [2, 1],
  firmwareVersion: 1,
  options: {
    ...EARLY_OPTIONS,
    credMgmt: true,
    authnrCfg: true,
    setMinPINLength: true,
  },
  hasDisplay: false,
  limits: {
    maxMsgSize: 1200,
    maxCredentialCountInList: 8,
    maxCredentialIdLength: 255,
    discoverableCredentials: 25,
    minPinLength: 4,
    maxPinLength: 63,
    pinRetries: 8,
    pinMismatchesUntilPowerCycle: 3,
    rpIdsForMinPinLength: 4,
    shownRpIdBytes: 255,
  },
  timeouts: {
    upTimeoutMs: 30_000,
    resetWindowMs: 10_000,
    longTouchMs: 5_000,
    nextAssertionMs: 30_000,
    tokenFirstUseMs: 30_000,
    tokenUserPresentMs: 30_000,
    tokenLifeMs: 600_000,
    processingMs: 0,
  },
  attestation: {
    formats: ["packed", "fido-u2f", "none"],
    packed: "basic",
    organization: "Passkey Harness",
    country: "US",
    enterpriseRpIds: [],
  },
  signCounter: "global",
  backup: "none",
  quirks: [],
};

/** CTAP 2.3 with what this simulator can do of it. */
const FULL: AuthenticatorProfile = {
  ...GENERIC_PROFILE,
  name: "ctap23",
  description: "CTAP 2.3 security key with everything switched on",
  aaguid: "7f1b0e5c-2d34-4a6b-9c8d-0e1f2a3b4c23",
  versions: ["FIDO_2_0", "FIDO_2_1", "FIDO_2_2", "FIDO_2_3"],
  // All but largeBlob and prf, which are the phone's way of doing what largeBlobKey and hmac-secret do.
  extensions: [
    "credProtect",
    "hmac-secret",
    "hmac-secret-mc",
    "credBlob",
    "largeBlobKey",
    "minPinLength",
    "pinComplexityPolicy",
    "thirdPartyPayment",
    "uvm",
  ],
  algorithms: [-7, -8, -35, -36, -47, -9, -19, -51, -52],
  options: {
    ...GENERIC_PROFILE.options,
    enterpriseAttestation: "platform",
    alwaysUv: false,
    longTouchForReset: false,
    pinComplexityPolicy: false,
    perCredMgmtRO: true,
    largeBlobs: true,
    uvAcfg: true,
  },
  limits: {
    ...GENERIC_PROFILE.limits,
    maxMsgSize: 7609,
    discoverableCredentials: 100,
    largeBlobArrayBytes: 4096,
    credBlobBytes: 64,
    rpIdsForMinPinLength: 8,
    shownRpIdBytes: 32,
  },
  transportsForReset: ["usb"],
  certifications: { FIDO: 1 },
  // Random, as the specification wants ids to be: nobody else's command has it.
  vendorPrototypeConfigCommands: [0x6f_3d1c_a94b],
  pinComplexityPolicyUrl: "https://passkey-harness.invalid/pin-policy",
};

/**
 * Behaves like a YubiKey 5 of firmware 5.4; the AAGUID is our own, so that nobody takes it for one.
 *
 * The preview of credential management is left out. What getInfo says is its metadata statement's;
 * the touch time-out is what python-fido2 expects of it.
 */
const YUBIKEY_5: AuthenticatorProfile = {
  ...GENERIC_PROFILE,
  name: "yubikey5",
  description: "Behaves like a YubiKey 5 (firmware 5.4)",
  aaguid: "7f1b0e5c-2d34-4a6b-9c8d-0e1f2a3b4c05",
  versions: ["U2F_V2", "FIDO_2_0", "FIDO_2_1_PRE"],
  extensions: ["credProtect", "hmac-secret"],
  algorithms: [-7, -8],
  firmwareVersion: 328_706,
  options: { ...EARLY_OPTIONS, pinUvAuthToken: false, makeCredUvNotRqd: false },
  limits: { ...GENERIC_PROFILE.limits, maxCredentialIdLength: 128 },
  quirks: ["answers3aOnTouchTimeout"],
};

/** The generic key with the one difference that splits clients: which status a touch that never comes gets. */
const ANSWERS_3A: AuthenticatorProfile = {
  ...GENERIC_PROFILE,
  name: "answers-3a",
  description: "Answers 0x3A where the specification and other keys answer 0x27 or 0x2F",
  aaguid: "7f1b0e5c-2d34-4a6b-9c8d-0e1f2a3b4c3a",
  quirks: ["answers3aOnTouchTimeout"],
};

/** Fingerprint reader on the key, PIN as the way out. */
const FINGERPRINT: AuthenticatorProfile = {
  ...GENERIC_PROFILE,
  name: "fingerprint",
  description: "CTAP 2.1 security key with a fingerprint reader and an enrolled finger",
  aaguid: "7f1b0e5c-2d34-4a6b-9c8d-0e1f2a3b4cf1",
  options: { ...GENERIC_PROFILE.options, bioEnroll: true, uvBioEnroll: true },
  builtInUv: {
    modality: 2,
    configured: true,
    impliesTouch: true,
    retries: 5,
    attemptsPerCommand: 3,
    enrollment: { sensor: "touch", samples: 4, templates: 5, nameBytes: 32 },
  },
};

/**
 * The authenticator inside a phone as a desktop sees it: screen lock instead of a PIN protocol, synced
 * passkeys, a display.
 *
 * Versions, options and the AAGUID of zeros are what Android phones report over hybrid; the times and limits
 * are ours. Source: device log in a public SimpleWebAuthn thread.
 */
const PHONE: AuthenticatorProfile = {
  ...GENERIC_PROFILE,
  name: "phone",
  description:
    "Platform authenticator of a phone: screen lock, synced passkeys, chooses accounts on its display",
  aaguid: "00000000-0000-0000-0000-000000000000",
  versions: ["FIDO_2_0", "FIDO_2_1"],
  extensions: ["largeBlob", "prf"],
  transports: ["internal", "hybrid"],
  pinUvAuthProtocols: [],
  options: {
    ...EARLY_OPTIONS,
    clientPin: false,
    pinUvAuthToken: false,
    makeCredUvNotRqd: false,
  },
  builtInUv: { modality: 2 | 4, configured: true, impliesTouch: true, retries: 5, attemptsPerCommand: 3 },
  hasDisplay: true,
  limits: { ...GENERIC_PROFILE.limits, ...PHONE_LIMITS },
  timeouts: { ...GENERIC_PROFILE.timeouts, upTimeoutMs: 60_000 },
  attestation: { ...GENERIC_PROFILE.attestation, formats: ["none"] },
  signCounter: "zero",
  backup: "backed-up",
};

/** Post-quantum credentials, with messages as long as USB carries: an answer with a new key takes 4 to 7 KiB. */
const POST_QUANTUM: AuthenticatorProfile = {
  ...GENERIC_PROFILE,
  name: "post-quantum",
  description: "CTAP 2.1 security key that prefers ML-DSA-65, then ML-DSA-44, then ES256",
  aaguid: "7f1b0e5c-2d34-4a6b-9c8d-0e1f2a3b4c49",
  algorithms: [-49, -48, -7],
  limits: { ...GENERIC_PROFILE.limits, maxMsgSize: 7609 },
};

/** CTAP 2.0 as it was sold in 2019. Source: google/CTAP2-test-tool results. */
const CTAP_20: AuthenticatorProfile = {
  ...GENERIC_PROFILE,
  name: "ctap20",
  description: "CTAP 2.0 security key with the habits of its time",
  aaguid: "7f1b0e5c-2d34-4a6b-9c8d-0e1f2a3b4c20",
  versions: ["U2F_V2", "FIDO_2_0"],
  extensions: ["hmac-secret"],
  pinUvAuthProtocols: [1],
  options: { ...EARLY_OPTIONS, pinUvAuthToken: false, makeCredUvNotRqd: false },
  quirks: [
    "touchesBeforeNoCredentials",
    "answers33ToEmptyPinAuth",
    "answers33ToPinAuthWithoutPin",
    "answers2fOnTouchTimeout",
    "omitsSingleCredential",
  ],
};

/** A key of 2014: U2F, and nothing else. */
const U2F_ONLY: AuthenticatorProfile = {
  ...GENERIC_PROFILE,
  name: "u2f-only",
  description: "U2F security key from before CTAP2: no CBOR, no PIN, nothing discoverable",
  aaguid: "7f1b0e5c-2d34-4a6b-9c8d-0e1f2a3b4c2f",
  versions: ["U2F_V2"],
  extensions: [],
  pinUvAuthProtocols: [],
  options: {
    ...EARLY_OPTIONS,
    rk: false,
    clientPin: false,
    pinUvAuthToken: false,
    makeCredUvNotRqd: false,
  },
  limits: { ...GENERIC_PROFILE.limits, discoverableCredentials: 0 },
  attestation: { ...GENERIC_PROFILE.attestation, formats: ["fido-u2f"] },
};

/** Devices people can buy, with the AAGUIDs they have. */
const DEVICES: readonly AuthenticatorProfile[] = [
  ...YUBICO_PROFILES,
  ...SECURITY_KEY_PROFILES,
  ...FEITIAN_PROFILES,
  ...OPEN_SOURCE_PROFILES,
  ...PLATFORM_PROFILES,
];

/**
 * Every profile this library ships, by name.
 *
 * @example
 * console.log([...PROFILES.keys()]);
 */
export const PROFILES: ReadonlyMap<string, AuthenticatorProfile> = new Map(
  [
    GENERIC_PROFILE,
    FULL,
    YUBIKEY_5,
    ANSWERS_3A,
    FINGERPRINT,
    PHONE,
    POST_QUANTUM,
    ...DEVICES,
    CTAP_20,
    U2F_ONLY,
  ].map((profile) => [profile.name, profile]),
);

/**
 *
 * @param name of a simulated authenticator, as `PROFILES` lists them.
 * @returns the profile.
 * @throws {RangeError} for a name nobody gave; the message lists those there are.
 *
 * @example
 * profileNamed("yubikey5").timeouts.upTimeoutMs; // milliseconds
 */
export function profileNamed(name: string): AuthenticatorProfile {
  const profile = PROFILES.get(name);
  if (profile === undefined) {
    throw new RangeError(`no profile is called ${name}; there are ${[...PROFILES.keys()].join(", ")}`);
  }
  return profile;
}
