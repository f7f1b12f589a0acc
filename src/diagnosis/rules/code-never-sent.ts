import type { CeremonyTrace } from "../facts/ceremony.js";
import { evidenceOf, seconds } from "../evidence.js";
import type { FactorAttempt } from "../facts/factor-attempt.js";
import { entryLine } from "../facts/factor-lines.js";
import { defineFactorRule, TROUBLED, UMBRELLAS, type Match } from "../rule.js";
import { HTTP_ERROR_MIN } from "../facts/site-calls.js";

/** Detects that a user waited for a code, or typed one, although the call that asks for a code had failed. */
export const codeNeverSent = defineFactorRule({
  id: "code-never-sent",
  text: "No code had been sent: the call that asks for one had failed, or was still to be made.",
  results: ["unfinished", ...TROUBLED],
  over: ["code-expired", "code-not-received", "code-wrong", ...UMBRELLAS],
  match(attempt, ceremony, { ceremonies }) {
    const { factor, calls, codes } = attempt;
    const early = typedBeforeAsked(attempt);
    const isSent = codes.length > 0 || calls.some(({ step }) => step === "code");
    // The other attempts are looked at only where something is amiss: judging stays linear in the trace.
    if (factor === "" || (isSent && early === undefined)) return undefined;
    const earlier = ceremonies.filter(
      ({ attempt, beganAtMs }) => attempt?.factor === factor && beganAtMs < ceremony.beganAtMs,
    );
    const sent = earlier.filter(({ attempt }) => (attempt?.codes.length ?? 0) > 0);
    // What was sent by a call that was refused all the same, the page could not tell the user of.
    if (sent.some((one) => failedRequestOf(one, factor).length === 0)) return undefined;
    if (early !== undefined && earlier.length === 0) return early;
    if (isSent) return undefined;
    const failed = earlier.flatMap((one) => failedRequestOf(one, factor)).at(-1);
    if (failed === undefined) return undefined;
    const answer = `answered ${failed.answer} at ${seconds(failed.atMs)}`;
    return {
      verdict:
        sent.length === 0
          ? `No code was ever sent: the call that asks for one was ${answer}, and the page let the user wait for a code all the same.`
          : `The call that asks for a code was ${answer}, although the site had sent one: the page asked for a code without knowing of any.`,
      evidence: evidenceOf(
        `${seconds(failed.atMs)}: ${factor}/code ${answer}`,
        sent.length === 0 && "no code was issued before or after",
      ),
      prevention: ["Ask for a code only when one was sent, and say why none was."],
    };
  },
});

/** A code was typed, and refused, before the attempt had asked for any. */
function typedBeforeAsked({ factor, calls, codes, entries }: FactorAttempt): Match | undefined {
  const entry = entries.findLast(({ outcome }) => outcome === "refused");
  const asked = calls.find(({ step }) => step === "code");
  if (entry === undefined || asked === undefined || asked.askedAtMs < entry.atMs) return undefined;
  if (codes.some(({ atMs }) => atMs <= entry.atMs)) return undefined;
  return {
    verdict: `A code was typed at ${seconds(entry.atMs)}, before any had been asked for; the first one was asked for at ${seconds(asked.askedAtMs)}.`,
    evidence: evidenceOf(entryLine(entry), `${seconds(asked.askedAtMs)}: ${factor}/code asked for`),
    prevention: ["Show the field for the code only when one was sent."],
  };
}

/** Finds the failed calls for a code in one attempt. */
function failedRequestOf(
  { attempt, records }: CeremonyTrace,
  factor: string,
): readonly { readonly atMs: number; readonly answer: string }[] {
  const refused = (attempt?.calls ?? []).flatMap(({ step, status, code, answeredAtMs }) =>
    step === "code" && status !== undefined && status >= HTTP_ERROR_MIN && answeredAtMs !== undefined
      ? [{ atMs: answeredAtMs, answer: `${status}${code === undefined ? "" : ` ${code}`}` }]
      : [],
  );
  const unanswered = records.flatMap((record) =>
    record.kind === "rp.no-answer" && record.call === `${factor}/code`
      ? [{ atMs: record.atMs, answer: `with nothing (${record.code})` }]
      : [],
  );
  return [...refused, ...unanswered].sort((a, b) => a.atMs - b.atMs);
}
