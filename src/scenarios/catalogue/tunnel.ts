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
  SHEET,
  TIMED_OUT,
} from "./tunnel-patterns.js";

const refusedPhoneSide: Scenario = {
  id: "tunnel-refused-phone-side",
  group: "tunnel",
  title: "The phone cannot reach the tunnel service, and the computer will never know",
  story:
    "A phone opens its tunnel first and broadcasts where it is. This one sits behind a network that lets no such " +
    "connection out: it gives up after 8 s with an error on its own screen. The code stands there until the browser's timer.",
  sources: [
    "Chromium device/fido/cable/v2_authenticator.cc (TUNNEL_SERVER_CONNECT_FAILED; the advert needs the routing id)",
    "public issue: Kunzisoft/KeePassDX 2567",
  ],
  knobs: { "link.road": "hybrid", "tunnel.refuse": "phone", "tunnel.connectDelayMs": 8_000 },
  script: [{ do: "register" }],
  expect: {
    ctap: [NEVER_ASKED],
    link: [
      {
        kind: "link.hybrid",
        where: { stage: "tunnel-refused", code: "NOT_REACHED" },
        actor: "phone",
        atMs: [16_000, 17_000],
        times: 1,
      },
      { kind: "link.hybrid", where: { stage: "advert-sent" }, times: 0 },
      { kind: "link.hybrid", where: { stage: "advert-seen" }, times: 0 },
      { kind: "link.hybrid", where: { stage: "tunnel-opening" }, actor: "desktop", times: 0 },
    ],
    page: [TIMED_OUT, { ...PHONE_FAILED, atMs: [16_000, 17_000] }],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: "client.ceremony",
    mechanisms: ["phone-no-tunnel"],
  },
};

const refusedAtLogin = variantOf(refusedPhoneSide, "login", {
  title: "A login meets the same: the passkey is there, and the phone that has it cannot be reached",
  story:
    "The passkey was made at home. Now the phone hangs in a network that keeps it from its tunnel service, and the login " +
    "ends with the browser's timer. Nothing is wrong with the passkey or the site.",
  knobs: { "tunnel.refuse": "nobody", "tunnel.connectDelayMs": 400 },
  script: [
    { do: "register" },
    { do: "set", knobs: { "tunnel.refuse": "phone" } },
    { do: "login", atMs: 60_000 },
  ],
  expect: {
    ctap: [{ kind: "ctap.request", where: { command: "getAssertion" }, times: 0 }],
    link: [{ kind: "link.hybrid", where: { stage: "tunnel-refused" }, actor: "phone", times: 1 }],
    page: [{ ...TIMED_OUT, atMs: [240_000, 246_000] }],
    ledger: HEALTHY,
    decidedBy: "client.ceremony",
    mechanisms: ["success", "phone-no-tunnel"],
  },
});

const captivePortal = variantOf(refusedPhoneSide, "captive-portal", {
  title: "A captive portal answers the phone in the tunnel service's place",
  story:
    "The phone hangs in a wireless network that wants to be signed in to. What answers its upgrade is the portal, with a " +
    "status of its own; to the person and to the computer it is all the same.",
  sources: ["RFC 6585 §6 (511 Network Authentication Required)", "public issue: Kunzisoft/KeePassDX 2567"],
  knobs: { "tunnel.httpStatus": 511, "tunnel.connectDelayMs": 400 },
  expect: {
    ...refusedPhoneSide.expect,
    link: [
      {
        kind: "link.hybrid",
        where: { stage: "tunnel-refused", httpStatus: 511 },
        actor: "phone",
        atMs: [8_000, 9_000],
        times: 1,
      },
      { kind: "link.hybrid", where: { stage: "advert-sent" }, times: 0 },
    ],
    page: [TIMED_OUT, { ...PHONE_FAILED, atMs: [8_000, 9_000] }],
  },
});

const mobileDataOff: Scenario = {
  ...refusedPhoneSide,
  id: "phone-mobile-data-off",
  title: "The phone has Bluetooth and no way to its tunnel service",
  story:
    "Help texts speak of Bluetooth, and Bluetooth is on. Without mobile data there is no tunnel, so there is nothing to " +
    "broadcast: the phone says so at once, the browser waits.",
  sources: ["public issue: Kunzisoft/KeePassDX 2567"],
  knobs: { "link.road": "hybrid", "phone.mobileData": false },
  expect: {
    ...refusedPhoneSide.expect,
    link: [
      { kind: "link.hybrid", where: { stage: "tunnel-opening" }, times: 0 },
      { kind: "link.hybrid", where: { stage: "advert-sent" }, times: 0 },
    ],
    page: [TIMED_OUT, { ...PHONE_FAILED, atMs: [8_000, 9_000] }],
  },
};

const refusedDesktopSide: Scenario = {
  id: "tunnel-refused-desktop-side",
  group: "tunnel",
  title: "The phone is heard, and the company's proxy keeps the computer out of the tunnel",
  story:
    "Bluetooth works and the advert opens. The computer's upgrade is answered with 403 by a proxy that lets no WebSocket " +
    "through. The browser's sheet says that something went wrong; the page hears of it when that sheet is closed. The " +
    "phone waits in its tunnel until the tunnel's time is over.",
  sources: [
    "Chromium device/fido/cable/fido_tunnel_device.cc (a tunnel that cannot be opened is a device error)",
    "webauthn-rs cable-tunnel-server (a tunnel without a peer lives for its whole time)",
  ],
  knobs: { "link.road": "hybrid", "tunnel.refuse": "desktop", "tunnel.httpStatus": 403 },
  script: [{ do: "register" }],
  expect: {
    ctap: [NEVER_ASKED],
    link: [
      { kind: "link.hybrid", where: { stage: "advert-seen" }, actor: "desktop", times: 1 },
      {
        kind: "link.hybrid",
        where: { stage: "tunnel-refused", httpStatus: 403 },
        actor: "desktop",
        atMs: [9_000, 10_000],
        times: 1,
      },
      { kind: "link.hybrid", where: { stage: "handshake" }, times: 0 },
    ],
    page: [
      { ...SHEET, atMs: [9_000, 10_000] },
      { ...NOT_READY, atMs: [14_000, 15_000] },
      { ...PHONE_FAILED, atMs: [128_000, 130_000] },
    ],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["tunnel-refused"],
  },
};

const noRoute = variantOf(refusedDesktopSide, "no-route", {
  title: "The same, and nothing answers the computer at all",
  story: "The firewall drops what is meant for the tunnel service. No status says so; the rest is the same.",
  knobs: { "tunnel.httpStatus": null },
  expect: {
    ...refusedDesktopSide.expect,
    link: [
      { kind: "link.hybrid", where: { stage: "advert-seen" }, actor: "desktop", times: 1 },
      {
        kind: "link.hybrid",
        where: { stage: "tunnel-refused", code: "NOT_REACHED" },
        actor: "desktop",
        times: 1,
      },
    ],
  },
});

const onThePhone = variantOf(refusedDesktopSide, "on-the-phone", {
  title: "The same network, and a site that lets the phone register in its own browser",
  story:
    "The site shows a web link as a code. The phone opens it over its own network and makes its passkey there; the " +
    "computer needs no tunnel for that.",
  sources: ["what keeps it from happening: another way beside the browser's code"],
  knobs: { "rp.qr": "site" },
  expect: {
    ctap: [KEY_MADE],
    link: [{ kind: "link.hybrid", times: 0 }],
    page: [{ kind: "user.saw", where: { where: "page", tone: "failure" }, times: 0 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
});

const TTL_FIRST = "the tunnel has to end before the gesture, and the gesture to come before the next attempt";

const ttl: Scenario = {
  id: "tunnel-ttl-120s",
  group: "tunnel",
  title: "The tunnel's two minutes are over while the person is still busy with the phone",
  story:
    "A tunnel lives 120 s from the phone's arrival, whatever goes through it. The page hears of a lost link at once, " +
    "although the browser's timer had a minute left; the prompt on the phone stays, the person agrees after 125 s, and " +
    "the key is made for nobody.",
  sources: ["webauthn-rs cable-tunnel-server (TTL 120 s from the phone's connection; close 1008)"],
  knobs: {
    "link.road": "hybrid",
    "tunnel.ttlMs": 120_000,
    "phone.platformTimeoutMs": 300_000,
    "key.touchDelayMs": 125_000,
  },
  script: [{ do: "register" }],
  draws: {
    knobs: { "tunnel.ttlMs": [96_000, 126_000], "key.touchDelayMs": [130_000, 165_000] },
    why: TTL_FIRST,
  },
  expect: {
    ctap: [{ ...KEY_MADE, atMs: [134_000, 136_000] }, NO_ANSWER],
    link: [
      {
        kind: "link.hybrid",
        where: { stage: "tunnel-closed", closeCode: 1008 },
        actor: "desktop",
        atMs: [128_000, 130_000],
        times: 1,
      },
    ],
    page: [{ ...LINK_LOST, atMs: [128_000, 130_000] }, NO_SHEET, PHONE_SAVED],
    rp: [NO_FINISH],
    ledger: ORPHAN,
    decidedBy: "tunnel.ttl",
    mechanisms: ["tunnel-expired"],
  },
};

const ttlNobody = variantOf(ttl, "nobody-confirms", {
  title: "The same, and the person never agrees: no key, and the same error",
  story: "The page sees what it saw above. Only the phone knows that there is nothing to clear away.",
  knobs: { "key.touchDelayMs": null },
  draws: { knobs: { "key.touchDelayMs": null }, why: "nobody comes" },
  expect: { ...ttl.expect, ctap: [NO_KEY, NO_ANSWER], page: [LINK_LOST], ledger: NOTHING },
});

const ttlHeals = variantOf(ttl, "tried-again", {
  title: "The same, and a second try with the same user handle takes the orphan's place",
  story:
    "The person tries again and is quicker. The phone keeps one passkey for one account: the new one overwrites the " +
    "one nobody knows.",
  script: [
    { do: "register" },
    { do: "set", knobs: { "key.touchDelayMs": 4_000 } },
    { do: "register", atMs: 200_000 },
  ],
  expect: {
    ctap: [
      { kind: "ctap.credential", where: { change: "created" }, times: 2 },
      { kind: "ctap.credential", where: { change: "overwritten" }, times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: "tunnel.ttl",
    mechanisms: ["tunnel-expired", "success"],
  },
});

const ttlLogin = variantOf(ttl, "login", {
  title: "A login meets the end of the tunnel: it fails and leaves nothing behind",
  story:
    "Logging in, the person takes as long. The signature is made for nobody; trying again is all it takes.",
  knobs: { "key.touchDelayMs": 4_000 },
  draws: {
    knobs: { "tunnel.ttlMs": [96_000, 120_000] },
    turns: { "key.touchDelayMs": null },
    why: TTL_FIRST,
  },
  script: [
    { do: "register" },
    { do: "set", knobs: { "key.touchDelayMs": 125_000 } },
    { do: "login", atMs: 60_000 },
    { do: "set", knobs: { "key.touchDelayMs": 4_000 } },
    { do: "login", atMs: 260_000 },
  ],
  expect: {
    ctap: [{ kind: "ctap.response", where: { command: "getAssertion", status: "OK" }, times: 1 }],
    page: [{ ...LINK_LOST, atMs: [180_000, 192_000] }],
    rp: [{ kind: "rp.login", where: { outcome: "accepted" }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: "tunnel.ttl",
    mechanisms: ["success", "tunnel-expired", "success"],
  },
});

/** The tunnel service keeps somebody out, or ends what it let in. */
export const TUNNEL: readonly Scenario[] = [
  refusedPhoneSide,
  refusedAtLogin,
  captivePortal,
  mobileDataOff,
  refusedDesktopSide,
  noRoute,
  onThePhone,
  ttl,
  ttlNobody,
  ttlHeals,
  ttlLogin,
];
