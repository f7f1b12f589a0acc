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
  const asked = calls.find(({ step }) => step === "code");
  const refused = entries.filter(({ outcome }) => outcome === "refused");
  const [first] = refused;
  const last = refused.at(-1);
  if (first === undefined || last === undefined || asked === undefined) return undefined;
  if (asked.askedAtMs < last.atMs || codes.some(({ atMs }) => atMs <= last.atMs)) return undefined;
  const tries = refused.length === 1 ? "A try with a code" : `${refused.length} tries with a code`;
  const answer =
    (asked.status ?? 0) < HTTP_ERROR_MIN
      ? ""
      : `, which the site refused (${asked.status ?? "?"}${asked.code === undefined ? "" : ` ${asked.code}`})`;
  return {
    verdict:
      `${tries} came to the site from ${seconds(first.atMs)} on, before any code had been asked for; the first one was asked ` +
      `for at ${seconds(asked.askedAtMs)}${answer}.`,
    evidence: evidenceOf(
      ...refused.map(entryLine),
      `${seconds(asked.askedAtMs)}: ${factor}/code asked for${answer === "" ? "" : `, answered ${asked.status ?? "?"}`}`,
    ),
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
