import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { KEY_SIGNED, LOGIN_ACCEPTED, LOGIN_UNKNOWN } from "../patterns.js";

const wrongProvider: Scenario = {
  id: "phone-wrong-provider-duplicate",
  group: "duplicates",
  title:
    "The second registration is saved by another provider; the first passkey still signs, and the site has " +
    "dropped it",
  story:
    "The phone has two passkey providers. The second registration is saved with the other one, which knows " +
    "nothing of the first, and the site keeps one passkey for each account. The phone goes on offering the old " +
    "one, and the site does not know it any more.",
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
      { ...KEY_SIGNED, times: 2 },
    ],
    rp: [
      { kind: "rp.row", where: { change: "deleted" }, times: 1 },
      { ...LOGIN_UNKNOWN, atMs: [60_000, 80_000], times: 1 },
      { ...LOGIN_ACCEPTED, atMs: [90_000, 110_000], times: 1 },
    ],
    ledger: { keys: 2, rows: 1, orphans: 1, ghosts: 0, mails: 2 },
    decidedBy: null,
    mechanisms: ["success", "success", "unknown-credential", "success"],
  },
};

const bothKept = variantOf(wrongProvider, "two-rows", {
  title: "Two registrations in two providers, at a site that keeps both: either provider logs in",
  story: "Two look-alike passkeys in two stores, and a row for each.",
  knobs: { "rp.maxPasskeys": 0 },
  expect: {
    ctap: [{ ...KEY_SIGNED, times: 2 }],
    rp: [{ ...LOGIN_ACCEPTED, times: 2 }],
    ledger: { keys: 2, rows: 2, orphans: 0, ghosts: 0, mails: 2 },
    decidedBy: null,
    mechanisms: ["success", "success", "success", "success"],
  },
});

const named = variantOf(wrongProvider, "named", {
  title:
    "Two registrations in two providers, at a site that names its credential: the first provider finds nothing",
  story:
    "The site asks for the passkey it kept. The provider that is asked does not have it, and the one that has " +
    "it is not asked.",
  knobs: { "rp.allowList": "account" },
  expect: {
    ctap: [
      { kind: "ctap.response", where: { command: "getAssertion", status: "NO_CREDENTIALS" }, times: 1 },
      { ...KEY_SIGNED, times: 1 },
    ],
    rp: [{ ...LOGIN_ACCEPTED, times: 1 }],
    ledger: wrongProvider.expect.ledger,
    decidedBy: null,
    mechanisms: ["success", "success", "other-authenticator", "success"],
  },
});

/** Two passkey providers on one phone. */
export const TWO_PROVIDERS: readonly Scenario[] = [wrongProvider, bothKept, named];
