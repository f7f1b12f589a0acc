import { evidenceOf, seconds } from "../evidence.js";
import type { CeremonyTrace } from "../facts/ceremony.js";
import { lastCall } from "../facts/factor-lines.js";
import { rowsOfAccount } from "../facts/site-facts.js";
import type { TraceFacts } from "../facts/trace-facts.js";
import { defineFactorRule, defineRule, UMBRELLAS, type Match } from "../rule.js";

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
  kinds: ["factor"],
  text: "The account was switched to passkeys before it had one.",
  over: UMBRELLAS,
  match: passwordFlagged,
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
