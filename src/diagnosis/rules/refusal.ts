import { evidenceOf, nameTimer, seconds, type Layer, type Mechanism } from "../mechanism.js";

interface Refusal {
  readonly id: Mechanism["id"];
  readonly needs?: readonly Layer[];
  readonly codes: readonly string[];
  readonly timer?: string;
  readonly verdict: (atMs: number) => string;
  readonly prevention: readonly string[];
}

/** Refusals that say themselves what they are; the timer behind them may be older than the ceremony. */
const REFUSALS: readonly Refusal[] = [
  {
    id: "step-up-expired",
    codes: ["STEP_UP_EXPIRED"],
    timer: "rp.step-up",
    verdict: (atMs) =>
      `The site took back the step-up before the passkey was done: a sound answer was refused at ${seconds(atMs)}.`,
    prevention: [
      "Bind the step-up to the ceremony when options are asked for; do not look at its age again at finish.",
    ],
  },
  {
    id: "session-not-fresh",
    codes: ["SESSION_NOT_FRESH"],
    timer: "rp.fresh",
    verdict: (atMs) =>
      `The sign-in was too long ago for the site's taste: options were refused at ${seconds(atMs)} and the browser was never asked.`,
    prevention: ["Ask for the password or another factor in place, then go on with the registration."],
  },
  {
    id: "session-lost",
    codes: ["SESSION_LOST"],
    verdict: (atMs) =>
      `The finish call came without the session its options were given to: a sound answer was refused at ${seconds(atMs)}. ` +
      "Somebody cleared the browser's cookies, or they ran out.",
    prevention: [
      "Name the ceremony in the call itself, with a signed state, and do not know it by a cookie alone.",
      'Say "the session was lost, please start again", and keep the user handle stable for it.',
    ],
  },
  {
    id: "passkey-limit",
    // The new key may have taken an old one's place on the authenticator.
    needs: ["ctap"],
    codes: ["PASSKEY_LIMIT"],
    verdict: (atMs) =>
      `The account had as many passkeys as the site allows: the answer was refused at ${seconds(atMs)}, when the phone had ` +
      "already made the key.",
    prevention: [
      "Look for room when options are asked for, and let a new passkey of the same session take the old one's place.",
      "One ceremony an account at a time: a second options call ends the first.",
    ],
  },
  {
    id: "link-consumed",
    codes: ["LINK_USED"],
    verdict: (atMs) =>
      `The mailed link had been spent by the first attempt, which failed: options were refused at ${seconds(atMs)}.`,
    prevention: ["Spend the link at the successful finish, and let it be used again for a short while."],
  },
];

const refusal = ({ id, needs = [], codes, timer, verdict, prevention }: Refusal): Mechanism => ({
  id,
  needs: () => needs,
  account(ceremony, facts) {
    const refused = [ceremony.options, ...ceremony.finishes].find((call) => codes.includes(call?.code ?? ""));
    if (refused?.answeredAtMs === undefined) return undefined;
    const judgedAtMs = refused.answeredAtMs;
    const fired = facts.timers.findLast(
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
  },
});

/** Registrations the site refused with a code that says why. */
export const REFUSAL_MECHANISMS: readonly Mechanism[] = REFUSALS.map(refusal);
