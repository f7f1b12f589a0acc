import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY, NOTHING } from "../knob-sets.js";
import {
  ACCEPTED,
  ADVERT_SEEN_ONCE,
  KEY_MADE,
  NEVER_ASKED,
  NOT_READY,
  NO_FINISH,
  PHONE_FAILED,
  RESOLVED,
  SHEET,
  TIMED_OUT,
} from "../patterns.js";

const refusedPhoneSide: Scenario = {
  id: "tunnel-refused-phone-side",
  group: "tunnel",
  title: "The phone cannot reach the tunnel service, and the computer will never know",
  story:
    "A phone opens its tunnel first and broadcasts afterwards. This one is behind a network that blocks the " +
    "connection: it gives up after 8 s with an error on its own screen. The code stays until the browser's " +
    "timer.",
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
  title: "A login by phone whose network blocks the tunnel service: the browser's timer ends it",
  story:
    "The passkey was created at home. Now the phone is in a network that blocks its tunnel service, and the " +
    "login ends with the browser's timer. Passkey and site are in order.",
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
    "The phone is in a wireless network that requires a sign-in. The portal answers the upgrade with a status " +
    "of its own. To the user and to the computer it looks like any other failure to connect.",
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
  title: "The phone has Bluetooth and no connection to its tunnel service",
  story:
    "Help texts speak of Bluetooth, and Bluetooth is on. Without mobile data there is no tunnel, so the phone " +
    "broadcasts nothing: the phone says so at once, and the browser waits.",
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

const dataSwitchedOn: Scenario = {
  id: "phone-mobile-data-off/switched-on",
  group: "tunnel",
  title: "The user switches mobile data on and scans the same code again",
  story:
    "The phone says that the devices could not connect, which sounds like Bluetooth. A user who thinks of the " +
    "data connection in time scans once more, and it works.",
  sources: ["public issue: Kunzisoft/KeePassDX 2567"],
  knobs: { "link.road": "hybrid", "phone.mobileData": false, "phone.rescanMs": 20_000 },
  script: [
    { do: "register", inBackground: true },
    { do: "set", atMs: 20_000, knobs: { "phone.mobileData": true } },
  ],
  expect: {
    link: [
      { kind: "link.hybrid", where: { stage: "qr-scanned" }, actor: "phone", times: 2 },
      ADVERT_SEEN_ONCE,
    ],
    page: [PHONE_FAILED, RESOLVED],
    rp: [ACCEPTED],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
};

const refusedDesktopSide: Scenario = {
  id: "tunnel-refused-desktop-side",
  group: "tunnel",
  title: "The phone is heard, and the company's proxy blocks the computer's tunnel",
  story:
    "Bluetooth works and the advert decrypts. A proxy that lets no WebSocket through answers the computer's " +
    "upgrade with 403. The browser's sheet says that something went wrong; the page learns of it when the user " +
    "closes that sheet. The phone waits in its tunnel until the tunnel expires.",
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
  title: "The phone is heard, and a firewall drops the computer's connection to the tunnel service",
  story:
    "The firewall drops the packets to the tunnel service, so there is no status. The browser's sheet says that " +
    "something went wrong, and the page learns of it when the user closes that sheet.",
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
  title: "A proxy blocks the computer's tunnel, and the site lets the phone register in its own browser",
  story:
    "The site shows a web link as a code. The phone opens it over its own network and creates its passkey " +
    "there; the computer needs no tunnel for that.",
  sources: ["Prevention: another way beside the browser's code"],
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

/** A tunnel that phone or computer cannot open. */
export const REFUSED: readonly Scenario[] = [
  refusedPhoneSide,
  refusedAtLogin,
  captivePortal,
  mobileDataOff,
  dataSwitchedOn,
  refusedDesktopSide,
  noRoute,
  onThePhone,
];
