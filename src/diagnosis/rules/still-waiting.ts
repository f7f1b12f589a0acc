import { seconds } from "../evidence.js";
import { CEREMONY_KINDS } from "../facts/ceremony.js";
import { defineRule } from "../rule.js";

/** Detects a ceremony that nothing had ended when a complete trace was over. */
export const stillWaiting = defineRule({
  id: "still-waiting",
  kinds: CEREMONY_KINDS,
  text: "Nothing had ended the ceremony when the trace was over.",
  results: ["unfinished", "success-not-reported"],
  match(ceremony, { runEndedAtMs }) {
    if (runEndedAtMs === undefined) return undefined;
    return {
      waitsUntilMs: runEndedAtMs,
      verdict: `Nothing had ended the ${ceremony.kind} when the run was over at ${seconds(runEndedAtMs)}.`,
      evidence: [`${seconds(runEndedAtMs)}: the run ends`],
      prevention: ["Give every wait a limit, and say what is waited for."],
    };
  },
});
