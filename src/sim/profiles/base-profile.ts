import type { AuthenticatorProfile, ProfileOptions } from "./profile.js";

/** Options of a device that lists none. */
export const NO_OPTIONS: ProfileOptions = {
  rk: false,
  plat: false,
  clientPin: false,
  pinUvAuthToken: false,
  noMcGaPermissionsWithClientPin: false,
  makeCredUvNotRqd: false,
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

/**
 * Limits of a phone: its platform takes the lists of any site. Credential ids are as long as WebAuthn lets them be.
 *
 * @see WebAuthn Level 3 §4 (credential ID)
 */
export const PHONE_LIMITS = {
  maxMsgSize: 65_535,
  maxCredentialCountInList: 1_000,
  maxCredentialIdLength: 1_023,
  discoverableCredentials: 1_000,
} as const;

/** What getInfo does not tell, as most devices have it; and what its absent members mean. */
export const BASE_PROFILE: AuthenticatorProfile = {
  name: "untold",
  description: "What getInfo does not tell",
  aaguid: "00000000-0000-0000-0000-000000000000",
  versions: ["FIDO_2_0"],
  extensions: [],
  transports: ["usb"],
  algorithms: [-7],
  pinUvAuthProtocols: [],
  firmwareVersion: 0,
  options: NO_OPTIONS,
  hasDisplay: false,
  limits: {
    maxMsgSize: 1024,
    maxCredentialCountInList: 8,
    maxCredentialIdLength: 255,
    discoverableCredentials: 25,
    minPinLength: 4,
    maxPinLength: 63,
    pinRetries: 8,
    pinMismatchesUntilPowerCycle: 3,
    rpIdsForMinPinLength: 0,
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
    formats: ["packed", "none"],
    packed: "basic",
    organization: "Passkey Harness",
    country: "US",
    enterpriseRpIds: [],
  },
  signCounter: "global",
  backup: "none",
  quirks: [],
};
