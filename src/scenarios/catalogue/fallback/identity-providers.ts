import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY, NOTHING, PATIENT_PHONE } from "../knob-sets.js";

const lineWorks: Scenario = {
  id: "fallback-provider-linked-by-code",
  group: "fallback",
  title:
    "The passkey sheet is cancelled; signing in with LINE links the account by a code of four digits and works",
  story:
    "The system's sheet asks for a USB key, and only Cancel works. Beside it is the sign-in with LINE. The " +
    "account there is not linked yet; a code proves who owns the account here, and the user is in. The passkey " +
    "is untouched.",
  sources: ["Field report: Mercari user: after Cancel, signing in with LINE and a code of four digits works"],
  knobs: { ...PATIENT_PHONE, "idp.line": "linkable" },
  script: [
    { do: "register" },
    { do: "set", knobs: { "key.decision": "decline" } },
    { do: "login", atMs: 60_000 },
    { do: "sign-in-with", provider: "line", atMs: 90_000 },
  ],
  expect: {
    page: [
      {
        kind: "page.settled",
        where: { method: "get", outcome: "rejected", name: "NotAllowedError" },
        times: 1,
      },
      {
        kind: "user.saw",
        where: { where: "page", text: "You are logged in." },
        atMs: [120_000, 130_000],
        times: 1,
      },
    ],
    rp: [
      { kind: "factor.enrolment", where: { factor: "line", change: "linked", by: "owner" }, times: 1 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 1 },
      { kind: "rp.row", where: { change: "deleted" }, times: 0 },
      { kind: "factor.lock", times: 0 },
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "user-refused", "success"],
  },
};

const lineCodeLate = variantOf(lineWorks, "code-expired", {
  title: "Signing in with LINE: the linking code is typed after four minutes and lived three",
  story: "The user looked for the message too long. Nothing is linked.",
  knobs: { "idp.codeEntryMs": 240_000 },
  draws: { knobs: { "idp.codeTtlMs": [144_000, 190_000] }, why: "the code has to expire before it is typed" },
  expect: {
    rp: [
      { kind: "rp.response", where: { call: "line/link", status: 401, code: "CODE_EXPIRED" }, times: 1 },
      { kind: "factor.enrolment", times: 0 },
    ],
    ledger: HEALTHY,
    // The refused passkey comes first, and no timer had a part in it.
    decidedBy: null,
    mechanisms: ["success", "user-refused", "code-expired"],
  },
});

const lineLinked = variantOf(lineWorks, "linked-before", {
  title: "Signing in with LINE, with an account that was linked before: no code is needed",
  story: "One visit to the provider, and the user is in.",
  knobs: { "idp.line": "linked" },
  expect: {
    rp: [
      { kind: "rp.request", where: { call: "line/link" }, times: 0 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "user-refused", "success"],
  },
});

const googleNotLinked: Scenario = {
  id: "fallback-provider-not-linked",
  group: "fallback",
  title: "Signing in with Google: the account there is valid, and was never linked here",
  story:
    "The site says that there is no account. It does not create a second one silently, and counts no failed " +
    "attempt.",
  sources: [
    "Field report: Mercari user: signing in with Google says that there is no registration for this account",
  ],
  knobs: { "idp.google": "unlinked" },
  script: [{ do: "sign-in-with", provider: "google" }],
  expect: {
    page: [
      { kind: "user.saw", where: { where: "page", text: "There is no account for this sign-in." }, times: 1 },
    ],
    rp: [
      { kind: "rp.response", where: { call: "google/login", status: 404, code: "NOT_LINKED" }, times: 1 },
      { kind: "factor.enrolment", times: 0 },
      { kind: "factor.lock", times: 0 },
    ],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["not-linked"],
  },
};

/** Signing in with an account of another provider. */
export const IDENTITY_PROVIDERS: readonly Scenario[] = [lineWorks, lineCodeLate, lineLinked, googleNotLinked];
