import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY } from "../knob-sets.js";
import { LOGIN_ACCEPTED, NOTHING_FOUND } from "../patterns.js";

const NEW_PHONE = { do: "set", knobs: { "key.which": "second" } } as const;

const OLD_PHONE = { do: "set", knobs: { "key.which": "first" } } as const;

const toIphone: Scenario = {
  id: "migration-android-to-iphone",
  group: "phone",
  title:
    "From Android to iPhone: the passkey stays behind; the old phone logs in once more and the new one gets its " +
    "own",
  story:
    "No store synchronises across the two systems. The new phone has nothing for this account and says so. As " +
    "long as the old phone is at hand it opens the account, and a second passkey is created on the new one.",
  sources: [
    "Field report: Mercari user: a move to another system needs a transfer by hand",
    "public issue: corbado/flutter-passkeys 61",
    "public issue: ente/ente 4532",
    "public issue: 1Password/passkey-rs 71",
  ],
  knobs: { "link.road": "hybrid", "phone.second": "iphone", "key.second": "synced" },
  script: [
    { do: "register" },
    NEW_PHONE,
    { do: "login", atMs: 60_000 },
    OLD_PHONE,
    { do: "login", atMs: 120_000 },
    NEW_PHONE,
    { do: "register", atMs: 180_000 },
    { do: "login", atMs: 240_000 },
  ],
  expect: {
    ctap: [
      { ...NOTHING_FOUND, atMs: [60_000, 90_000], times: 1 },
      { kind: "ctap.credential", where: { change: "created" }, actor: "key", times: 1 },
      { kind: "ctap.credential", where: { change: "created" }, actor: "key-2", times: 1 },
    ],
    rp: [
      { ...LOGIN_ACCEPTED, atMs: [120_000, 150_000], times: 1 },
      { ...LOGIN_ACCEPTED, atMs: [240_000, 270_000], times: 1 },
    ],
    ledger: { keys: 2, rows: 2, orphans: 0, ghosts: 0, mails: 2 },
    decidedBy: null,
    mechanisms: ["success", "other-authenticator", "success", "success", "success"],
  },
};

const oldPhoneGone = variantOf(toIphone, "old-phone-gone", {
  title: "From Android to iPhone without the old phone: only a password opens the account",
  story:
    "The old phone was traded in. ID and password still work at this site, and from there the new phone gets a " +
    "passkey of its own. The row of the old one stays, for a key that no longer exists.",
  knobs: { "rp.passwordWhenFlagged": "allowed", "factor.enrolled": "mail" },
  script: [
    { do: "register" },
    NEW_PHONE,
    { do: "login", atMs: 60_000 },
    { do: "enter-password", atMs: 120_000 },
    { do: "request-code", factor: "mail" },
    { do: "enter-code", factor: "mail" },
    { do: "register", atMs: 180_000 },
    { do: "login", atMs: 240_000 },
  ],
  expect: {
    ctap: [{ ...NOTHING_FOUND, times: 1 }],
    rp: [{ ...LOGIN_ACCEPTED, atMs: [240_000, 270_000], times: 1 }],
    ledger: toIphone.expect.ledger,
    decidedBy: null,
    // Password and code are one each.
    mechanisms: ["success", "other-authenticator", "success", "success", "success", "success"],
  },
});

const lockedOut = variantOf(toIphone, "locked-out", {
  title: "From Android to iPhone without the old phone and without a password: locked out",
  story:
    "The site refuses ID and password once an account has a passkey. The only passkey is on a phone that is " +
    "gone, and there is no second way.",
  knobs: { "rp.passwordWhenFlagged": "refused" },
  script: [
    { do: "register" },
    NEW_PHONE,
    { do: "login", atMs: 60_000 },
    { do: "enter-password", atMs: 120_000 },
  ],
  expect: {
    ctap: [{ ...NOTHING_FOUND, times: 1 }],
    rp: [{ ...LOGIN_ACCEPTED, times: 0 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "other-authenticator", "password-off"],
  },
});

interface SyncCell {
  readonly variant?: string;
  readonly syncMs: number;
  readonly told: string;
}

/** A copy that takes longer than this leaves time for a login whatever happens on the way. */
const SHORT_MS = 120_000;

/** A login before the copy is there, one after it, and no change at the site in between. */
function syncLag({ variant, syncMs, told }: SyncCell): Scenario {
  const afterMs = syncMs + 60_000;
  return {
    id: `migration-same-os-sync-lag${variant === undefined ? "" : `/${variant}`}`,
    group: "phone",
    title: `A new phone of the same system: synced passkeys take ${told} to arrive, and until then it has none`,
    story:
      "Synced passkeys arrive on the new phone by themselves, some time after it was set up. A login in between finds " +
      "nothing, and looks exactly like a lost passkey. Later it works, and the site did nothing.",
    sources: [
      "Field report: Mercari user: the same system synchronises by itself",
      "public issue: strongbox-password-safe/Strongbox 767 (not yet arrived)",
      "public issue: breez/glow-web 205",
    ],
    knobs: { "link.road": "hybrid", "key.second": "synced", "key.syncMs": syncMs },
    script: [{ do: "register" }, NEW_PHONE, { do: "login", atMs: 20_000 }, { do: "login", atMs: afterMs }],
    draws: {
      knobs: {
        "key.syncMs": syncMs < SHORT_MS ? [syncMs, syncMs + 6_000] : [syncMs * 0.6, syncMs * 0.75],
      },
      why: "the copy has to come after the first login and before the second",
    },
    expect: {
      ctap: [
        { ...NOTHING_FOUND, times: 1 },
        {
          kind: "ctap.credential",
          where: { change: "created" },
          actor: "key-2",
          atMs: [syncMs, syncMs + 30_000],
          times: 1,
        },
        { kind: "ctap.credential", where: { change: "used" }, actor: "key-2", times: 1 },
      ],
      rp: [
        { kind: "rp.row", where: { change: "created" }, times: 1 },
        { ...LOGIN_ACCEPTED, atMs: [afterMs, afterMs + 30_000], times: 1 },
      ],
      ledger: { keys: 2, rows: 1, orphans: 0, ghosts: 0, mails: 1 },
      decidedBy: null,
      mechanisms: ["success", "sync-lag", "success"],
    },
  };
}

/** A new phone, of another system or of the same. */
export const NEW_PHONE_SCENARIOS: readonly Scenario[] = [
  toIphone,
  oldPhoneGone,
  lockedOut,
  syncLag({ syncMs: 60_000, told: "a minute" }),
  syncLag({ variant: "10-minutes", syncMs: 600_000, told: "ten minutes" }),
  syncLag({ variant: "1-day", syncMs: 86_400_000, told: "a day" }),
];
