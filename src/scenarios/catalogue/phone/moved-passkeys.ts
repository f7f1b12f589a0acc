import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY } from "../knob-sets.js";
import { LOGIN_ACCEPTED, NOTHING_FOUND } from "../patterns.js";

const NEW_PHONE = { do: "set", knobs: { "key.which": "second" } } as const;

const otherAccount: Scenario = {
  id: "new-phone-other-account",
  group: "phone",
  title: "The new phone is signed in to another account of the provider: the passkeys do not come along",
  story:
    "Both phones are of one make. On the new one the user signed in with another account, the employer's or a new one, and " +
    "what is in the first account's store stays there. The phone says that it has no passkey for the site.",
  sources: [
    "Field report: Mercari user: passkeys come along within one system and one account only",
    "public issue: 1Password/passkey-rs 71 (two accounts on one phone, no passkey on device)",
  ],
  knobs: { "link.road": "hybrid", "key.second": "synced", "phone.account": "other" },
  script: [
    { do: "register" },
    NEW_PHONE,
    { do: "login", atMs: 60_000 },
    { do: "set", knobs: { "phone.account": "same" } },
    { do: "login", atMs: 120_000 },
  ],
  expect: {
    ctap: [
      NOTHING_FOUND,
      { kind: "ctap.provider", where: { account: "other", credentials: 0 }, actor: "key-2", times: 1 },
    ],
    rp: [{ ...LOGIN_ACCEPTED, times: 1 }],
    ledger: { keys: 2, rows: 1, orphans: 0, ghosts: 0, mails: 1 },
    decidedBy: null,
    mechanisms: ["success", "provider-other-account", "success"],
  },
};

const imported: Scenario = {
  id: "passkey-imported-to-other-make",
  group: "phone",
  title: "The passkeys are exported from Android and imported on the iPhone: the login works there",
  story:
    "The two providers speak the exchange format. The new phone has the same private key, and the site cannot tell the two " +
    "apart; both phones can log in.",
  sources: ["FIDO Alliance, Credential Exchange Format 1.0", "public issue: keepassxreboot/keepassxc 11363"],
  knobs: {
    "link.road": "hybrid",
    "phone.second": "iphone",
    "key.second": "imported",
    "key.backup": "backed-up",
  },
  script: [{ do: "register" }, NEW_PHONE, { do: "login", atMs: 60_000 }],
  expect: {
    ctap: [
      {
        kind: "ctap.credential",
        where: { change: "created", via: "import" },
        actor: "key-2",
        times: 1,
      },
    ],
    rp: [LOGIN_ACCEPTED],
    ledger: { keys: 2, rows: 1, orphans: 0, ghosts: 0, mails: 1 },
    decidedBy: null,
    mechanisms: ["success", "success"],
  },
};

const importedFlags = variantOf(imported, "other-flags", {
  title: "An imported passkey says that it may be backed up, which the original did not: the site refuses it",
  story:
    "The provider that made the passkey set the flag BE to 0, the one that imported it sets it to 1. A site that follows " +
    "the specification refuses a login whose BE differs from that of the registration.",
  sources: [
    "public issues: keepassxreboot/keepassxc 11977, keepassium/KeePassium 444, Kunzisoft/KeePassDX 2150",
    "WebAuthn Level 3 section 7.2 step 18 (backup eligibility)",
  ],
  knobs: { "key.backup": "none" },
  script: [
    { do: "register" },
    { do: "set", knobs: { "key.which": "second", "key.backup": "backed-up" } },
    { do: "login", atMs: 60_000 },
  ],
  expect: {
    ctap: [{ kind: "ctap.credential", where: { change: "used" }, actor: "key-2", times: 1 }],
    rp: [{ kind: "rp.login", where: { outcome: "refused", reason: "RP_BACKUP_ELIGIBILITY" }, times: 1 }],
    ledger: { keys: 2, rows: 1, orphans: 0, ghosts: 0, mails: 1 },
    decidedBy: null,
    mechanisms: ["success", "backup-eligibility-changed"],
  },
});

const eligibleLater: Scenario = {
  id: "backup-eligibility-changes",
  group: "phone",
  title:
    "The provider sets BE to 0 until its first synchronisation and to 1 afterwards: later logins are refused",
  story:
    "The passkey is made while the cloud store is off; the first login works. Once it is on, the same passkey says that it " +
    "may be backed up. The site holds it to what it said first, and refuses every login from then on.",
  sources: [
    "public issue: supabase/auth 2732 (the first login works, a later one fails)",
    "public issues: go-webauthn/webauthn 335, keepassxreboot/keepassxc 13239",
  ],
  knobs: { "link.road": "hybrid", "key.backup": "none" },
  script: [
    { do: "register" },
    { do: "login", atMs: 60_000 },
    { do: "set", knobs: { "key.backup": "backed-up" } },
    { do: "login", atMs: 120_000 },
  ],
  expect: {
    rp: [
      { ...LOGIN_ACCEPTED, times: 1 },
      { kind: "rp.login", where: { outcome: "refused", reason: "RP_BACKUP_ELIGIBILITY" }, times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "success", "backup-eligibility-changed"],
  },
};

const eligibleTolerated = variantOf(eligibleLater, "tolerated", {
  title: "The flag BE changes from 0 to 1, and the site takes the new one over: the login works",
  story: "The site notes that the passkey may be backed up now.",
  sources: ["public issue: kanidm/webauthn-rs 513 (backup eligibility may change)"],
  knobs: { "rp.backupEligibility": "may-change" },
  expect: {
    rp: [{ ...LOGIN_ACCEPTED, times: 2 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "success", "success"],
  },
});

const stateChanges = variantOf(eligibleLater, "state-only", {
  title: "A passkey that may be backed up is backed up later: BS changes, and the login works",
  story: "BE stays what it was. BS may change with every login, and no site may refuse that.",
  sources: ["WebAuthn Level 3 section 6.1.3 (backup state)"],
  knobs: { "key.backup": "eligible" },
  expect: {
    rp: [{ ...LOGIN_ACCEPTED, times: 2 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "success", "success"],
  },
});

/** Passkeys that move, or do not: other accounts, exports, backup flags. */
export const MOVED_PASSKEYS: readonly Scenario[] = [
  otherAccount,
  imported,
  importedFlags,
  eligibleLater,
  eligibleTolerated,
  stateChanges,
];
