import { evidenceOf, nameTimer, seconds } from "../evidence.js";
import { timersOfAccount } from "../facts/site-facts.js";
import { REGISTRATION, UMBRELLAS, type Layer, type Rule } from "../rule.js";

/** How a call was refused. */
interface Refusal {
  readonly codes: readonly string[];
  /** The timer behind it, which may be older than the ceremony. */
  readonly timer?: string;
  readonly verdict: (atMs: number) => string;
  readonly prevention: readonly string[];
}

interface RefusalCause<Id extends string> extends Refusal {
  readonly id: Id;
  readonly text: string;
  readonly requiredProbes?: readonly Layer[];
}

/** Matches a registration whose options or finish call the site refused with one of the codes. */
export const refusedWith =
  ({ codes, timer, verdict, prevention }: Refusal): Rule["match"] =>
  (ceremony, facts) => {
    const refused = [ceremony.options, ...ceremony.finishes].find((call) => codes.includes(call?.code ?? ""));
    if (refused?.answeredAtMs === undefined) return undefined;
    const judgedAtMs = refused.answeredAtMs;
    const fired = timersOfAccount(ceremony, facts).findLast(
      (use) => use.timer === timer && use.end === "fired" && (use.endedAtMs ?? Infinity) <= judgedAtMs,
    );
    const where = refused === ceremony.options ? "options asked for" : "finish posted";
    return {
      decidedBy: fired,
      marginMs: fired?.endedAtMs === undefined ? undefined : fired.endedAtMs - refused.askedAtMs,
      verdict: verdict(refused.answeredAtMs),
      evidence: evidenceOf(
        fired && `${seconds(fired.endedAtMs ?? 0)}: ${nameTimer(fired)} fired`,
        `${seconds(refused.askedAtMs)}: ${where}, answered ${refused.status ?? "?"} ${refused.code ?? ""}`,
        ...ceremony.keysCreated.map(
          ({ atMs, credential }) => `${seconds(atMs)}: key ${credential} was created all the same`,
        ),
      ),
      prevention,
    };
  };

const refusal = <const Id extends string>({
  id,
  text,
  requiredProbes: needs = [],
  ...how
}: RefusalCause<Id>): Rule<Id> => ({
  id,
  kinds: REGISTRATION,
  text,
  over: UMBRELLAS,
  requiredProbes: () => needs,
  match: refusedWith(how),
});

export const stepUpExpired = refusal({
  id: "step-up-expired",
  text: "The step-up expired before the passkey was done.",
  codes: ["STEP_UP_EXPIRED"],
  timer: "rp.step-up",
  verdict: (atMs) =>
    `The site took back the step-up before the passkey was done: a sound answer was refused at ${seconds(atMs)}.`,
  prevention: [
    "Bind the step-up to the ceremony when options are asked for; do not look at its age again at finish.",
  ],
});

export const sessionNotFresh = refusal({
  id: "session-not-fresh",
  text: "The sign-in was too long ago for the site.",
  codes: ["SESSION_NOT_FRESH"],
  timer: "rp.fresh",
  verdict: (atMs) =>
    `The sign-in was too long ago for the site's taste: options were refused at ${seconds(atMs)} and the browser was never asked.`,
  prevention: ["Ask for the password or another factor in place, then go on with the registration."],
});

export const stepUpNeeded = refusal({
  id: "step-up-needed",
  text: "The site wanted a step-up before it gave options, and there had been none.",
  codes: ["STEP_UP_NEEDED"],
  verdict: (atMs) =>
    `The site wanted a step-up first and there had been none: options were refused at ${seconds(atMs)} and the browser was never asked.`,
  prevention: ["Offer the step-up in place, and go on with the registration after it."],
});

export const passkeyLimit = refusal({
  id: "passkey-limit",
  text: "The account had as many passkeys as the site allows.",
  // The new key may have taken an old one's place on the authenticator.
  requiredProbes: ["ctap"],
  codes: ["PASSKEY_LIMIT"],
  verdict: (atMs) =>
    `The account had as many passkeys as the site allows: the answer was refused at ${seconds(atMs)}, when the phone had ` +
    "already made the key.",
  prevention: [
    "Look for room when options are asked for, and let a new passkey of the same session take the old one's place.",
    "One ceremony an account at a time: a second options call ends the first.",
  ],
});

export const linkConsumed = refusal({
  id: "link-consumed",
  text: "The mailed link had been used up by an earlier attempt.",
  codes: ["LINK_USED"],
  verdict: (atMs) =>
    `The mailed link had been spent by the first attempt, which failed: options were refused at ${seconds(atMs)}.`,
  prevention: ["Spend the link at the successful finish, and let it be used again for a short while."],
});
