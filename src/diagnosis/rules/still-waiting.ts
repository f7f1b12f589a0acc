import { CEREMONY_KINDS } from "../facts/ceremony.js";
import { seconds } from "../evidence.js";
import { defineRule, type Match } from "../rule.js";

/** Detects a ceremony that nothing had ended when a complete trace was over. */
export const stillWaiting = defineRule({
  id: "still-waiting",
  kinds: CEREMONY_KINDS,
  text: "Nothing had ended the ceremony when the trace was over.",
  results: ["unfinished", "success-not-reported"],
  // Whatever is not seen may have ended it.
  requiredProbes: ({ kind, called }) =>
    kind === "factor"
      ? ["rp", "factor", "user"]
      : ["page", "timer", "rp", "user", ...(called === undefined ? [] : ["link" as const])],
  match(ceremony, { runEndedAtMs }) {
    if (runEndedAtMs === undefined) return undefined;
    if (ceremony.called?.isConditional === true) return openOffer(ceremony.called.atMs);
    return {
      waitsUntilMs: runEndedAtMs,
      verdict: `Nothing had ended the ${ceremony.kind} when the run was over.`,
      evidence: ["no record of an end"],
      prevention: ["Give every wait a limit, and say what is waited for."],
    };
  },
});

/** A request with conditional mediation waits for as long as nobody chooses a passkey. @see WebAuthn L3 §5.1.4 */
function openOffer(calledAtMs: number): Match {
  return {
    saysWhatItWaitedFor: true,
    verdict:
      `The request for the field's autofill, made at ${seconds(calledAtMs)}, was still open when the run was over: ` +
      "nobody had chosen a passkey, and it keeps nobody waiting.",
    evidence: [`${seconds(calledAtMs)}: get() called with conditional mediation`, "no record of an end"],
    prevention: [],
  };
}
