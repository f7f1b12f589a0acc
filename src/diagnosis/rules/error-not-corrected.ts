import { evidenceOf, seconds } from "../evidence.js";
import { acceptedFinish, finishLine, mayShareAccount } from "../facts/site-facts.js";
import { defineRule, PASSKEY } from "../rule.js";

/** Detects that the page left the failure of an earlier attempt on the screen while a later attempt succeeded. */
export const errorNotCorrected = defineRule({
  id: "error-not-corrected",
  kinds: PASSKEY,
  text: "The page left an earlier attempt's failure on the screen, and this attempt succeeded behind it.",
  results: ["success-not-reported"],
  over: ["still-waiting"],
  match(ceremony, { ceremonies }) {
    const accepted = acceptedFinish(ceremony);
    const earlier = ceremonies.findLast(
      (other) =>
        other.beganAtMs < ceremony.beganAtMs &&
        other.kind === ceremony.kind &&
        other.pageActor === ceremony.pageActor &&
        mayShareAccount(ceremony, other) &&
        other.failureSeen !== undefined &&
        other.failureSeen.atMs <= (accepted?.answeredAtMs ?? 0),
    );
    if (accepted === undefined || earlier?.failureSeen === undefined) return undefined;
    const { failureSeen } = earlier;
    return {
      verdict:
        `The ${ceremony.kind} succeeded at ${seconds(accepted.answeredAtMs)} and the page did not say so: the user still reads ` +
        `"${failureSeen.text}", which ${earlier.id} had put there at ${seconds(failureSeen.atMs)}.`,
      evidence: evidenceOf(
        `${seconds(failureSeen.atMs)}: the user read "${failureSeen.text}"`,
        finishLine(accepted),
        "the page never took its error back",
      ),
      prevention: [
        "Replace the error text when a later attempt succeeds.",
        "Show no failure while another attempt runs.",
      ],
    };
  },
});
