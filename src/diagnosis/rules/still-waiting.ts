import { seconds } from "../evidence.js";
import { CEREMONY_KINDS } from "../facts/ceremony.js";
import { defineRule } from "../rule.js";

/** Detects a ceremony that nothing had ended when a complete trace was over. */
export const stillWaiting = defineRule({
  id: "still-waiting",
  kinds: CEREMONY_KINDS,
  text: "Nothing had ended the ceremony when the trace was over.",
  results: ["unfinished"],
  match(ceremony, { endsAtMs, isComplete }) {
    if (!isComplete) return undefined;
    return {
      waitsUntilMs: endsAtMs,
      verdict: `Nothing had ended the ${ceremony.kind} when the trace was over at ${seconds(endsAtMs)}.`,
      evidence: [`${seconds(endsAtMs)}: the trace ends`],
      prevention: ["Give every wait a limit, and say what is waited for."],
    };
  },
});
