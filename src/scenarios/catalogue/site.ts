import type { Scenario } from "../scenario.js";
import { lateDelivery } from "./late-delivery.js";

const firstLoginRefused: Scenario = {
  id: "first-login-refused",
  group: "site",
  title: "The first login after a good registration fails, the second works",
  story:
    "Login options come from a read copy that is 60 s behind. It does not know the new passkey yet, so the site " +
    "asks for a credential the authenticator does not have. A minute later the same login works.",
  sources: [
    "field report: Rakuten (first login refused, second works)",
    "public issue: pocket-id/pocket-id 882 (record not found, retry works)",
  ],
  knobs: { "rp.replicaLagMs": 60_000 },
  script: [{ do: "register" }, { do: "login", atMs: 20_000 }, { do: "login", atMs: 90_000 }],
  expect: {
    ctap: [
      {
        kind: "ctap.response",
        where: { command: "getAssertion", status: "NO_CREDENTIALS" },
        atMs: [20_000, 30_000],
      },
      {
        kind: "ctap.response",
        where: { command: "getAssertion", status: "OK" },
        atMs: [90_000, 95_000],
        times: 1,
      },
    ],
    page: [
      {
        kind: "page.settled",
        where: { method: "get", outcome: "rejected", reason: "no-credential" },
        times: 1,
      },
      { kind: "page.settled", where: { method: "get", outcome: "resolved" }, times: 1 },
    ],
    rp: [
      { kind: "rp.row", where: { change: "visible" }, atMs: [60_000, 65_000], times: 1 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 1 },
    ],
    ledger: { keys: 1, rows: 1, orphans: 0, ghosts: 0, mails: 1 },
    decidedBy: null,
    mechanisms: ["success", "read-replica-lag", "success"],
  },
};

/** Mechanisms A and G together: one slow back end explains the late mail and the refused login. */
const errorThenMail: Scenario = {
  id: "rakuten-error-then-mail",
  group: "site",
  title: "Error at 60 s, mail at 213 s, first login refused, second login works",
  story:
    "The page gives up at 60 s, the person confirms at 95 s, the mail says two minutes later that the passkey was " +
    "created. After logging out, the first login with it is refused and the second one works.",
  sources: ["field report: Rakuten (the whole story, steps 8 to 14)"],
  knobs: { ...lateDelivery.knobs, "rp.replicaLagMs": 150_000 },
  script: [
    { do: "register" },
    // Logging in, the person knows what to do.
    { do: "set", knobs: { "key.touchDelayMs": 4_000 } },
    { do: "login", atMs: 235_000 },
    { do: "login", atMs: 280_000 },
  ],
  expect: {
    ctap: [
      {
        kind: "ctap.response",
        where: { command: "makeCredential", status: "OK" },
        atMs: [95_000, 98_000],
        times: 1,
      },
      { kind: "ctap.response", where: { command: "getAssertion", status: "NO_CREDENTIALS" }, times: 1 },
      { kind: "ctap.response", where: { command: "getAssertion", status: "OK" }, times: 1 },
    ],
    page: [{ kind: "user.saw", where: { where: "page", tone: "failure" }, atMs: [60_000, 60_000], times: 1 }],
    rp: [
      { kind: "rp.row", where: { change: "created" }, atMs: [97_000, 99_000], times: 1 },
      { kind: "rp.mail", where: { stage: "delivered" }, atMs: [212_000, 214_000], times: 1 },
      { kind: "rp.row", where: { change: "visible" }, atMs: [247_000, 249_000], times: 1 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 1 },
    ],
    ledger: { keys: 1, rows: 1, orphans: 0, ghosts: 0, mails: 1 },
    decidedBy: "page.guard",
    mechanisms: ["late-delivery", "read-replica-lag", "success"],
  },
};

/** The site's database, gateway and mail. */
export const SITE: readonly Scenario[] = [lateDelivery, firstLoginRefused, errorThenMail];
