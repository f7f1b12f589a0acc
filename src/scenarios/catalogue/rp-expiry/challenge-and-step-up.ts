import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY, ORPHAN, PATIENT_PHONE } from "../knob-sets.js";

const shortChallenge: Scenario = {
  id: "rp-challenge-shorter-than-client",
  group: "rp-expiry",
  title: "The site's challenge lives 60 s, the browser allows 180 s, the user takes 120 s",
  story:
    "The user confirms on the phone and the promise resolves, but the challenge has expired by then, so the " +
    "site refuses. The phone shows a success and keeps an orphan.",
  sources: [
    "public issues: w3c/webauthn 1848, nhsuk/nhsapp-frontend 455 (90 s), Hexagon/webauthn-skeleton 10 (90 s)",
    "AWS Cognito: the session of an authentication lives 3 minutes by default",
  ],
  knobs: { ...PATIENT_PHONE, "rp.challengeTtlMs": 60_000, "key.touchDelayMs": 120_000 },
  script: [{ do: "register" }],
  expect: {
    ctap: [{ kind: "ctap.response", where: { command: "makeCredential", status: "OK" }, times: 1 }],
    page: [{ kind: "page.settled", where: { outcome: "resolved" }, atMs: [120_000, 121_000], times: 1 }],
    rp: [
      {
        kind: "rp.response",
        where: { call: "registration/finish", status: 400, code: "CHALLENGE_EXPIRED" },
        atMs: [120_000, 121_000],
        times: 1,
      },
      { kind: "rp.mail", times: 0 },
    ],
    ledger: ORPHAN,
    decidedBy: "rp.challenge",
    mechanisms: ["challenge-expired"],
  },
};

const challenge90 = variantOf(shortChallenge, "90s", {
  title: "The site's challenge lives 90 s and the user takes 120 s: refused, as in two public issues",
  story: "Half a minute more does not help: the user takes two minutes.",
  knobs: { "rp.challengeTtlMs": 90_000 },
  draws: {
    knobs: { "key.touchDelayMs": [110_000, 160_000], "rp.challengeTtlMs": [72_000, 105_000] },
    why: "the challenge has to expire before the gesture",
  },
});

const challenge180 = variantOf(shortChallenge, "180s", {
  title: "The site's challenge lives 180 s and the user takes 120 s: the registration succeeds",
  story: "The challenge lives as long as the browser allows, and the registration succeeds.",
  knobs: { "rp.challengeTtlMs": 180_000 },
  draws: {
    knobs: { "key.touchDelayMs": [96_000, 150_000], "rp.challengeTtlMs": [160_000, 216_000] },
    why: "the challenge has to outlive the gesture",
  },
  expect: {
    rp: [{ kind: "rp.response", where: { call: "registration/finish", status: 200 }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
});

const mailedKey: Scenario = {
  id: "rp-step-up-expires-before-finish",
  group: "rp-expiry",
  title: "A one-time key by mail opens the registration for 60 s, and the user takes 150 s at the phone",
  story:
    "Before a passkey can be created the site asks for a one-time key that it mails. It checks the age of that " +
    "step-up again when the answer comes. The user was too slow with the phone, and a valid registration is " +
    "refused.",
  sources: [
    "Field report: Rakuten Securities customer, passkey by QR code: a one-time key by mail, then the QR code",
  ],
  knobs: {
    ...PATIENT_PHONE,
    "factor.enrolled": "mail",
    "rp.stepUpTtlMs": 60_000,
    "key.touchDelayMs": 150_000,
    "mail.delayMs": 20_000,
  },
  script: [{ do: "request-code", factor: "mail" }, { do: "enter-code", factor: "mail" }, { do: "register" }],
  draws: { knobs: { "key.touchDelayMs": [100_000, 170_000] }, why: "the browser gives up at 180 s" },
  expect: {
    ctap: [{ kind: "ctap.response", where: { command: "makeCredential", status: "OK" }, times: 1 }],
    page: [{ kind: "page.settled", where: { method: "create", outcome: "resolved" }, times: 1 }],
    rp: [
      {
        kind: "factor.attempt",
        where: { factor: "mail", outcome: "accepted" },
        atMs: [20_000, 30_000],
        times: 1,
      },
      {
        kind: "rp.response",
        where: { call: "registration/finish", status: 403, code: "STEP_UP_EXPIRED" },
        times: 1,
      },
    ],
    ledger: ORPHAN,
    decidedBy: "rp.step-up",
    mechanisms: ["success", "step-up-expired"],
  },
};

const mailedKeyLonger = variantOf(mailedKey, "180s", {
  title: "A step-up that lives 180 s outlasts a user who takes 150 s: the passkey is created",
  story: "The step-up outlives the slow user, and nothing is refused.",
  knobs: { "rp.stepUpTtlMs": 180_000 },
  draws: {
    knobs: { "key.touchDelayMs": [120_000, 165_000], "rp.stepUpTtlMs": [180_000, 216_000] },
    why: "the step-up has to outlive the gesture",
  },
  expect: {
    rp: [{ kind: "rp.response", where: { call: "registration/finish", status: 200 }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "success"],
  },
});

const mailedKeyBound = variantOf(mailedKey, "bound-at-options", {
  title: "A step-up of 60 s that is checked when options are issued only: the passkey is created",
  story:
    "The step-up was valid when the registration began. The site binds it to the ceremony and does not check " +
    "its age again.",
  knobs: { "rp.stepUpCheckedAt": "options" },
  draws: { knobs: { "key.touchDelayMs": [100_000, 170_000] }, why: "the browser gives up at 180 s" },
  expect: mailedKeyLonger.expect,
});

/** Challenges and step-ups that expire while the user is at the phone. */
export const CHALLENGE_AND_STEP_UP: readonly Scenario[] = [
  shortChallenge,
  challenge90,
  challenge180,
  mailedKey,
  mailedKeyLonger,
  mailedKeyBound,
];
