import { seconds } from "../evidence.js";
import type { CeremonyTrace } from "../facts/ceremony.js";
import { signedAndRefused } from "../facts/login-facts.js";
import type { TraceFacts } from "../facts/trace-facts.js";
import { defineRule, PASSKEY, UMBRELLAS, type Match } from "../rule.js";
import { refusedWith } from "./refusal.js";

const CODE = "SESSION_LOST";

/** A user who clears them in mid-ceremony leaves a record. */
function whatCookiesDid({ records }: CeremonyTrace): string {
  const cleared = records.find((record) => record.kind === "user.cleared");
  return cleared === undefined
    ? "were cleared or had expired"
    : `had been cleared at ${seconds(cleared.atMs)}`;
}

function ofRegistration(ceremony: CeremonyTrace, facts: TraceFacts): Match | undefined {
  return refusedWith({
    codes: [CODE],
    verdict: (atMs) =>
      `The finish call came without the session its options were given to: a sound answer was refused at ${seconds(atMs)}. ` +
      `The browser's cookies ${whatCookiesDid(ceremony)}.`,
    prevention: [
      "Name the ceremony in the call itself, with a signed state, and do not know it by a cookie alone.",
      'Say "the session was lost, please start again", and keep the user handle stable for it.',
    ],
  })(ceremony, facts);
}

function ofLogin(ceremony: CeremonyTrace): Match | undefined {
  const refused = ceremony.finishes.find(({ code }) => code === CODE);
  if (refused === undefined) return undefined;
  const atMs = refused.askedAtMs;
  return {
    verdict:
      `The finish call at ${seconds(atMs)} came without the session its options were given to: the browser's cookies ` +
      `${whatCookiesDid(ceremony)}. The passkey is sound.`,
    evidence: signedAndRefused(ceremony, refused),
    prevention: [
      "Name the ceremony in the call itself, with a signed state, and do not know it by a cookie alone.",
      'Say "the session was lost, please start again".',
    ],
  };
}

export const sessionLost = defineRule({
  id: "session-lost",
  kinds: PASSKEY,
  text: "The finish call came without the session its options were given to.",
  over: UMBRELLAS,
  // A browser that keeps no cookies says so in the page.
  requiredProbes: () => ["page", "page.script"],
  match: (ceremony, facts) =>
    ceremony.kind === "registration" ? ofRegistration(ceremony, facts) : ofLogin(ceremony),
});
