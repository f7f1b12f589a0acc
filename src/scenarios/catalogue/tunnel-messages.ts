import type { Scenario } from "../scenario.js";
import { variantOf } from "../variant.js";
import { HEALTHY, NOTHING, ORPHAN } from "./knob-sets.js";
import {
  KEY_MADE,
  LINK_LOST,
  NEVER_ASKED,
  NO_ANSWER,
  NO_FINISH,
  NO_KEY,
  NO_SHEET,
  NOT_READY,
  PHONE_FAILED,
  PHONE_SAVED,
  RESOLVED,
  SHEET,
} from "./tunnel-patterns.js";

/** By the order of a session: two of the handshake, hello, update, request, answer. */
const MESSAGE = { handshake: 1, handshakeAnswer: 2, hello: 3, update: 4, request: 5, answer: 6 } as const;

const BROKEN = {
  kind: "link.hybrid",
  where: { stage: "tunnel-closed", closeCode: 1006 },
  actor: "desktop",
  times: 1,
} as const;

/** Whatever the reason: to the page all of these are one error. */
const REJECTED = {
  kind: "page.settled",
  where: { outcome: "rejected", name: "NotAllowedError" },
  times: 1,
} as const;

const dropBeforeRequest: Scenario = {
  id: "tunnel-drop-before-request",
  group: "tunnel",
  title: "The tunnel breaks between the handshake and the request: nothing was asked, trying again is safe",
  story:
    "The two have proved to each other who they are, and the phone has said what it can do. Then the connection is gone; " +
    "the request that the browser sends at once is lost with it. The phone says that nobody asked for anything.",
  sources: [
    "Chromium CableAuthenticatorUI.java (error 100: the other side left before it asked)",
    "public issue: passwordless-id/webauthn 78",
  ],
  knobs: { "link.road": "hybrid", "tunnel.dropAfter": MESSAGE.hello },
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
    "The phone's half of the handshake never arrives. No request was sent, and the page hears of the loss when the " +
    "person has closed the browser's sheet.",
  knobs: { "tunnel.dropAfter": MESSAGE.handshake },
  expect: {
    ...dropBeforeRequest.expect,
    ctap: [NEVER_ASKED, NO_KEY],
    link: [BROKEN, { kind: "link.hybrid", where: { stage: "ready" }, actor: "desktop", times: 0 }],
    page: [SHEET, NOT_READY],
  },
});

const dropThenAgain = variantOf(dropBeforeRequest, "tried-again", {
  title: "The same, tried again with a new code: it works, and there is one passkey",
  story: "Nothing had been asked, so that nothing is in the way of the second try.",
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
  title: "The tunnel breaks under the answer: the phone has a passkey, the site has none",
  story:
    "The request came through, the person agreed, the phone made the key. The tunnel breaks as the answer is sent. " +
    "The phone says that the passkey is saved; the page says that it failed. Both are right.",
  sources: [
    "webauthn-rs cable-tunnel-server (limits that close a tunnel at any moment)",
    "Chromium device/fido/cable/fido_tunnel_device.cc (a closed tunnel is an empty answer)",
    "public issue: MasterKale/SimpleWebAuthn 699",
  ],
  knobs: { "link.road": "hybrid", "tunnel.dropAfter": MESSAGE.request },
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
  title: "The same, tried again with the same user handle: the new passkey takes the lost one's place",
  story:
    "The phone keeps one passkey for one account. After the second try there is one key and one row, and they match.",
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
  title: "The same, tried again with a fresh user handle: two passkeys that look alike, and one row",
  story: "To the phone it is another account. Both passkeys stay, and only one of them logs in.",
  sources: ["field report: Rakuten (mechanism D)"],
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
    mechanisms: ["lost-answer-then-second-create", "success"],
  },
});

const failedBy = (actor: "desktop" | "phone", why: { readonly code: string; readonly step?: "handshake" }) =>
  ({ kind: "link.hybrid", where: { stage: "failed", ...why }, actor, times: 1 }) as const;

const garbled: Scenario = {
  id: "tunnel-garbled-frame",
  group: "tunnel",
  title: "One bit of the phone's answer changes on the way: it does not open, and the key is an orphan",
  story:
    "Every message is sealed, so that a changed bit shows. There is no asking again: the connection is over. It was the " +
    "answer to a registration; the phone has the passkey and says so.",
  sources: [
    "Chromium device/fido/cable/fido_tunnel_device.cc (decryptFailed, handshakeFailed, postHandshakeFailed)",
  ],
  knobs: { "link.road": "hybrid", "tunnel.garble": MESSAGE.answer },
  script: [{ do: "register" }],
  expect: {
    ctap: [KEY_MADE, NO_ANSWER],
    link: [failedBy("desktop", { code: "FRAME_REJECTED" })],
    page: [LINK_LOST, PHONE_SAVED],
    rp: [NO_FINISH],
    ledger: ORPHAN,
    decidedBy: null,
    mechanisms: ["message-rejected"],
  },
};

/** One stage further up each time; whoever gets the message finds out. */
const garbledBefore = (
  name: string,
  { message, title, found }: { message: number; title: string; found: ReturnType<typeof failedBy> },
): Scenario =>
  variantOf(garbled, name, {
    title,
    story:
      "The bit changes before there is a connection to ask through. Nobody was asked, and nothing is left behind.",
    knobs: { "tunnel.garble": message },
    expect: {
      ...garbled.expect,
      ctap: [NEVER_ASKED, NO_KEY],
      link: [found],
      page: [SHEET, REJECTED],
      ledger: NOTHING,
    },
  });

const garbledHandshake = garbledBefore("handshake", {
  message: MESSAGE.handshake,
  title: "The changed bit is in the computer's half of the handshake: the phone says nothing and leaves",
  found: failedBy("phone", { code: "HANDSHAKE_REJECTED" }),
});

const garbledHandshakeAnswer = garbledBefore("handshake-answer", {
  message: MESSAGE.handshakeAnswer,
  title: "The changed bit is in the phone's half of the handshake",
  found: failedBy("desktop", { step: "handshake", code: "HANDSHAKE_REJECTED" }),
});

const garbledHello = garbledBefore("post-handshake", {
  message: MESSAGE.hello,
  title: "The changed bit is in what the phone says of itself",
  found: failedBy("desktop", { step: "handshake", code: "FRAME_REJECTED" }),
});

const garbledUpdate = variantOf(garbled, "update", {
  title:
    "The changed bit is in an update nobody waited for, and the request was out already: an orphan again",
  story:
    "The update comes in the same breath as the request leaves. The computer cannot open it and hangs up; the phone has " +
    "the request, its owner agrees, and the key is made for nobody.",
  knobs: { "tunnel.garble": MESSAGE.update },
});

const garbledRequest = variantOf(garbled, "request", {
  title: "The changed bit is in the request: the phone cannot open it and hangs up",
  story: "The phone never learns what was wanted. There is no key, and the page hears of a lost link.",
  knobs: { "tunnel.garble": MESSAGE.request },
  expect: {
    ...garbled.expect,
    ctap: [NO_KEY, NO_ANSWER],
    link: [failedBy("phone", { code: "FRAME_REJECTED" })],
    page: [LINK_LOST, NO_SHEET, PHONE_FAILED],
    ledger: NOTHING,
  },
});

/** What happens to single messages between the two. */
export const TUNNEL_MESSAGES: readonly Scenario[] = [
  dropBeforeRequest,
  dropInHandshake,
  dropThenAgain,
  dropAfterKeyCreated,
  dropHeals,
  dropDoubles,
  garbled,
  garbledHandshake,
  garbledHandshakeAnswer,
  garbledHello,
  garbledUpdate,
  garbledRequest,
];
