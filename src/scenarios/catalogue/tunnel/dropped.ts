import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY, NOTHING, ORPHAN } from "../knob-sets.js";
import {
  KEY_MADE,
  LINK_LOST,
  NEVER_ASKED,
  NOT_READY,
  NO_ANSWER,
  NO_FINISH,
  NO_KEY,
  NO_SHEET,
  PHONE_FAILED,
  PHONE_SAVED,
  RESOLVED,
  SHEET,
  TUNNEL_MESSAGE,
} from "../patterns.js";

const BROKEN = {
  kind: "link.hybrid",
  where: { stage: "tunnel-closed", closeCode: 1006 },
  actor: "desktop",
  times: 1,
} as const;

const dropBeforeRequest: Scenario = {
  id: "tunnel-drop-before-request",
  group: "tunnel",
  title: "The tunnel breaks between the handshake and the request: nothing was asked, a retry is safe",
  story:
    "Handshake and post-handshake message are done. Then the connection is gone, and the request that the " +
    "browser sends at once is lost with it. The phone says that it was asked for nothing.",
  sources: [
    "Chromium CableAuthenticatorUI.java (error 100: the other side left before it asked)",
    "public issue: passwordless-id/webauthn 78",
  ],
  knobs: { "link.road": "hybrid", "tunnel.dropAfter": TUNNEL_MESSAGE.hello },
  script: [{ do: "register" }],
  expect: {
    ctap: [NO_KEY, NO_ANSWER],
    link: [BROKEN, { kind: "link.hybrid", where: { stage: "ready" }, actor: "desktop", times: 1 }],
    page: [LINK_LOST, NO_SHEET, PHONE_FAILED],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["link-lost"],
  },
};

const dropInHandshake = variantOf(dropBeforeRequest, "in-handshake", {
  title: "The tunnel breaks in the middle of the handshake: the browser's sheet says so first",
  story:
    "The phone's half of the handshake never arrives. No request was sent, and the page learns of the loss when " +
    "the user has closed the browser's sheet.",
  knobs: { "tunnel.dropAfter": TUNNEL_MESSAGE.handshake },
  expect: {
    ...dropBeforeRequest.expect,
    ctap: [NEVER_ASKED, NO_KEY],
    link: [BROKEN, { kind: "link.hybrid", where: { stage: "ready" }, actor: "desktop", times: 0 }],
    page: [SHEET, NOT_READY],
  },
});

const dropThenAgain = variantOf(dropBeforeRequest, "tried-again", {
  title: "The tunnel breaks before the request; a second try with a new code works, and there is one passkey",
  story: "The phone was asked for nothing, so nothing stands in the way of the second try.",
  script: [
    { do: "register" },
    { do: "set", knobs: { "tunnel.dropAfter": null } },
    { do: "register", atMs: 30_000 },
  ],
  expect: {
    ctap: [KEY_MADE, { kind: "ctap.credential", where: { change: "overwritten" }, times: 0 }],
    page: [LINK_LOST, RESOLVED],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["link-lost", "success"],
  },
});

const dropAfterKeyCreated: Scenario = {
  id: "tunnel-drop-after-key-created",
  group: "tunnel",
  title: "The tunnel breaks as the answer is sent: the phone has a passkey, the site has none",
  story:
    "The request came through, the user agreed, the phone created the key. The tunnel breaks as the answer is " +
    "sent. The phone says that the passkey is saved, the page says that it failed, and both are right.",
  sources: [
    "webauthn-rs cable-tunnel-server (limits that close a tunnel at any moment)",
    "Chromium device/fido/cable/fido_tunnel_device.cc (a closed tunnel is an empty answer)",
    "public issue: MasterKale/SimpleWebAuthn 699",
  ],
  knobs: { "link.road": "hybrid", "tunnel.dropAfter": TUNNEL_MESSAGE.request },
  script: [{ do: "register" }],
  expect: {
    ctap: [KEY_MADE, NO_ANSWER],
    link: [BROKEN],
    page: [PHONE_SAVED, LINK_LOST],
    rp: [NO_FINISH],
    ledger: ORPHAN,
    decidedBy: null,
    mechanisms: ["lost-answer"],
  },
};

const SECOND_TRY = [
  { do: "register" },
  { do: "set", knobs: { "tunnel.dropAfter": null } },
  { do: "register", atMs: 30_000 },
] as const;

const dropHeals = variantOf(dropAfterKeyCreated, "tried-again", {
  title: "The answer is lost; a second try with the same user handle replaces the lost passkey",
  story:
    "The phone keeps one passkey for each account. After the second try there is one key and one row, and they " +
    "match.",
  script: SECOND_TRY,
  expect: {
    ctap: [
      { kind: "ctap.credential", where: { change: "created" }, times: 2 },
      { kind: "ctap.credential", where: { change: "overwritten" }, times: 1 },
    ],
    page: [LINK_LOST, RESOLVED],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["lost-answer", "success"],
  },
});

const dropDoubles = variantOf(dropAfterKeyCreated, "other-user-handle", {
  title:
    "The answer is lost; a second try with a fresh user handle leaves two look-alike passkeys and one row",
  story: "To the phone it is another account. Both passkeys stay, and only one of them logs in.",
  sources: [
    "Field report: Rakuten Securities customer, passkey by QR code: first login refused, second works; explained by two look-alike passkeys",
  ],
  knobs: { "rp.userIdStable": false },
  script: SECOND_TRY,
  expect: {
    ctap: [
      { kind: "ctap.credential", where: { change: "created" }, times: 2 },
      { kind: "ctap.credential", where: { change: "overwritten" }, times: 0 },
    ],
    page: [LINK_LOST, RESOLVED],
    ledger: { keys: 2, rows: 1, orphans: 1, ghosts: 0, mails: 1 },
    decidedBy: null,
    mechanisms: ["lost-answer", "success"],
    consequences: ["orphan", "second-passkey"],
  },
});

/** A tunnel that breaks before the request, or as the answer is sent. */
export const DROPPED: readonly Scenario[] = [
  dropBeforeRequest,
  dropInHandshake,
  dropThenAgain,
  dropAfterKeyCreated,
  dropHeals,
  dropDoubles,
];
