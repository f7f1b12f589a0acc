import type { CeremonyTrace } from "../facts/ceremony.js";
import { evidenceOf, seconds } from "../evidence.js";
import { defineFactorRule, TROUBLED, UMBRELLAS } from "../rule.js";

const HTTP_ERROR_MIN = 400;

/** Detects that a user waited for a code, or typed one, although the call that asks for a code had failed. */
export const codeNeverSent = defineFactorRule({
  id: "code-never-sent",
  text: "No code was ever sent: the call that asks for one had failed before.",
  results: ["unfinished", ...TROUBLED],
  over: ["code-expired", "code-not-received", "code-wrong", ...UMBRELLAS],
  match({ factor, calls, codes }, ceremony, { ceremonies }) {
    if (factor === "" || codes.length > 0 || calls.some(({ step }) => step === "code")) return undefined;
    const earlier = ceremonies.filter(
      ({ attempt, beganAtMs }) => attempt?.factor === factor && beganAtMs < ceremony.beganAtMs,
    );
    if (earlier.some(({ attempt }) => (attempt?.codes.length ?? 0) > 0)) return undefined;
    const failed = earlier.flatMap((one) => failedRequestOf(one, factor)).at(-1);
    if (failed === undefined) return undefined;
    const answer = `answered ${failed.answer} at ${seconds(failed.atMs)}`;
    return {
      verdict: `No code was ever sent: the call that asks for one was ${answer}, and the page let the user wait for a code all the same.`,
      evidence: evidenceOf(
        `${seconds(failed.atMs)}: ${factor}/code ${answer}`,
        "no code was issued before or after",
      ),
      prevention: ["Ask for a code only when one was sent, and say why none was."],
    };
  },
});

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
