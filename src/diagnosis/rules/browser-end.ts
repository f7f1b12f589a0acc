import { evidenceOf, seconds } from "../evidence.js";
import { firedTimer, mainExchange, type CeremonyTrace } from "../facts/ceremony.js";
import { optionsFailed } from "../facts/outcome.js";
import { settledLine } from "../facts/request-end.js";
import { HTTP_ERROR_MIN } from "../facts/site-calls.js";
import { defineRule, FAILED, PASSKEY, UMBRELLAS } from "../rule.js";

/** A CANCEL and an answer that cross each other do so within a second. */
const CANCEL_RACE_MS = 1_000;

/** The answer was on its way when the page aborted: cancelling came too late. */
export const cancelRace = defineRule({
  id: "cancel-race",
  kinds: PASSKEY,
  text: "The page aborted too late: the authenticator had answered OK.",
  over: ["lost-answer", "client-timer-orphan", ...UMBRELLAS],
  match(ceremony) {
    const answer = mainExchange(ceremony);
    const { settled, gaveUp } = ceremony;
    if (settled?.name !== "AbortError" || answer?.status !== "OK" || answer.discarded !== true)
      return undefined;
    // Longer after the abort it is no race: the device never heard of it, or did not care.
    if ((answer.answeredAtMs ?? settled.atMs) - settled.atMs > CANCEL_RACE_MS) return undefined;
    return {
      decidedBy: firedTimer(ceremony, "page.guard"),
      verdict:
        `The page aborted at ${seconds(settled.atMs)}, too late for the key: it answered OK ` +
        `${answer.answeredAtMs === undefined ? "" : `at ${seconds(answer.answeredAtMs)} `}after the request had ended.`,
      evidence: evidenceOf(
        gaveUp && `${seconds(gaveUp.atMs)}: the page gave up`,
        ...ceremony.keysCreated.map(({ atMs, credential }) => `${seconds(atMs)}: key ${credential} created`),
        settledLine(ceremony),
      ),
      prevention: [
        "After a cancel that was answered OK, delete the passkey where the key can, or report the orphan.",
        "Keep the user handle stable: the next registration then takes the orphan's place.",
      ],
    };
  },
});

export const browserQuit = defineRule({
  id: "browser-quit",
  kinds: PASSKEY,
  text: "The browser ended while the ceremony was going on.",
  results: [...FAILED, "success-not-reported"],
  // What would have ended the ceremony later, or had not been told yet, did not end it.
  over: "all",
  // The page may have found before that the browser lacks something, and the site may have accepted.
  requiredProbes: ({ settled }) => ["page.script", ...(settled === undefined ? [] : (["rp"] as const))],
  match(ceremony) {
    const { settled, quit, called, keysCreated } = ceremony;
    if (quit === undefined || settled?.resolved === false) return undefined;
    // What had ended before was not ended by this.
    if (wasRefusedBefore(ceremony, quit.atMs)) return undefined;
    if (ceremony.failureSeen && ceremony.failureSeen.atMs < quit.atMs) return undefined;
    const isPending = called !== undefined && settled === undefined;
    const asked = mainExchange(ceremony);
    const wentOn = asked !== undefined && (asked.answeredAtMs ?? Infinity) > quit.atMs;
    return {
      verdict:
        `The browser quit at ${seconds(quit.atMs)}` +
        (!isPending
          ? ", before the page could tell the user how the ceremony ended."
          : wentOn
            ? " without a CANCEL; the authenticator's operation went on without a client."
            : ", while the request was pending."),
      evidence: evidenceOf(
        `${seconds(quit.atMs)}: the browser ended`,
        ...keysCreated.map(({ atMs, credential }) => `${seconds(atMs)}: key ${credential} created`),
      ),
      // Only a key on a cable goes on with a request that nobody waits for any more.
      prevention:
        isPending && wentOn && ceremony.linkStages.every(({ stage }) => stage === "lost")
          ? [
              "Begin with INIT and a CANCEL, and drop what a key still says for 2 s: another program may have left a request.",
            ]
          : ["Ask the site for the state of the ceremony when the page is opened again."],
    };
  },
});

/** Says whether the site had refused the options or the answer before a moment. */
function wasRefusedBefore(ceremony: CeremonyTrace, atMs: number): boolean {
  const refused = optionsFailed(ceremony) ? [ceremony.options] : ceremony.finishes;
  return refused.some(
    (call) => (call?.status ?? 0) >= HTTP_ERROR_MIN && (call?.answeredAtMs ?? Infinity) < atMs,
  );
}
