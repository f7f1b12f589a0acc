import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY } from "../knob-sets.js";
import { NO_HELLO } from "../patterns.js";

const ASK_FOR_OWN = { do: "set", knobs: { "rp.attachment": "platform" } } as const;

const pcPasskey: Scenario = {
  id: "platform-passkey-after-qr-login",
  group: "platform-dialogs",
  title: "A login by QR code, then a passkey for this computer: the next login needs no phone",
  story:
    "The user logs in with the phone and creates a passkey on the computer. The site excludes the phone's " +
    "passkey; it is marked `internal` as well as `hybrid`, and must not be taken for one of this computer. The " +
    "next login finds the computer's own passkey first, and no code is shown.",
  sources: ["Field report: Mercari user: after the login by QR code register the computer"],
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
  title:
    "A login by QR code on a computer without Windows Hello: the page checks first, and offers no passkey",
  story: "The page starts nothing that cannot succeed. The next login uses the phone again.",
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

const pcUnchecked = variantOf(pcWithoutHello, "unchecked", {
  title:
    "A login by QR code on a computer without Windows Hello: the page does not check, and shows an error the " +
    "user did not ask for",
  story:
    "The page offers a passkey of this computer right after the login. The computer has no platform " +
    "authenticator.",
  knobs: { "page.checksUvpaa": false },
  expect: {
    page: [NO_HELLO],
    rp: [{ kind: "rp.login", where: { outcome: "accepted" }, times: 2 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "success", "no-authenticator", "success"],
  },
});

/** A passkey of the computer itself, after a login by QR code. */
export const PLATFORM_PASSKEY: readonly Scenario[] = [pcPasskey, pcWithoutHello, pcUnchecked];
