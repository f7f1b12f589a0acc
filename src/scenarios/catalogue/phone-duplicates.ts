import type { Scenario } from "../scenario.js";
import { variantOf } from "../variant.js";

const ACCEPTED = { kind: "rp.login", where: { outcome: "accepted" } } as const;
const UNKNOWN = { kind: "rp.login", where: { outcome: "refused", reason: "UNKNOWN_CREDENTIAL" } } as const;
const SIGNED = { kind: "ctap.credential", where: { change: "used" } } as const;

const wrongProvider: Scenario = {
  id: "phone-wrong-provider-duplicate",
  group: "phone",
  title:
    "The second registration ends in another provider; the first one's passkey still signs, for a site that dropped it",
  story:
    "The phone has two passkey providers. The second registration is saved with the other one, which knows nothing of " +
    "the first, and the site keeps one passkey an account. The phone goes on offering the old one, and the site does " +
    "not know it any more.",
  sources: [
    "public issue: keepassxreboot/keepassxc-browser 2033",
    "public issue: strongbox-password-safe/Strongbox 767",
  ],
  knobs: { "link.road": "hybrid", "rp.maxPasskeys": 1, "rp.allowList": "empty" },
  script: [
    { do: "register" },
    { do: "set", knobs: { "phone.provider": "second" } },
    { do: "register", atMs: 30_000 },
    { do: "set", knobs: { "phone.provider": "first" } },
    { do: "login", atMs: 60_000 },
    { do: "set", knobs: { "phone.provider": "second" } },
    { do: "login", atMs: 90_000 },
  ],
  expect: {
    ctap: [
      { kind: "ctap.credential", where: { change: "created" }, actor: "key", times: 1 },
      { kind: "ctap.credential", where: { change: "created" }, actor: "key-provider-2", times: 1 },
      { kind: "ctap.credential", where: { change: "overwritten" }, times: 0 },
      { ...SIGNED, times: 2 },
    ],
    rp: [
      { kind: "rp.row", where: { change: "deleted" }, times: 1 },
      { ...UNKNOWN, atMs: [60_000, 80_000], times: 1 },
      { ...ACCEPTED, atMs: [90_000, 110_000], times: 1 },
    ],
    ledger: { keys: 2, rows: 1, orphans: 1, ghosts: 0, mails: 2 },
    decidedBy: null,
    mechanisms: ["success", "success", "unknown-credential", "success"],
  },
};

const bothKept = variantOf(wrongProvider, "two-rows", {
  title: "The same at a site that keeps both: either provider logs in",
  story: "Two passkeys that look alike, in two stores, and a row for each.",
  knobs: { "rp.maxPasskeys": 0 },
  expect: {
    ctap: [{ ...SIGNED, times: 2 }],
    rp: [{ ...ACCEPTED, times: 2 }],
    ledger: { keys: 2, rows: 2, orphans: 0, ghosts: 0, mails: 2 },
    decidedBy: null,
    mechanisms: ["success", "success", "success", "success"],
  },
});

const named = variantOf(wrongProvider, "named", {
  title: "The same at a site that names its passkey: the first provider has nothing to offer",
  story:
    "The site asks for the passkey it kept. The provider that is asked does not have it, and the one that has is not asked.",
  knobs: { "rp.allowList": "account" },
  expect: {
    ctap: [
      { kind: "ctap.response", where: { command: "getAssertion", status: "NO_CREDENTIALS" }, times: 1 },
      { ...SIGNED, times: 1 },
    ],
    rp: [{ ...ACCEPTED, times: 1 }],
    ledger: wrongProvider.expect.ledger,
    decidedBy: null,
    mechanisms: ["success", "success", "other-authenticator", "success"],
  },
});

/** Mechanism D at login, with the orphan made on the road itself. */
const orphanFirst: Scenario = {
  id: "phone-orphan-picked-first",
  group: "phone",
  title: "The phone offers the passkey of a failed registration first; the second login takes the other one",
  story:
    "The tunnel broke under the answer of the first registration, and user handles differ: the phone holds an orphan " +
    "and a good passkey that look alike. Its picker has the older one on top. That one signs, and the site does not know it.",
  sources: ["field report: Rakuten (first login refused, second works)"],
  knobs: {
    "link.road": "hybrid",
    "tunnel.dropAfter": 5,
    "rp.userIdStable": false,
    "rp.allowList": "empty",
    "key.listOrder": "oldest-first",
  },
  script: [
    { do: "register" },
    { do: "set", knobs: { "tunnel.dropAfter": null } },
    { do: "register", atMs: 30_000 },
    { do: "login", atMs: 60_000 },
    { do: "set", knobs: { "key.picksAccount": 1 } },
    { do: "login", atMs: 90_000 },
  ],
  expect: {
    ctap: [
      { kind: "ctap.credential", where: { change: "created" }, times: 2 },
      { ...SIGNED, times: 2 },
    ],
    page: [{ kind: "page.settled", where: { method: "get", outcome: "resolved" }, times: 2 }],
    rp: [
      { ...UNKNOWN, atMs: [60_000, 80_000], times: 1 },
      { ...ACCEPTED, atMs: [90_000, 110_000], times: 1 },
    ],
    ledger: { keys: 2, rows: 1, orphans: 1, ghosts: 0, mails: 1 },
    decidedBy: null,
    mechanisms: ["lost-answer-then-second-create", "success", "unknown-credential", "success"],
  },
};

const newestFirst = variantOf(orphanFirst, "newest-first", {
  title: "The same with the newest on top: nobody meets the orphan",
  story: "It is there all the same, for the day on which somebody picks the second line.",
  knobs: { "key.listOrder": "newest-first" },
  script: orphanFirst.script.slice(0, 4),
  expect: {
    rp: [
      { ...ACCEPTED, times: 1 },
      { ...UNKNOWN, times: 0 },
    ],
    ledger: orphanFirst.expect.ledger,
    decidedBy: null,
    mechanisms: ["lost-answer-then-second-create", "success", "success"],
  },
});

/** Mechanism N. */
const overwriteRace: Scenario = {
  id: "phone-overwrite-race",
  group: "phone",
  title: "Two creations with one user handle: the phone keeps the second passkey, the site the first",
  story:
    "The site takes 50 s over the first answer. Meanwhile the person tries again; the second passkey takes the first " +
    "one's place on the phone. The site accepts the first answer, and refuses the second because the account has a " +
    "passkey now. It is one that exists nowhere: no login works until somebody registers anew.",
  sources: [
    "public issue: guardian/janus-app 582",
    "CTAP 2.2 §6.1.2 (a discoverable credential takes the place of that of the same account)",
    "field report: Rakuten",
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
  draws: {
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
  },
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
      { ...ACCEPTED, times: 0 },
    ],
    ledger: { keys: 1, rows: 1, orphans: 1, ghosts: 1, mails: 1 },
    decidedBy: null,
    mechanisms: ["success", "overwrite-race", "overwrite-race", "overwrite-race"],
  },
};

const racedUnnamed = variantOf(overwriteRace, "not-named", {
  title: "The same at a site that names no passkey: the phone signs, and the site does not know with what",
  story: "Without a name the phone finds the passkey it has, which is the one the site refused.",
  knobs: { "rp.allowList": "empty" },
  expect: {
    ctap: [{ ...SIGNED, times: 2 }],
    rp: [{ ...UNKNOWN, times: 2 }],
    ledger: overwriteRace.expect.ledger,
    decidedBy: null,
    mechanisms: ["success", "overwrite-race", "overwrite-race", "overwrite-race"],
  },
});

const racedReplaced = variantOf(overwriteRace, "replaced", {
  title: "The same at a site that lets the second answer take the first one's place",
  story: "Session and person are the same: the site's books follow the phone, and every login works.",
  knobs: { "rp.whenFull": "replace" },
  expect: {
    rp: [
      { kind: "rp.response", where: { call: "registration/finish", status: 200 }, times: 2 },
      { ...ACCEPTED, times: 2 },
    ],
    ledger: { keys: 1, rows: 1, orphans: 0, ghosts: 0, mails: 2 },
    decidedBy: null,
    mechanisms: ["success", "success", "success", "success"],
  },
});

const racedTwoHandles = variantOf(overwriteRace, "two-handles", {
  title:
    "The same with a user handle for each attempt: nothing is overwritten, and one passkey too many is left",
  story: "The phone keeps both. The refused one is an orphan, the accepted one works.",
  knobs: { "rp.userIdStable": false },
  expect: {
    ctap: [{ kind: "ctap.credential", where: { change: "overwritten" }, times: 0 }],
    rp: [{ ...ACCEPTED, times: 2 }],
    ledger: { keys: 2, rows: 1, orphans: 1, ghosts: 0, mails: 1 },
    decidedBy: null,
    mechanisms: ["success", "passkey-limit", "success", "success"],
  },
});

const racedHealed = variantOf(overwriteRace, "registered-again", {
  title: "The same, and a registration after it that is allowed to replace the row: logins work again",
  story: "The ghost goes with the row. Until somebody does this, no number of tries helps.",
  script: [
    ...overwriteRace.script.slice(0, 3),
    { do: "set", knobs: { "rp.whenFull": "replace" } },
    { do: "register", atMs: 200_000 },
    { do: "login", atMs: 300_000 },
  ],
  expect: {
    ctap: [{ kind: "ctap.credential", where: { change: "overwritten" }, times: 2 }],
    rp: [{ ...ACCEPTED, times: 1 }],
    ledger: { keys: 1, rows: 1, orphans: 0, ghosts: 0, mails: 2 },
    decidedBy: null,
    mechanisms: ["success", "overwrite-race", "overwrite-race", "success", "success"],
  },
});

/** One account with more than one passkey, and two sides that keep different ones. */
export const PHONE_DUPLICATES: readonly Scenario[] = [
  wrongProvider,
  bothKept,
  named,
  orphanFirst,
  newestFirst,
  overwriteRace,
  racedUnnamed,
  racedReplaced,
  racedTwoHandles,
  racedHealed,
];
