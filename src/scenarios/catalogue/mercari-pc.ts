import type { Scenario } from "../scenario.js";
import { variantOf } from "../variant.js";
import { HEALTHY, NOTHING } from "./knob-sets.js";

const NO_HELLO = {
  kind: "user.saw",
  where: { where: "browser", text: "Windows Hello is not set up on this device", tone: "failure" },
  times: 1,
} as const;

const helloMissing: Scenario = {
  id: "win-hello-missing-internal-only",
  group: "client",
  title:
    "The site wants a passkey of this computer, which has no Windows Hello: an error, and no way to try again",
  story:
    "The request is for the computer's own authenticator only. There is none, so the browser says that Windows Hello is " +
    "not set up and offers nothing else, neither key nor phone. The page hears of it when the sheet is closed.",
  sources: [
    "Chromium chrome/browser/ui/webauthn (step for internal-only requests while Windows Hello is off)",
    "field report: Mercari (background)",
  ],
  knobs: { "link.road": "hybrid", "os.helloEnabled": false, "rp.attachment": "platform" },
  script: [{ do: "register" }],
  expect: {
    ctap: [{ kind: "ctap.request", times: 0 }],
    link: [
      { kind: "link.not-found", where: { offered: [] }, times: 1 },
      { kind: "link.hybrid", times: 0 },
    ],
    page: [
      NO_HELLO,
      {
        kind: "page.settled",
        where: { outcome: "rejected", name: "NotAllowedError", reason: "attachment-unavailable" },
        times: 1,
      },
    ],
    rp: [{ kind: "rp.request", where: { call: "registration/finish" }, times: 0 }],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["no-authenticator"],
  },
};

const helloThere = variantOf(helloMissing, "hello-on", {
  title: "The same on a computer with Windows Hello: the passkey is made there",
  story: "The computer's own authenticator is asked, and no phone has a part in it.",
  knobs: { "os.helloEnabled": true },
  expect: {
    ctap: [{ kind: "ctap.credential", where: { change: "created" }, actor: "computer", times: 1 }],
    link: [{ kind: "link.hybrid", times: 0 }],
    page: [{ kind: "page.settled", where: { outcome: "resolved" }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
});

const phoneInstead = variantOf(helloMissing, "phone-offered", {
  title: "The same computer and a site that takes any passkey: the person scans a code",
  story: "A page that asks first whether the computer can do it offers the phone instead.",
  knobs: { "rp.attachment": "any" },
  expect: {
    ctap: [{ kind: "ctap.credential", where: { change: "created" }, actor: "key", times: 1 }],
    page: [{ kind: "page.settled", where: { outcome: "resolved" }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
});

const ASK_FOR_OWN = { do: "set", knobs: { "rp.attachment": "platform" } } as const;

const pcPasskey: Scenario = {
  id: "mercari-pc-passkey-after-qr",
  group: "client",
  title: "A login by QR code, then a passkey for this computer: the next login needs no phone",
  story:
    "The person logs in with the phone and makes a passkey on the computer. The site names the phone's passkey as one " +
    "not to be made again; it is marked `internal` as well as `hybrid`, and must not be taken for one of this computer. " +
    "The next login finds the computer's own passkey first, and no code is shown.",
  sources: ["field report: Mercari (after the login by QR code register the computer)"],
  knobs: { "link.road": "hybrid", "os.helloEnabled": true, "page.checksUvpaa": true },
  script: [
    { do: "register" },
    { do: "login", atMs: 60_000 },
    ASK_FOR_OWN,
    { do: "register", atMs: 120_000 },
    { do: "login", atMs: 180_000 },
  ],
  expect: {
    ctap: [
      { kind: "ctap.credential", where: { change: "created" }, actor: "key", times: 1 },
      { kind: "ctap.credential", where: { change: "created" }, actor: "computer", times: 1 },
      { kind: "ctap.credential", where: { change: "used" }, actor: "key", times: 1 },
      { kind: "ctap.credential", where: { change: "used" }, actor: "computer", times: 1 },
    ],
    link: [{ kind: "link.hybrid", where: { stage: "qr-shown" }, atMs: [120_000, 300_000], times: 0 }],
    rp: [
      { kind: "rp.response", where: { call: "registration/finish", status: 200 }, times: 2 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 2 },
    ],
    ledger: { keys: 2, rows: 2, orphans: 0, ghosts: 0, mails: 2 },
    decidedBy: null,
    mechanisms: ["success", "success", "success", "success"],
  },
};

const pcWithoutHello = variantOf(pcPasskey, "hello-off", {
  title: "The same on a computer without Windows Hello: the page asks first, and leaves it at that",
  story: "Nothing is begun that cannot end well. The next login goes by the phone again.",
  knobs: { "os.helloEnabled": false },
  expect: {
    link: [{ kind: "link.hybrid", where: { stage: "qr-shown" }, atMs: [180_000, 300_000], times: 1 }],
    page: [{ kind: "user.saw", where: { where: "page", tone: "failure" }, times: 0 }],
    rp: [
      { kind: "rp.request", where: { call: "registration/options" }, times: 1 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 2 },
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "success", "success"],
  },
});

const pcUnchecked = variantOf(pcWithoutHello, "hello-off-unchecked", {
  title: "The same without asking first: an error for something nobody had asked for",
  story:
    "The page offers a passkey of this computer right after the login. The computer has no way to keep one.",
  knobs: { "page.checksUvpaa": false },
  expect: {
    page: [NO_HELLO],
    rp: [{ kind: "rp.login", where: { outcome: "accepted" }, times: 2 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "success", "no-authenticator", "success"],
  },
});

/** Passkeys of the computer itself, where the Mercari story touches them. */
export const MERCARI_PC: readonly Scenario[] = [
  helloMissing,
  helloThere,
  phoneInstead,
  pcPasskey,
  pcWithoutHello,
  pcUnchecked,
];
