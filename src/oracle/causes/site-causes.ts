import { OTHER_CEREMONY, TIME_TO_ANSWER, type CauseFactors } from "./cause-row.js";

/** What makes a call of the page take long. */
const SLOW_CALL = ["rp.finishMs", "rp.optionsMs", "net.latencyMs", "gw.idleMs"];

/** Causes at the relying party: its timers, its rows, its answers. */
export const SITE_CAUSES: Readonly<Record<string, CauseFactors>> = {
  "options-timeout": { names: ["rp.optionsMs", "gw.idleMs", "net.latencyMs"] },
  "gateway-504-late-commit": { names: ["gw.idleMs", "rp.finishMs", "net.latencyMs"] },
  "async-outbox": { names: ["rp.workerMs", "rp.pollMs", "rp.commitDelayMs", "net.latencyMs"] },
  "side-effects-before-validation": { names: ["rp.order"] },
  "double-finish": { names: ["net.loses", "page.retriesFinish", "rp.idempotentFinish"] },
  "mail-queue-only": { names: ["page.handlerThrows", "net.loses"] },
  "challenge-expired": {
    names: ["rp.challengeTtlMs", "rp.enforceTimeout", ...TIME_TO_ANSWER, "net.latencyMs", "gw.idleMs"],
  },
  "challenge-superseded": { names: ["rp.challengePer", ...OTHER_CEREMONY] },
  "step-up-expired": { names: ["rp.stepUpTtlMs", "rp.stepUpCheckedAt", ...TIME_TO_ANSWER, "net.latencyMs"] },
  "session-not-fresh": { names: ["rp.freshAgeMs", "net.latencyMs", "rp.optionsMs"] },
  "session-lost": { names: ["client.clearCookiesMs", "client.cookies", "rp.sessionIn"] },
  "passkey-limit": { names: ["rp.maxPasskeys", "rp.whenFull", ...OTHER_CEREMONY] },
  "link-consumed": { names: ["rp.linkSingleUse", ...OTHER_CEREMONY] },
  "late-commit": { names: ["rp.commitDelayMs", "rp.finishMs", "rp.workerMs", "do:login", ...SLOW_CALL] },
  "read-replica-lag": { names: ["rp.replicaLagMs", "rp.loginReads", "rp.finishReads"] },
  "credential-id-truncated": { names: ["rp.idColumnBytes", "rp.readsBack"] },
  "unknown-credential": {
    names: ["rp.allowList", "rp.idColumnBytes", ...OTHER_CEREMONY],
    after: "a failed registration",
  },
  "overwrite-race": { names: [...OTHER_CEREMONY, "rp.excludeList"], after: "a failed registration" },
  "sign-counter": { names: ["rp.signCounter", "key.signCounter", "key.which", "key.second"] },
  "no-credential": {
    names: [
      "key.which",
      "key.second",
      "phone.provider",
      "key.present",
      "do:reset-key",
      "rp.unknownAccount",
      "ext.vault",
      "ext.wantsInternal",
      "client.virtualAuthenticator",
      "client.virtualAnswers",
    ],
    after: "a failed registration",
  },
  "flag-before-credential": { names: ["rp.flagAt"], condition: true },
  "password-off": { names: ["rp.flagAt", "rp.passwordWhenFlagged"] },
  "origin-refused": {
    names: ["ext.statesOrigin", "ext.place", "ext.vault", "page.frame", "rp.topOrigins"],
  },
  "backup-eligibility-changed": {
    names: ["key.backup", "key.second", "key.which", "rp.backupEligibility"],
  },
  "unusual-device": { names: ["rp.unusualDevice", "client.known"] },
  "password-wrong": { names: ["user.forgot"] },
  "caller-not-recognised": { names: ["call.*"] },
  "verification-not-done": { names: ["rp.userVerification", "key.which", "key.pinSet"] },
  "step-up-needed": { names: ["rp.stepUpTtlMs", "rp.stepUpCheckedAt"] },
  "site-error": { names: ["outage.*"] },
  "site-rate-limited": { names: ["outage.*", "otp.resends", "do:request-code"] },
  "site-unreachable": { names: ["outage.*"] },
  "site-call-refused": { names: ["rp.unknownAccount", "rp.maxPasskeys"], after: "a failed registration" },
  "error-not-corrected": { names: ["page.corrects", "page.autoRetry"], after: "a failed registration" },
  "accepted-not-kept": { names: ["rp.commitDelayMs", "rp.workerMs"] },
  "finish-answer-lost": { names: ["net.loses"] },
  "site-silent": { names: SLOW_CALL },
  "site-refused": { names: [] },
};
