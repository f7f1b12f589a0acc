import type { AuthenticatorProfile } from "./profile.js";
import { NO_OPTIONS, BASE_PROFILE, PHONE_LIMITS } from "./base-profile.js";

const WINDOWS_HELLO: AuthenticatorProfile = {
  ...BASE_PROFILE,
  name: "windows-hello",
  description: "Windows Hello, VBS hardware authenticator: RSA credentials only, verifies by screen lock",
  sources: [
    "getinfo-078 (Windows Hello VBS Hardware Authenticator; web-auth/webauthn-framework: tests/blob.jwt)",
  ],
  aaguid: "9ddd1817-af5a-4672-a2b9-3e3dd95000a9",
  transports: ["internal"],
  algorithms: [-257],
  firmwareVersion: 19042,
  options: { ...NO_OPTIONS, rk: true, plat: true },
  builtInUv: { modality: 6, configured: true, impliesTouch: true, retries: 5, attemptsPerCommand: 3 },
  hasDisplay: true,
  limits: { ...BASE_PROFILE.limits, maxCredentialCountInList: 100, maxCredentialIdLength: 32 },
  reports: {
    members: [
      "options",
      "maxCredentialCountInList",
      "maxCredentialIdLength",
      "transports",
      "algorithms",
      "minPinLength",
      "firmwareVersion",
    ],
    options: { rk: true, up: true, plat: true, uv: true },
  },
};

const ANDROID: AuthenticatorProfile = {
  ...BASE_PROFILE,
  name: "android-chrome",
  description: "Android phone over hybrid, Chromium's implementation: synced passkeys",
  sources: [
    "getinfo-android-hybrid-chromium (Android phone as hybrid (caBLE v2) authenticator, Chromium library; chromium/chromium: device/fido/cable/v2_authenticator.cc (BuildGetInfoResponse))",
    "timeouts: chromium/chromium, cablev2_authenticator (platform request of 60 s)",
  ],
  versions: ["FIDO_2_0", "FIDO_2_1"],
  extensions: ["prf"],
  transports: ["cable", "hybrid", "internal"],
  options: { ...NO_OPTIONS, rk: true },
  builtInUv: { modality: 6, configured: true, impliesTouch: true, retries: 5, attemptsPerCommand: 3 },
  hasDisplay: true,
  limits: { ...BASE_PROFILE.limits, ...PHONE_LIMITS },
  timeouts: { ...BASE_PROFILE.timeouts, upTimeoutMs: 60000 },
  attestation: { ...BASE_PROFILE.attestation, formats: ["none"] },
  signCounter: "zero",
  backup: "backed-up",
  reports: { members: ["extensions", "options", "transports"], options: { rk: true, uv: true } },
};

const ANDROID_PLATFORM: AuthenticatorProfile = {
  ...BASE_PROFILE,
  name: "android-platform",
  description: "Android phone's own authenticator as its metadata statement has it: bound to the device",
  sources: [
    "getinfo-091 (Android Authenticator with SafetyNet Attestation; web-auth/webauthn-framework: tests/blob.jwt)",
  ],
  aaguid: "b93fd961-f2e6-462f-b122-82002247de78",
  transports: ["internal"],
  options: { ...NO_OPTIONS, rk: true, plat: true },
  builtInUv: { modality: 6, configured: true, impliesTouch: true, retries: 5, attemptsPerCommand: 3 },
  hasDisplay: true,
  reports: { members: ["options", "transports", "algorithms"], options: { rk: true, uv: true, plat: true } },
};

const IPHONE: AuthenticatorProfile = {
  ...BASE_PROFILE,
  name: "iphone",
  description: "iPhone over hybrid (iOS 16): synced passkeys",
  sources: [
    "post-handshake message `iOS 16` of tests/vectors/hybrid.json (kanidm/webauthn-rs: webauthn-authenticator-rs/src/cable/tunnel.rs)",
  ],
  aaguid: "f24a8e70-d0d3-f82c-2937-32523cc4de5a",
  transports: ["internal", "hybrid"],
  options: { ...NO_OPTIONS, rk: true },
  builtInUv: { modality: 6, configured: true, impliesTouch: true, retries: 5, attemptsPerCommand: 3 },
  hasDisplay: true,
  limits: { ...BASE_PROFILE.limits, ...PHONE_LIMITS },
  attestation: { ...BASE_PROFILE.attestation, formats: ["none"] },
  signCounter: "zero",
  backup: "backed-up",
  reports: { members: ["options", "transports"], options: { rk: true, uv: true } },
};

/**
 * Authenticators inside phones and computers. Over USB they exist only here.
 *
 * What getInfo does not tell (limits, counters, backup flags, attestation) is ours; Windows Hello really
 * attests with the format tpm.
 */
export const PLATFORM_PROFILES: readonly AuthenticatorProfile[] = [
  WINDOWS_HELLO,
  ANDROID,
  ANDROID_PLATFORM,
  IPHONE,
];
