import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY, PATIENT_PHONE } from "../knob-sets.js";
import { KEY_SIGNED, LOGIN_ACCEPTED, LOGIN_UNKNOWN } from "../patterns.js";

/** The user handle is new each time, or the second key would take the place of the first. */
const secondCreate: Scenario = {
  id: "lost-answer-second-create",
  group: "duplicates",
  title: "The first answer is lost, the page starts over by itself, and two look-alike passkeys are left",
  story:
    "The key is created at 40 s and its answer is lost with the link. Behind its error the page begins again " +
    "with a fresh user handle; that registration succeeds and sends a mail. The user picks the older of the two " +
    "passkeys first, which the site does not know. The newer one works.",
  sources: [
    "Field report: Rakuten Securities customer, passkey by QR code: first login refused, second works; explained by two look-alike passkeys",
  ],
  knobs: {
    ...PATIENT_PHONE,
    "link.seenAs": "hybrid",
    "link.breaks": "after-answer",
    "key.touchDelayMs": 39_500,
    "page.autoRetry": 1,
    "rp.userIdStable": false,
    "rp.allowList": "empty",
  },
  script: [
    { do: "register" },
    { do: "set", knobs: { "key.touchDelayMs": 4_000, "key.picksAccount": 1 } },
    { do: "login", atMs: 235_000 },
    { do: "set", knobs: { "key.picksAccount": 0 } },
    { do: "login", atMs: 280_000 },
  ],
  expect: {
    ctap: [
      { kind: "ctap.credential", where: { change: "created" }, times: 2 },
      { kind: "ctap.credential", where: { change: "overwritten" }, times: 0 },
      { kind: "ctap.response", where: { command: "makeCredential", status: "OK" }, times: 1 },
    ],
    link: [{ kind: "link.hybrid", where: { stage: "tunnel-closed" }, atMs: [39_000, 41_000], times: 1 }],
    page: [
      { kind: "user.saw", where: { where: "page", tone: "failure" }, atMs: [40_000, 46_000], times: 1 },
      { kind: "page.settled", where: { method: "create", outcome: "resolved" }, times: 1 },
    ],
    rp: [
      { kind: "rp.row", where: { change: "created" }, atMs: [80_000, 90_000], times: 1 },
      { kind: "rp.mail", where: { stage: "delivered" }, times: 1 },
      { kind: "rp.login", where: { outcome: "refused", reason: "UNKNOWN_CREDENTIAL" }, times: 1 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 1 },
    ],
    ledger: { keys: 2, rows: 1, orphans: 1, ghosts: 0, mails: 1 },
    decidedBy: null,
    mechanisms: ["lost-answer", "error-not-corrected", "unknown-credential", "success"],
    consequences: ["orphan", "second-passkey"],
  },
};

const secondCreateStable = variantOf(secondCreate, "stable-user-id", {
  title:
    "The first answer is lost and the page starts over with the same user handle: the second key replaces the " +
    "first",
  story: "The phone keeps one passkey for each account. The lost one is overwritten, so every login works.",
  knobs: { "rp.userIdStable": true },
  expect: {
    ctap: [
      { kind: "ctap.credential", where: { change: "created" }, times: 2 },
      { kind: "ctap.credential", where: { change: "overwritten" }, times: 1 },
    ],
    rp: [{ kind: "rp.login", where: { outcome: "accepted" }, times: 2 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["lost-answer", "error-not-corrected", "success", "success"],
  },
});

/** Variants of mechanism D at login, in which a lost answer on the transport creates the orphan. */
const orphanFirst: Scenario = {
  id: "phone-orphan-picked-first",
  group: "duplicates",
  title:
    "The phone offers the orphan of a failed registration first; the second login picks the other passkey",
  story:
    "The tunnel broke before the answer of the first registration arrived, and user handles differ: the phone " +
    "holds an orphan and a valid passkey that look alike. Its picker lists the older one first. That one signs, " +
    "and the site does not know it.",
  sources: [
    "Field report: Rakuten Securities customer, passkey by QR code: first login refused, second works",
  ],
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
      { ...KEY_SIGNED, times: 2 },
    ],
    page: [{ kind: "page.settled", where: { method: "get", outcome: "resolved" }, times: 2 }],
    rp: [
      { ...LOGIN_UNKNOWN, atMs: [60_000, 80_000], times: 1 },
      { ...LOGIN_ACCEPTED, atMs: [90_000, 110_000], times: 1 },
    ],
    ledger: { keys: 2, rows: 1, orphans: 1, ghosts: 0, mails: 1 },
    decidedBy: null,
    mechanisms: ["lost-answer", "success", "unknown-credential", "success"],
    consequences: ["orphan", "second-passkey"],
  },
};

const newestFirst = variantOf(orphanFirst, "newest-first", {
  title: "The phone offers the newest passkey first: the user does not pick the orphan",
  story: "The orphan is there all the same, and will be picked some day.",
  knobs: { "key.listOrder": "newest-first" },
  script: orphanFirst.script.slice(0, 4),
  expect: {
    rp: [
      { ...LOGIN_ACCEPTED, times: 1 },
      { ...LOGIN_UNKNOWN, times: 0 },
    ],
    ledger: orphanFirst.expect.ledger,
    decidedBy: null,
    mechanisms: ["lost-answer", "success", "success"],
    consequences: ["orphan", "second-passkey"],
  },
});

/** An answer is lost, a second registration succeeds, and an orphan looks like the valid passkey. */
export const LOST_ANSWER: readonly Scenario[] = [secondCreate, secondCreateStable, orphanFirst, newestFirst];
