import type { ClientProfile, StatusHandling } from "./client-profile.js";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const END_ALWAYS: StatusHandling = { otherwise: "end", linkLost: "end" };

const NO_SHEETS = { usb: false, hybridBeforeReady: false, hybridReady: false };

const ASSUMED = "assumed: no source; the request ends with the authenticator's answer";
const SPEC_3 = "WebAuthn Level 3, Recommended Range for Ceremony Timeouts";
const SPEC_2 = "WebAuthn Level 2 §15.1";
const SPEC_CONDITIONAL = "WebAuthn Level 3 §5.1.4: the lifetime timer of a conditional request is infinite";

/** What most clients share; each profile states only its differences. */
const COMMON = {
  conditionalTimeoutMs: null,
  ignoresSiteTimeout: false,
  virtualAuthenticatorBypass: false,
  asksTouchOfUnknownKey: false,
  keepsAssertionsOnRefusal: false,
  focusCheckedAtCall: false,
  focusCheckedAtCompletion: false,
  userActivationMs: null,
  credentialListMax: null,
  judgesExtensions: false,
  pageSettlesAfterSheet: NO_SHEETS,
  renewsExpiredToken: true,
  secondRequest: "unspecified",
  statusHandling: { usb: END_ALWAYS, hybrid: END_ALWAYS },
  errorNames: {},
} as const satisfies Partial<ClientProfile>;

/**
 * The specification's numbers and names. One difference on purpose: the specification lets a client wait for further
 * authenticators after a refusal; with one device there is no further authenticator, so a refusal ends the ceremony.
 */
const SPEC_NAMES = {
  "unsupported-algorithm": "NotSupportedError",
  "uv-unavailable": "ConstraintError",
  "resident-key-unavailable": "ConstraintError",
  "authenticator-error": "UnknownError",
} as const;

export const SPEC_L3: ClientProfile = {
  ...COMMON,
  id: "spec-l3",
  title: "WebAuthn Level 3 as written",
  minMs: 300_000,
  maxMs: 600_000,
  missingMs: 300_000,
  keepsAssertionsOnRefusal: true,
  errorNames: SPEC_NAMES,
  sources: {
    minMs: SPEC_3,
    maxMs: SPEC_3,
    missingMs: SPEC_3,
    conditionalTimeoutMs: SPEC_CONDITIONAL,
    keepsAssertionsOnRefusal:
      "this library: CTAP 2.3 §6.3 names no step for it, and each assertion is good by itself",
    errorNames: "WebAuthn Level 3, Create Request Exceptions and authenticator operation steps",
    statusHandling: "this library: with one device nobody else can answer",
  },
};

export const SPEC_L2_UVD: ClientProfile = {
  ...SPEC_L3,
  id: "spec-l2-uvd",
  title: "WebAuthn Level 2, user verification discouraged",
  minMs: 30_000,
  maxMs: 180_000,
  missingMs: 120_000,
  sources: { ...SPEC_L3.sources, minMs: SPEC_2, maxMs: SPEC_2, missingMs: SPEC_2 },
};

export const SPEC_L2: ClientProfile = {
  ...SPEC_L3,
  id: "spec-l2",
  title: "WebAuthn Level 2, user verification preferred or required",
  sources: { ...SPEC_L3.sources, minMs: SPEC_2, maxMs: SPEC_2, missingMs: SPEC_2 },
};

/**
 * Chromium on a USB key: five answers end the request, every other one makes it forget the key and wait
 * for another until the timer. With a phone every answer ends it.
 */
const CHROMIUM_USB: StatusHandling = {
  otherwise: "drop",
  byStatus: { 0x19: "end", 0x26: "end", 0x27: "end", 0x28: "end", 0x2e: "end", 0x33: "end" },
  withToken: "end",
  linkLost: "drop",
};

const CHROMIUM_TIMEOUT = "Chromium content/browser/webauth/authenticator_common_impl.cc, AdjustTimeout";
const CHROMIUM_CLAMP = `${CHROMIUM_TIMEOUT} @1c93c27`;

const CHROMIUM = {
  ...COMMON,
  virtualAuthenticatorBypass: true,
  focusCheckedAtCompletion: true,
  pageSettlesAfterSheet: { usb: true, hybridBeforeReady: true, hybridReady: false },
  renewsExpiredToken: false,
  secondRequest: "refused",
  credentialListMax: 64,
  judgesExtensions: true,
  statusHandling: { usb: CHROMIUM_USB, hybrid: END_ALWAYS },
} as const satisfies Partial<ClientProfile>;

const CHROMIUM_SOURCES: ClientProfile["sources"] = {
  conditionalTimeoutMs: SPEC_CONDITIONAL,
  virtualAuthenticatorBypass: CHROMIUM_CLAMP,
  focusCheckedAtCompletion: "Chromium authenticator_common_impl.cc, CompleteMakeCredentialRequest @1c93c27",
  pageSettlesAfterSheet:
    "Chromium chrome_authenticator_request_delegate.cc, DoesBlockRequestOnFailure; measured with Chromium 156 (USB)",
  keepsAssertionsOnRefusal:
    "Chromium device/fido/fido_device_authenticator.cc: an error of GetNextAssertion is the request's own",
  credentialListMax: "measured with Chromium 156 (65 credentials)",
  judgesExtensions: "measured with Chromium 156 (credProtect with every policy, credProps in get())",
  renewsExpiredToken:
    "Chromium make_credential_request_handler.cc: any error while a token is in use ends it",
  secondRequest: "public reports: OperationError while a request is pending in the tab",
  statusHandling:
    "Chromium device/fido/fido_device_authenticator.cc, make_credential_request_handler.cc; 0x2E: public reports",
};

export const CHROME_FLOOR_3M: ClientProfile = {
  ...CHROMIUM,
  id: "chrome-floor3m",
  title: "Chromium since about 2023 (floor of 3 minutes confirmed by measurement, version 156)",
  minMs: 3 * MINUTE_MS,
  maxMs: 20 * HOUR_MS,
  missingMs: 20 * HOUR_MS,
  focusCheckedAtCall: true,
  sources: {
    ...CHROMIUM_SOURCES,
    minMs: CHROMIUM_CLAMP,
    maxMs: CHROMIUM_CLAMP,
    missingMs: CHROMIUM_CLAMP,
    focusCheckedAtCall: "measured with Chromium 156 (a tab behind another; its text names the focus)",
  },
};

export const CHROME_10S_10M: ClientProfile = {
  ...CHROMIUM,
  id: "chrome-10s-10m",
  title: "Chromium from about 2019 to 2023",
  minMs: 10_000,
  maxMs: 10 * MINUTE_MS,
  missingMs: 10 * MINUTE_MS,
  sources: {
    ...CHROMIUM_SOURCES,
    minMs: `${CHROMIUM_TIMEOUT}, older revisions`,
    maxMs: `${CHROMIUM_TIMEOUT}, older revisions`,
    missingMs: `${CHROMIUM_TIMEOUT}, older revisions`,
  },
};

/** The operating system's dialog owns the key and reports one HRESULT; Chromium keeps only "exists" apart. */
export const CHROME_WINDOWS: ClientProfile = {
  ...CHROME_FLOOR_3M,
  id: "chrome-windows",
  title: "Chromium through the Windows dialog",
  osDialogMs: 300_000,
  pageSettlesAfterSheet: { usb: false, hybridBeforeReady: true, hybridReady: false },
  statusHandling: { usb: END_ALWAYS, hybrid: END_ALWAYS },
  sources: {
    ...CHROME_FLOOR_3M.sources,
    osDialogMs: "Chromium device/fido/win/webauthn_api.cc @03a1a25 (guidance only: webauthn.h @109157f)",
    pageSettlesAfterSheet: "Chromium settles at once after the Windows dialog; hybrid as in Chromium's own",
    statusHandling: "inferred from Chromium device/fido/win/type_conversions.cc",
  },
};

const GECKO_CLAMP = "Gecko dom/webauthn, WebAuthnTimeout()";

export const GECKO: ClientProfile = {
  ...COMMON,
  id: "gecko",
  title: "Firefox (bounds confirmed by measurement, ESR 153)",
  minMs: 15_000,
  maxMs: 120_000,
  missingMs: 30_000,
  asksTouchOfUnknownKey: true,
  sources: {
    asksTouchOfUnknownKey: "measured with Firefox ESR 153: makeCredential with an empty pinUvAuthParam",
    minMs: `${GECKO_CLAMP}; measured 15.7 s`,
    maxMs: GECKO_CLAMP,
    missingMs: `${GECKO_CLAMP}; measured 30.1 s`,
    conditionalTimeoutMs: SPEC_CONDITIONAL,
    pageSettlesAfterSheet: "measured with Firefox ESR 153: rejects on its own, no sheet",
    statusHandling: "0x2E and 0x2F measured with Firefox ESR 153; the others assumed",
  },
};

const WEBKIT_TIMER = "WebKit UIProcess/WebAuthentication/AuthenticatorManager.cpp @06dcb62";
const WEBKIT_ANSWERS = `${WEBKIT_TIMER}, respondReceived; re-issue on 0x2F: public WebKit change`;

/** Safari's own sheet is closed source; taken to behave the same. */
const WEBKIT_HANDLING: StatusHandling = {
  otherwise: "drop",
  byStatus: { 0x19: "end", 0x26: "end", 0x2f: "reissue" },
  linkLost: "drop",
};

export const WEBKIT: ClientProfile = {
  ...COMMON,
  id: "webkit",
  title: "WebKit",
  minMs: 0,
  maxMs: 120_000,
  missingMs: 120_000,
  userActivationMs: 10_000,
  secondRequest: "replaces-first",
  statusHandling: { usb: WEBKIT_HANDLING, hybrid: END_ALWAYS },
  errorNames: { "unsupported-algorithm": "NotSupportedError" },
  sources: {
    minMs: WEBKIT_TIMER,
    maxMs: WEBKIT_TIMER,
    missingMs: WEBKIT_TIMER,
    conditionalTimeoutMs: WEBKIT_TIMER,
    userActivationMs:
      "WebKit WebCore/dom/UserGestureIndicator.cpp (10 s through fetch), WebAuthenticatorCoordinator.cpp (one call is free)",
    secondRequest: `${WEBKIT_TIMER}, handleRequest`,
    statusHandling: `${WEBKIT_ANSWERS}; hybrid assumed`,
    errorNames: `${WEBKIT_TIMER}, respondReceived`,
  },
};

const SHIM_CAPTURE = "customer capture in a public report: promise pending 136 s, past the site's timeout";

/** Simulates a password manager that answers `navigator.credentials` itself and ignores the site's timeout. */
export const EXTENSION_SHIM: ClientProfile = {
  ...COMMON,
  id: "extension-shim",
  title: "Password-manager extension in front of the browser",
  minMs: null,
  maxMs: null,
  missingMs: null,
  ignoresSiteTimeout: true,
  focusWaitMs: 300_000,
  pageGuardMs: 90_000,
  sources: {
    minMs: SHIM_CAPTURE,
    maxMs: SHIM_CAPTURE,
    missingMs: SHIM_CAPTURE,
    ignoresSiteTimeout: SHIM_CAPTURE,
    conditionalTimeoutMs: SPEC_CONDITIONAL,
    focusWaitMs: "same report: falls back to the browser after at most 5 minutes without focus",
    pageGuardMs: "same report: the bound and abort the site added",
    statusHandling: ASSUMED,
  },
};

const PASSKEY_RS_CLAMP = "1Password/passkey-rs passkey-client/src/lib.rs";

export const PASSKEY_RS: ClientProfile = {
  ...COMMON,
  id: "passkey-rs",
  title: "passkey-rs client library",
  minMs: 300_000,
  maxMs: 600_000,
  missingMs: 300_000,
  sources: {
    minMs: PASSKEY_RS_CLAMP,
    maxMs: PASSKEY_RS_CLAMP,
    missingMs: `inferred from ${SPEC_3}`,
    conditionalTimeoutMs: SPEC_CONDITIONAL,
    statusHandling: ASSUMED,
  },
};

const WEBAUTHN_RS_CLAMP = "kanidm/webauthn-rs webauthn-authenticator-rs/src/lib.rs @65e9a6d";

export const WEBAUTHN_RS: ClientProfile = {
  ...COMMON,
  id: "webauthn-rs",
  title: "webauthn-rs client library",
  minMs: null,
  maxMs: 60_000,
  missingMs: 60_000,
  sources: {
    minMs: WEBAUTHN_RS_CLAMP,
    maxMs: WEBAUTHN_RS_CLAMP,
    missingMs: WEBAUTHN_RS_CLAMP,
    conditionalTimeoutMs: SPEC_CONDITIONAL,
    statusHandling: ASSUMED,
  },
};

const PYTHON_FIDO2_TIMER = "Yubico/python-fido2 fido2/client/__init__.py @d1fd711";

/** Only the site's own value is used; without one nothing ever ends the wait. */
export const PYTHON_FIDO2: ClientProfile = {
  ...COMMON,
  id: "python-fido2",
  title: "python-fido2 client library",
  minMs: null,
  maxMs: null,
  missingMs: null,
  sources: {
    minMs: PYTHON_FIDO2_TIMER,
    maxMs: PYTHON_FIDO2_TIMER,
    missingMs: PYTHON_FIDO2_TIMER,
    conditionalTimeoutMs: SPEC_CONDITIONAL,
    statusHandling: ASSUMED,
  },
};

const BY_ID = {
  "chrome-floor3m": CHROME_FLOOR_3M,
  "chrome-10s-10m": CHROME_10S_10M,
  "chrome-windows": CHROME_WINDOWS,
  gecko: GECKO,
  webkit: WEBKIT,
  "spec-l3": SPEC_L3,
  "spec-l2": SPEC_L2,
  "spec-l2-uvd": SPEC_L2_UVD,
  "extension-shim": EXTENSION_SHIM,
  "passkey-rs": PASSKEY_RS,
  "webauthn-rs": WEBAUTHN_RS,
  "python-fido2": PYTHON_FIDO2,
};

/** Id of a client profile. */
export type ClientProfileId = keyof typeof BY_ID;

export const CLIENT_PROFILE_IDS = Object.keys(BY_ID) as readonly ClientProfileId[];

/**
 * Every profile, by id.
 *
 * @example
 * await register(env, device, options, { origin, profile: CLIENT_PROFILES["gecko"] });
 */
export const CLIENT_PROFILES: Readonly<Record<ClientProfileId, ClientProfile>> &
  Readonly<Record<string, ClientProfile>> = BY_ID;
