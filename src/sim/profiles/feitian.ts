import type { AuthenticatorProfile } from "./profile.js";
import { NO_OPTIONS, BASE_PROFILE } from "./base-profile.js";

const BIOPASS: AuthenticatorProfile = {
  ...BASE_PROFILE,
  name: "feitian-biopass",
  description:
    "Feitian BioPass FIDO2 Plus, with the manners measured on the BioPass FIDO2: fingerprint reader",
  sources: [
    "getinfo-089 (Feitian BioPass FIDO2 Plus Authenticator; web-auth/webauthn-framework: tests/blob.jwt)",
    "quirks: google/CTAP2-test-tool results of the BioPass FIDO2, an older model",
    "timeouts, as measured on the BioPass FIDO2 being chosen: kanidm/webauthn-rs, issue `Google Titan Key v2 (K52T) doesn’t handle CTAP 2.0 MakeCredential-based selection correctly`",
  ],
  aaguid: "b6ede29c-3772-412c-8a78-539c1f4c62d2",
  versions: ["U2F_V2", "FIDO_2_0", "FIDO_2_1_PRE"],
  extensions: ["credProtect", "hmac-secret"],
  pinUvAuthProtocols: [1],
  firmwareVersion: 1,
  options: { ...NO_OPTIONS, rk: true, clientPin: true, credentialMgmtPreview: true },
  builtInUv: { modality: 2, configured: true, impliesTouch: true, retries: 5, attemptsPerCommand: 3 },
  timeouts: { ...BASE_PROFILE.timeouts, upTimeoutMs: 10000 },
  quirks: [
    "answers2fOnTouchTimeout",
    "answers2bToUnknownExtension",
    "excludesForeignRp",
    "answers33ToEmptyPinAuth",
    "answersEmptyMapWhenNoRps",
  ],
  reports: {
    members: ["extensions", "options", "pinUvAuthProtocols", "firmwareVersion"],
    options: { rk: true, up: true, uv: true, plat: false, clientPin: true, credentialMgmtPreview: true },
  },
};

const EPASS: AuthenticatorProfile = {
  ...BASE_PROFILE,
  name: "feitian-epass",
  description: "Feitian ePass FIDO2 NFC: CTAP 2.1 preview, gives up on a touch after 10 s with 0x3A",
  sources: [
    "getinfo-118 (Feitian ePass FIDO2-NFC Authenticator; web-auth/webauthn-framework: tests/blob.jwt)",
    "timeouts, as measured on the key being chosen: kanidm/webauthn-rs, issue `Google Titan Key v2 (K52T) doesn’t handle CTAP 2.0 MakeCredential-based selection correctly`",
  ],
  aaguid: "ee041bce-25e5-4cdb-8f86-897fd6418464",
  versions: ["U2F_V2", "FIDO_2_0", "FIDO_2_1_PRE"],
  extensions: ["credProtect", "hmac-secret"],
  transports: ["nfc", "usb"],
  pinUvAuthProtocols: [1],
  options: { ...NO_OPTIONS, rk: true, clientPin: true, credentialMgmtPreview: true },
  limits: { ...BASE_PROFILE.limits, maxCredentialCountInList: 6, maxCredentialIdLength: 96 },
  timeouts: { ...BASE_PROFILE.timeouts, upTimeoutMs: 10000 },
  quirks: [
    "answers3aOnTouchTimeout",
    "answers2bToUvWithoutUv",
    "answers33ToEmptyPinAuth",
    "answersEmptyMapWhenNoRps",
  ],
  reports: {
    members: [
      "extensions",
      "options",
      "maxMsgSize",
      "pinUvAuthProtocols",
      "maxCredentialCountInList",
      "maxCredentialIdLength",
      "transports",
      "algorithms",
    ],
    options: { rk: true, up: true, plat: false, clientPin: false, credentialMgmtPreview: true },
  },
};

/** Keys of Feitian. */
export const FEITIAN_PROFILES: readonly AuthenticatorProfile[] = [BIOPASS, EPASS];
