import { evidenceOf, seconds } from "../evidence.js";
import type { CeremonyTrace } from "../facts/ceremony.js";
import { lastCall } from "../facts/factor-lines.js";
import { acceptedFinish, rowsOfAccount } from "../facts/site-facts.js";
import type { TraceFacts } from "../facts/trace-facts.js";
import { defineFactorRule, defineRule, type Match } from "../rule.js";

/** The registration that was to give a flagged account its passkey failed. */
function registrationFlagged(ceremony: CeremonyTrace, facts: TraceFacts): Match | undefined {
  const flag = facts.flags.find(
    ({ flag: name, value, atMs, ceremony: own = ceremony.id }) =>
      name === "passkey" && value && own === ceremony.id && atMs >= ceremony.beganAtMs,
  );
  if (flag === undefined || acceptedFinish(ceremony)) return undefined;
  if (rowsOfAccount(ceremony, facts).length > 0) return undefined;
  const settledAtMs = ceremony.settled?.atMs ?? Infinity;
  if (flag.atMs > settledAtMs) return undefined;
  const key = ceremony.keysCreated[0];
  return {
    verdict:
      `The account was flagged as having a passkey at ${seconds(flag.atMs)}, before there was one, and the ` +
      "registration then failed. With passwords off for such accounts nothing opens it any more: locked out.",
    evidence: evidenceOf(
      `${seconds(flag.atMs)}: flag "passkey" on`,
      key && `${seconds(key.atMs)}: key ${key.credential} made on ${key.authenticator}, unknown to the site`,
      ceremony.settled && `${seconds(ceremony.settled.atMs)}: the promise ${settledHow(ceremony)}`,
      "no row was ever written",
    ),
    prevention: [
      "Flip the flag after the first verified assertion, not before.",
      "Keep the old factor until then, and let the user go back for 24 hours without support.",
    ],
  };
}

function settledHow({ settled }: CeremonyTrace): string {
  return settled?.resolved ? "resolved" : `was rejected with ${settled?.name ?? "an error"}`;
}

/** A password was refused for an account that is flagged as having a passkey. */
function passwordRefused(ceremony: CeremonyTrace, facts: TraceFacts) {
  const call = ceremony.attempt && lastCall(ceremony.attempt, "PASSWORD_OFF");
  // Whether there is a passkey behind the flag shows in rows alone.
  if (call === undefined || !facts.layers.has("rp")) return undefined;
  const flaggedAtMs = facts.flags.find(({ flag, value }) => flag === "passkey" && value)?.atMs;
  const hasNone = flaggedAtMs !== undefined && rowsOfAccount(ceremony, facts).length === 0;
  const lines = evidenceOf(
    flaggedAtMs !== undefined && `${seconds(flaggedAtMs)}: flag "passkey" on`,
    `${seconds(call.askedAtMs)}: password/login answered ${call.status ?? "?"} PASSWORD_OFF`,
  );
  return { lockedSinceMs: hasNone ? flaggedAtMs : undefined, lines };
}

const KEEP_PASSWORD = ["Keep the old way in until the first verified assertion."];

function passwordFlagged(ceremony: CeremonyTrace, facts: TraceFacts): Match | undefined {
  const refused = passwordRefused(ceremony, facts);
  if (refused?.lockedSinceMs === undefined) return undefined;
  return {
    verdict:
      `Password logins are refused because the account was flagged at ${seconds(refused.lockedSinceMs)} as having a passkey, and it has ` +
      "none: locked out until support steps in.",
    evidence: [...refused.lines, "no row was ever written"],
    prevention: KEEP_PASSWORD,
  };
}

export const flagBeforeCredential = defineRule({
  id: "flag-before-credential",
  kinds: ["registration", "factor"],
  text: "The account was switched to passkeys before it had one.",
  match: (ceremony, facts) =>
    ceremony.kind === "factor" ? passwordFlagged(ceremony, facts) : registrationFlagged(ceremony, facts),
});

export const passwordOff = defineFactorRule({
  id: "password-off",
  text: "Password logins are off for an account with a passkey.",
  match(_, ceremony, facts) {
    const refused = passwordRefused(ceremony, facts);
    if (refused === undefined || refused.lockedSinceMs !== undefined) return undefined;
    return {
      verdict: "Password logins are refused for an account that has a passkey.",
      evidence: refused.lines,
      prevention: KEEP_PASSWORD,
    };
  },
});
