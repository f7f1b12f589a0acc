/**
 * What a ceremony came to, by the name of what made it so.
 *
 * The letters are those of the mechanisms behind late-passkey reports: A late-delivery,
 * B gateway-504-late-commit, C async-outbox, D lost-answer-then-second-create, E client-timer-orphan,
 * F phone-index-lag, G read-replica-lag, I ble-late-advert, K rp-owned-qr, L side-effects-before-validation,
 * M mail-queue-only, N overwrite-race, O flag-before-credential, Q link-flake-per-attempt.
 */
export const MECHANISM_IDS = [
  "success",
  "late-delivery",
  "gateway-504-late-commit",
  "client-timer-orphan",
  "read-replica-lag",
  "user-refused",
  "key-timeout",
  "client-timeout",
  "page-gave-up",
  "no-credential",
  "already-registered",
  "challenge-expired",
  "async-outbox",
  "lost-answer-then-second-create",
  "lost-answer",
  "phone-index-lag",
  "rp-owned-qr",
  "side-effects-before-validation",
  "mail-queue-only",
  "overwrite-race",
  "flag-before-credential",
  "link-flake-per-attempt",
  "double-finish",
  "late-commit",
  "unknown-credential",
  "other-authenticator",
  "credential-id-truncated",
  "sign-counter",
  "transports-internal-only",
  "session-not-fresh",
  "step-up-expired",
  "link-consumed",
  "single-passkey-replaced",
  "challenge-superseded",
  "code-undeliverable",
  "code-expired",
  "code-voided",
  "code-eaten-by-scanner",
  "code-wrong",
  "locked-out",
  "not-linked",
  "not-enrolled",
  "factor-needed",
  "password-off",
  "competing-authenticator-error",
  "focus-missing-at-call",
  "focus-lost-at-completion",
  "cancel-race",
  "link-silent",
  "channel-busy",
  "message-gap",
  "key-unplugged",
  "browser-quit",
  "store-full",
  "pin-blocked",
  "uv-blocked",
  "token-expired",
  "assertion-window-missed",
  "request-pending",
  "request-replaced",
  "no-authenticator",
  "dialog-refused",
  "phone-not-heard",
  "ble-late-advert",
  "bluetooth-off",
  "scan-not-started",
  "other-code-scanned",
  "advert-too-long",
  "second-phone-ignored",
  "link-hang",
  "tunnel-expired",
  "tunnel-limit",
  "phone-hung-up",
  "sync-lag",
  "session-lost",
  "passkey-limit",
  "tunnel-refused",
  "phone-no-tunnel",
  "message-rejected",
  "link-gone",
  "link-lost",
  "accepted-not-kept",
  "finish-answer-lost",
  "site-silent",
  "site-refused",
  "undecided",
] as const;

/** One of {@link MECHANISM_IDS}. */
export type MechanismId = (typeof MECHANISM_IDS)[number];

/** The timer whose firing made the difference. */
export interface DecidingTimer {
  readonly timer: string;
  readonly owner: string;
  readonly budgetMs: number;
  readonly firedAtMs: number;
}

/** One ceremony, explained. */
export interface CeremonyAccount {
  /** `factor`: a way in beside the passkey. */
  readonly kind: "registration" | "login" | "factor";
  /** The site's id of it, or its number in the trace. */
  readonly ceremony: string;
  readonly mechanism: MechanismId;
  readonly decidedBy: DecidingTimer | undefined;
  /**
   * The deadline that mattered minus the moment that had to meet it: negative by how much it was
   * missed, positive by how much was left. Absent when the moment never came or no deadline was set.
   */
  readonly marginMs: number | undefined;
  readonly verdict: string;
  /** Observations with their times, each read from the trace. */
  readonly evidence: readonly string[];
  /** What would have kept it from happening. */
  readonly prevention: readonly string[];
  /** Layers the trace would have to contain for a decision; only for `undecided`. */
  readonly missingProbes: readonly string[];
}

/** A whole run, explained. The members of {@link CeremonyAccount} at the top are those of its first trouble. */
export interface Explanation extends CeremonyAccount {
  /** Every ceremony in order. */
  readonly ceremonies: readonly CeremonyAccount[];
  readonly orphans: readonly string[];
  readonly ghosts: readonly string[];
}
