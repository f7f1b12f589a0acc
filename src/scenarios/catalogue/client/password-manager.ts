import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY, NOTHING, ORPHAN } from "../knob-sets.js";
import { KEY_MADE, LOGIN_ACCEPTED, NEVER_ASKED } from "../patterns.js";

const TOLD_OF_FAILURE = { kind: "user.saw", where: { where: "page", tone: "failure" }, times: 1 } as const;

const REFUSED = { decision: "refuses" } as const;

const saved: Scenario = {
  id: "ext-vault-saves-passkey",
  group: "client",
  title: "A password manager's extension saves the passkey, and another browser without it does not find it",
  story:
    "The user took the extension's sheet for the browser's. The passkey is in its vault. In a browser without the extension " +
    "the login asks for a security key or a phone, of which neither has the passkey.",
  sources: [
    "public issue: bitwarden/clients 7302 (the system's prompt appears in place of the extension's)",
    "public issue: apple/password-manager-resources 637",
  ],
  knobs: { "ext.vault": "open" },
  script: [
    { do: "register" },
    { do: "login", atMs: 60_000 },
    { do: "set", knobs: { "ext.vault": "none" } },
    { do: "login", atMs: 120_000 },
  ],
  expect: {
    ctap: [{ kind: "ctap.credential", where: { change: "created" }, actor: "vault", times: 1 }],
    page: [
      {
        kind: "page.intercepted",
        where: { by: "password-manager", decision: "answers" },
        actor: "extension",
        times: 2,
      },
      TOLD_OF_FAILURE,
    ],
    rp: [{ ...LOGIN_ACCEPTED, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "success", "no-credential"],
  },
};

const signedOut: Scenario = {
  ...saved,
  id: "ext-signed-out-refuses",
  title:
    "The extension is installed and nobody is signed in to it: every request fails at once, without a prompt",
  story:
    "The extension takes the request and cannot serve it. The page reads NotAllowedError, as if the user had cancelled; the " +
    "security key in the socket is never asked.",
  sources: ["public issue: bitwarden/clients 18117 (silent failure while signed out)"],
  knobs: { "ext.vault": "signed-out" },
  script: [{ do: "register" }],
  expect: {
    ctap: [NEVER_ASKED],
    page: [
      { kind: "page.intercepted", where: { ...REFUSED, reason: "signed-out" }, times: 1 },
      {
        kind: "page.settled",
        where: { name: "NotAllowedError", reason: "extension-refused" },
        atMs: [0, 1_000],
        times: 1,
      },
      TOLD_OF_FAILURE,
    ],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["extension-refused"],
  },
};

const signedOutHandsOn = variantOf(signedOut, "hands-on", {
  title:
    "The extension is installed and nobody is signed in to it: it hands the request on, and the key is asked",
  story: "What cannot be served is left to the browser.",
  knobs: { "ext.whenClosed": "hands-on" },
  expect: {
    ctap: [{ ...KEY_MADE, actor: "key" }],
    page: [{ kind: "page.intercepted", where: { decision: "hands-on" }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
});

const dismissed = variantOf(signedOut, "locked", {
  title:
    "The extension asks for the vault to be unlocked, and the user closes its window: the request is refused",
  story: "The user wanted to use the security key, and there is no way from the extension's window to it.",
  sources: ["public issue: bitwarden/passwordless-client-js 62 (while the vault is locked)"],
  knobs: { "ext.vault": "locked", "ext.unlockMs": null },
  expect: {
    ctap: [NEVER_ASKED],
    page: [
      { kind: "user.saw", where: { where: "browser", text: "Unlock your vault to use a passkey" }, times: 1 },
      { kind: "page.intercepted", where: { ...REFUSED, reason: "vault-locked" }, times: 1 },
    ],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["extension-refused"],
  },
});

const handsOn: Scenario = {
  ...saved,
  id: "ext-hands-on-without-internal",
  title: "The site names `hybrid` alone, and the extension hands the request on: its passkey is not offered",
  story:
    "The extension answers only where a credential may be `internal`. The site stored `hybrid` for all of them, so that " +
    "the browser is asked, which shows a QR code for a passkey that is in the vault beside it.",
  sources: ["public issue: bitwarden/clients 21991 (passkey not offered where no transport is internal)"],
  knobs: { "ext.vault": "open", "ext.wantsInternal": true, "rp.transports": "hybrid-only" },
  script: [{ do: "register" }, { do: "login", atMs: 60_000 }],
  expect: {
    page: [
      { kind: "page.intercepted", where: { decision: "hands-on", reason: "transports" }, times: 1 },
      TOLD_OF_FAILURE,
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "no-credential"],
  },
};

const internalNamed = variantOf(handsOn, "as-reported", {
  title: "The site names the transports that the extension reported: the extension answers",
  story: "`internal` is among them.",
  knobs: { "rp.transports": "as-reported" },
  expect: {
    rp: [LOGIN_ACCEPTED],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "success"],
  },
});

const inFrame: Scenario = {
  ...saved,
  id: "ext-refuses-in-frame",
  title: "The login page is in a frame that may use WebAuthn, and the extension refuses in frames",
  story:
    "A portal shows the site's login in a frame and allows WebAuthn there. The browser would go along; the extension in " +
    "front of it does not, with an error that names neither.",
  sources: [
    "public issues: bitwarden/clients 12590, 22777 and 10930",
    "public issue: bitwarden/passwordless-client-js 62",
  ],
  knobs: { "rp.topOrigins": "portal" },
  script: [
    { do: "register" },
    { do: "set", knobs: { "page.frame": "cross-origin", "ext.vault": "open", "ext.inFrames": "refuses" } },
    { do: "login", atMs: 60_000 },
  ],
  expect: {
    page: [
      { kind: "page.intercepted", where: { ...REFUSED, reason: "frame" }, times: 1 },
      { kind: "page.settled", where: { name: "NotAllowedError", reason: "extension-refused" }, times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "extension-refused"],
  },
};

const inFrameHandsOn = variantOf(inFrame, "hands-on", {
  title: "The login page is in a frame that may use WebAuthn, and the extension leaves frames to the browser",
  story: "The security key is asked, and the site accepts a login from within the portal's frame.",
  script: [
    { do: "register" },
    { do: "set", knobs: { "page.frame": "cross-origin", "ext.vault": "open", "ext.inFrames": "hands-on" } },
    { do: "login", atMs: 60_000 },
  ],
  expect: {
    rp: [LOGIN_ACCEPTED],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "success"],
  },
});

const frameNotAllowed = variantOf(inFrame, "not-allowed", {
  title: "The login page is in a frame without the permission for WebAuthn: refused at once",
  story: "The portal's markup lacks `publickey-credentials-get` in the frame's `allow` attribute.",
  sources: ["WebAuthn Level 3 section 5.9 (permissions policy)", "public issue: mdn/content 32135"],
  script: [
    { do: "register" },
    { do: "set", knobs: { "page.frame": "cross-origin", "page.frameAllows": false } },
    { do: "login", atMs: 60_000 },
  ],
  expect: {
    page: [
      { kind: "page.settled", where: { name: "NotAllowedError", reason: "frame-not-allowed" }, times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "client-refused"],
  },
});

const frameNotExpected = variantOf(inFrame, "not-expected-by-site", {
  title: "The login page is in a portal's frame, which the site's verification does not expect: refused",
  story: "The browser states the frame in the client data, and the site accepts top-level pages only.",
  sources: ["WebAuthn Level 3 section 13.4.9 (validating the origin, crossOrigin)"],
  knobs: { "rp.topOrigins": "none" },
  script: [
    { do: "register" },
    { do: "set", knobs: { "page.frame": "cross-origin" } },
    { do: "login", atMs: 60_000 },
  ],
  expect: {
    rp: [{ kind: "rp.login", where: { outcome: "refused", reason: "RP_CROSS_ORIGIN" }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "origin-refused"],
  },
});

const ownOrigin: Scenario = {
  ...saved,
  id: "ext-states-own-origin",
  title:
    "The extension makes the client data itself and states an origin of its own: the site refuses the passkey",
  story:
    "The passkey is saved in the vault, and signed over client data that name the extension in place of the site. A site " +
    "that verifies the origin refuses it; the passkey is an orphan that the vault offers from then on.",
  sources: [
    "public issue: bitwarden/clients 10930 (the origin of the page around the frame)",
    "WebAuthn Level 3 section 7.1 step 9 (origin)",
  ],
  knobs: { "ext.vault": "open", "ext.statesOrigin": "own" },
  script: [{ do: "register" }],
  expect: {
    ctap: [{ ...KEY_MADE, actor: "vault" }],
    page: [{ kind: "page.settled", where: { outcome: "resolved" }, times: 1 }, TOLD_OF_FAILURE],
    rp: [
      {
        kind: "rp.response",
        where: { call: "registration/finish", status: 400, code: "RP_ORIGIN" },
        times: 1,
      },
    ],
    ledger: ORPHAN,
    decidedBy: null,
    mechanisms: ["origin-refused"],
  },
};

const topOrigin = variantOf(ownOrigin, "top-of-frame", {
  title:
    "The extension states the portal's origin for a page in the portal's frame: the site refuses the login",
  story: "In a frame the extension looks at the address bar and not at the frame that asked.",
  knobs: { "ext.statesOrigin": "top", "rp.topOrigins": "portal" },
  script: [
    { do: "register" },
    { do: "set", knobs: { "page.frame": "cross-origin" } },
    { do: "login", atMs: 60_000 },
  ],
  expect: {
    rp: [{ kind: "rp.login", where: { outcome: "refused", reason: "RP_ORIGIN" }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "origin-refused"],
  },
});

const providerOrigin = variantOf(ownOrigin, "provider", {
  title: "A credential provider of the system makes the client data itself: the site refuses the passkey",
  story:
    "The browser hands the provider the hash of its own client data, and the provider signs over others that it made, " +
    "with the origin of an app.",
  sources: ["Android Credential Manager, CreatePublicKeyCredentialRequest (clientDataHash)"],
  knobs: { "ext.place": "system" },
  expect: {
    page: [
      {
        kind: "page.intercepted",
        where: { by: "credential-provider", decision: "answers" },
        actor: "provider",
        times: 1,
      },
      TOLD_OF_FAILURE,
    ],
    rp: [{ kind: "rp.response", where: { call: "registration/finish", code: "RP_ORIGIN" }, times: 1 }],
    ledger: ORPHAN,
    decidedBy: null,
    mechanisms: ["origin-refused"],
  },
});

/** A password manager's extension in front of the browser, and pages in frames. */
export const PASSWORD_MANAGER: readonly Scenario[] = [
  saved,
  signedOut,
  signedOutHandsOn,
  dismissed,
  handsOn,
  internalNamed,
  inFrame,
  inFrameHandsOn,
  frameNotAllowed,
  frameNotExpected,
  ownOrigin,
  topOrigin,
  providerOrigin,
];
