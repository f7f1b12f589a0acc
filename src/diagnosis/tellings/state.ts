import type { CeremonyDiagnosis } from "../explanation.js";
import type { CeremonyKind } from "../facts/ceremony.js";
import type { Outcome } from "../facts/outcome.js";
import type { RootCauseId } from "../rules/registry.js";

/** States in which what the ceremony was for is there. */
export const GOOD_STATES = ["saved", "signed-in", "worked"] as const;
type GoodState = (typeof GOOD_STATES)[number];

/**
 * What is there after a ceremony that did not succeed:
 * - `not-saved`: the registration left nothing at the site; the trace does not show whether an authenticator holds a key.
 * - `device-only`: an authenticator holds a passkey that the site does not know.
 * - `site-only`: the site has a passkey that no authenticator holds.
 * - `mismatched`: both hold one, and they are not the same.
 * - `unknown`: the trace does not show what the registration left.
 * - `not-signed-in`, `sign-in-unknown`: of a login.
 * - `not-worked`, `way-unknown`: of a fallback factor.
 */
export type FailedState =
  | "not-saved"
  | "device-only"
  | "site-only"
  | "mismatched"
  | "unknown"
  | "not-signed-in"
  | "sign-in-unknown"
  | "not-worked"
  | "way-unknown";

export type StateId = GoodState | FailedState;

/** Causes whose own meaning is what is there, also where a real site's trace does not list both sides. */
const STATE_OF_CAUSE: Partial<Readonly<Record<RootCauseId, FailedState>>> = {
  "accepted-not-kept": "device-only",
  "credential-id-truncated": "mismatched",
};

const STATES: Readonly<
  Record<CeremonyKind, readonly [good: GoodState, bad: FailedState, open: FailedState]>
> = {
  registration: ["saved", "not-saved", "unknown"],
  login: ["signed-in", "not-signed-in", "sign-in-unknown"],
  factor: ["worked", "not-worked", "way-unknown"],
};

/**
 * Reads what a ceremony left behind from its diagnosis.
 *
 * A failure counts as one where its cause is known and the site's part in it is: an undecided one may have succeeded
 * in records that the trace does not have.
 */
export function stateOf(diagnosis: CeremonyDiagnosis): StateId {
  const { kind, outcome, mechanism } = diagnosis;
  const [good, bad, open] = STATES[kind];
  if (outcome === undefined) return open;
  const succeeded = isGoodResult(outcome);
  if (mechanism === "undecided" && (!succeeded || lacksSite(diagnosis))) return open;
  const split = kind === "registration" ? (splitOf(outcome) ?? STATE_OF_CAUSE[mechanism]) : undefined;
  if (split !== undefined) return split;
  if (succeeded) return good;
  return mayHaveSucceeded(kind, outcome) ? open : bad;
}

/** Says whether what the ceremony was for is there. */
export function isGoodState(state: StateId): state is GoodState {
  return GOOD_STATES.some((good) => good === state);
}

/** Results that are told alike whatever their cause, because what the ceremony was for is there. */
export type GoodResult = "success" | DeniedResult;
export type DeniedResult = "success-reported-as-failure" | "success-not-reported";

/** Returns what a customer was told of a ceremony whose purpose is there. */
export function goodResultOf({ outcome }: CeremonyDiagnosis): GoodResult {
  const result = outcome?.result;
  return result === "success-reported-as-failure" || result === "success-not-reported" ? result : "success";
}

function isGoodResult({ result }: Outcome): boolean {
  return result !== "failure" && result !== "unfinished";
}

function lacksSite({ missingProbes }: CeremonyDiagnosis): boolean {
  return missingProbes.some((probe) => probe === "rp" || probe === "rp.probe");
}

/** How authenticator and site differ. */
function splitOf({ orphans, ghosts }: Outcome): FailedState | undefined {
  if (orphans.length > 0) return ghosts.length > 0 ? "mismatched" : "device-only";
  return ghosts.length > 0 ? "site-only" : undefined;
}

/**
 * Says whether records may be missing of a success: the page reported one, or a site that has a passkey it did not
 * accept has not been looked at, because only what the page said makes a result of that.
 */
function mayHaveSucceeded(kind: CeremonyKind, { site, told, promise }: Outcome): boolean {
  if (told === "success") return true;
  if (kind !== "registration" || told !== "nothing") return false;
  return site === "no-answer" || site === "refused" || promise === "resolved";
}
