import { CEREMONY_KINDS } from "../facts/ceremony.js";
import { defineRule } from "../rule.js";

/** Detects a ceremony that nothing had ended when a complete trace was over. */
export const stillWaiting = defineRule({
  id: "still-waiting",
  kinds: CEREMONY_KINDS,
  text: "Nothing had ended the ceremony when the trace was over.",
  results: ["unfinished", "success-not-reported"],
  // Whatever is not seen may have ended it.
  requiredProbes: ({ kind }) => (kind === "factor" ? ["rp", "factor"] : ["page", "timer", "rp", "user"]),
  match(ceremony, { runEndedAtMs }) {
    if (runEndedAtMs === undefined) return undefined;
    return {
      waitsUntilMs: runEndedAtMs,
      verdict: `Nothing had ended the ${ceremony.kind} when the run was over.`,
      evidence: ["no record of an end"],
      prevention: ["Give every wait a limit, and say what is waited for."],
    };
  },
});
