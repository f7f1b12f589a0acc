import type { Sampling } from "../../samples.js";
import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { KEY_SIGNED, LOGIN_ACCEPTED, LOGIN_UNKNOWN } from "../patterns.js";

const RACE_DRAWS: Sampling = {
  knobs: {
    "rp.finishMs": [45_000, 55_000],
    "gw.idleMs": null,
    "phone.scanDelayMs": [3_000, 9_000],
    "ble.advertDelayMs": [20, 1_000],
    "ble.advertLossPct": null,
    "tunnel.connectDelayMs": [150, 1_000],
    "key.touchDelayMs": [500, 3_000],
    "key.createMs": null,
  },
  why: "the second passkey has to be made after the first one, and before the site is done with that",
};

const overwriteRace: Scenario = {
  id: "phone-overwrite-race",
  group: "duplicates",
  title: "Two creations with one user handle: the phone keeps the second passkey, the site the first",
  story:
    "The site takes 50 s over the first answer. Meanwhile the user tries again; the second passkey overwrites " +
    "the first on the phone. The site accepts the first answer, and refuses the second because the account has " +
    "a passkey now. That one exists nowhere: no login works until the user registers anew.",
  sources: [
    "public issue: guardian/janus-app 582",
    "CTAP 2.2 §6.1.2 (a discoverable credential takes the place of that of the same account)",
    "Field report: Rakuten Securities customer, passkey by QR code: the page starts over while the first answer is on its way",
  ],
  knobs: {
    "link.road": "hybrid",
    "rp.finishMs": 50_000,
    "rp.maxPasskeys": 1,
    "rp.whenFull": "refuse",
  },
  script: [
    { do: "register", inBackground: true },
    { do: "register", atMs: 30_000 },
    { do: "login", atMs: 120_000 },
    { do: "login", atMs: 200_000 },
  ],
  draws: RACE_DRAWS,
  expect: {
    ctap: [
      { kind: "ctap.credential", where: { change: "created" }, times: 2 },
      { kind: "ctap.credential", where: { change: "overwritten" }, times: 1 },
      { kind: "ctap.response", where: { command: "getAssertion", status: "NO_CREDENTIALS" }, times: 2 },
    ],
    rp: [
      { kind: "rp.response", where: { call: "registration/finish", status: 200 }, times: 1 },
      {
        kind: "rp.response",
        where: { call: "registration/finish", status: 409, code: "PASSKEY_LIMIT" },
        times: 1,
      },
      { ...LOGIN_ACCEPTED, times: 0 },
    ],
    ledger: { keys: 1, rows: 1, orphans: 1, ghosts: 1, mails: 1 },
    decidedBy: null,
    mechanisms: ["success", "overwrite-race", "overwrite-race", "overwrite-race"],
  },
};

const racedUnnamed = variantOf(overwriteRace, "not-named", {
  title:
    "Two creations with one user handle, at a site that names no credential: the phone signs with an unknown " +
    "one",
  story: "Without an allow list the phone signs with the passkey it has, which is the one the site refused.",
  knobs: { "rp.allowList": "empty" },
  draws: RACE_DRAWS,
  expect: {
    ctap: [{ ...KEY_SIGNED, times: 2 }],
    rp: [{ ...LOGIN_UNKNOWN, times: 2 }],
    ledger: overwriteRace.expect.ledger,
    decidedBy: null,
    mechanisms: ["success", "overwrite-race", "overwrite-race", "overwrite-race"],
  },
});

const racedReplaced = variantOf(overwriteRace, "replaced", {
  title: "Two creations with one user handle, at a site that lets the second answer replace the first",
  story: "Session and user are the same, so the site's row follows the phone, and every login works.",
  knobs: { "rp.whenFull": "replace" },
  draws: RACE_DRAWS,
  expect: {
    rp: [
      { kind: "rp.response", where: { call: "registration/finish", status: 200 }, times: 2 },
      { ...LOGIN_ACCEPTED, times: 2 },
    ],
    ledger: { keys: 1, rows: 1, orphans: 0, ghosts: 0, mails: 2 },
    decidedBy: null,
    mechanisms: ["success", "success", "success", "success"],
  },
});

const racedTwoHandles = variantOf(overwriteRace, "two-handles", {
  title: "Two creations with a user handle for each: nothing is overwritten, and one orphan is left",
  story: "The phone keeps both. The refused one is an orphan, the accepted one works.",
  knobs: { "rp.userIdStable": false },
  draws: RACE_DRAWS,
  expect: {
    ctap: [{ kind: "ctap.credential", where: { change: "overwritten" }, times: 0 }],
    rp: [{ ...LOGIN_ACCEPTED, times: 2 }],
    ledger: { keys: 2, rows: 1, orphans: 1, ghosts: 0, mails: 1 },
    decidedBy: null,
    mechanisms: ["success", "passkey-limit", "success", "success"],
  },
});

const racedHealed = variantOf(overwriteRace, "registered-again", {
  title: "Two creations with one user handle, then a registration that replaces the row: logins work again",
  story: "The new registration replaces the stale row. Until then no number of tries helps.",
  script: [
    ...overwriteRace.script.slice(0, 3),
    { do: "set", knobs: { "rp.whenFull": "replace" } },
    { do: "register", atMs: 200_000 },
    { do: "login", atMs: 300_000 },
  ],
  draws: RACE_DRAWS,
  expect: {
    ctap: [{ kind: "ctap.credential", where: { change: "overwritten" }, times: 2 }],
    rp: [{ ...LOGIN_ACCEPTED, times: 1 }],
    ledger: { keys: 1, rows: 1, orphans: 0, ghosts: 0, mails: 2 },
    decidedBy: null,
    mechanisms: ["success", "overwrite-race", "overwrite-race", "success", "success"],
  },
});

/** Two creations with one user handle. */
export const OVERWRITE_RACE: readonly Scenario[] = [
  overwriteRace,
  racedUnnamed,
  racedReplaced,
  racedTwoHandles,
  racedHealed,
];
