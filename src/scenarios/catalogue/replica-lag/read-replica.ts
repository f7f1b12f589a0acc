import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY, PATIENT_PHONE } from "../knob-sets.js";

const replicaLag: Scenario = {
  id: "rp-replica-lag",
  group: "replica-lag",
  title: "The read replica is 90 s behind, and the user logs in three seconds after the registration",
  story: "Login options do not know the new passkey, so the phone finds nothing. Waiting heals it.",
  sources: [
    "Analysis: login options read from a replica",
    "public issue: pocket-id/pocket-id 882 (record not found, retry works)",
  ],
  knobs: { ...PATIENT_PHONE, "rp.replicaLagMs": 90_000 },
  script: [{ do: "register" }, { do: "wait", forMs: 3_000 }, { do: "login" }, { do: "login", atMs: 120_000 }],
  draws: {
    knobs: { "rp.replicaLagMs": [50_000, 98_000] },
    why: "the first login has to come before the replica has the row, and the second after it",
  },
  expect: {
    ctap: [{ kind: "ctap.response", where: { command: "getAssertion", status: "NO_CREDENTIALS" }, times: 1 }],
    rp: [{ kind: "rp.login", where: { outcome: "accepted" }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "read-replica-lag", "success"],
  },
};

const replicaLagShort = variantOf(replicaLag, "500ms", {
  title: "The read replica is 0.5 s behind: every login works",
  story: "The replica has caught up before the user can log in.",
  knobs: { "rp.replicaLagMs": 500 },
  expect: {
    rp: [{ kind: "rp.login", where: { outcome: "accepted" }, times: 2 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "success", "success"],
  },
});

const replicaLagAtFinish = variantOf(replicaLag, "finish", {
  title: "The site looks the credential up in a lagging replica at finish and does not find it",
  story:
    "Options name no credential, the phone signs with the right one, and the site says that it does not know " +
    "it.",
  knobs: { "rp.allowList": "empty", "rp.finishReads": "replica" },
  draws: {
    knobs: { "rp.replicaLagMs": [50_000, 98_000] },
    why: "the first login has to come before the replica has the row, and the second after it",
  },
  expect: {
    rp: [
      { kind: "rp.login", where: { outcome: "refused", reason: "UNKNOWN_CREDENTIAL" }, times: 1 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "read-replica-lag", "success"],
  },
});

const replicaLagPrimary = variantOf(replicaLag, "primary", {
  title: "The replica is 90 s behind, and login options come from the primary: the login works at once",
  story: "The site reads from the database it wrote to.",
  knobs: { "rp.loginReads": "primary" },
  expect: replicaLagShort.expect,
});

/** A read replica that is behind the primary. */
export const READ_REPLICA: readonly Scenario[] = [
  replicaLag,
  replicaLagShort,
  replicaLagAtFinish,
  replicaLagPrimary,
];
