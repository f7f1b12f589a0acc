import { evidenceOf, seconds } from "../evidence.js";
import { CEREMONY_KINDS, type CeremonyTrace } from "../facts/ceremony.js";
import { finishLine, isAttached, rowOf, rowsAreKnown } from "../facts/site-facts.js";
import type { SiteCall } from "../facts/site-calls.js";
import type { TraceFacts } from "../facts/trace-facts.js";
import { defineRule, TROUBLED, UMBRELLAS, weakerThan, type Match, type Rule } from "../rule.js";

const GATEWAY_TIMEOUT = 504;
const SERVER_ERROR_MIN = 500;
const CLIENT_ERROR_MIN = 400;
const TOO_MANY_REQUESTS = 429;

/** A call of a ceremony, and what it was for. */
interface NamedCall {
  readonly call: SiteCall;
  readonly step: string;
}

/** Every call to the site that a ceremony of any kind made, but those that wait for another screen. */
function callsOf({ calls, attempt }: CeremonyTrace): readonly NamedCall[] {
  return (attempt?.calls ?? calls)
    .filter(({ step }) => step !== "poll")
    .map((call) => ({ call, step: call.step }));
}

/** The last call where it was refused so: one that another call followed did not end the ceremony. */
function lastRefused(
  ceremony: CeremonyTrace,
  isSo: (status: number) => boolean,
): (NamedCall & { readonly atMs: number; readonly status: number }) | undefined {
  const last = callsOf(ceremony).at(-1);
  const { status, answeredAtMs } = last?.call ?? {};
  if (last === undefined || status === undefined || answeredAtMs === undefined || !isSo(status))
    return undefined;
  return { ...last, atMs: answeredAtMs, status };
}

/** What is known of a passkey whose finish call failed. */
function whatIsKept(ceremony: CeremonyTrace, facts: TraceFacts): string {
  if (ceremony.kind !== "registration" || ceremony.finishes.length === 0) return "";
  const row = rowOf(ceremony, facts);
  if (row === undefined && !rowsAreKnown(ceremony, facts)) return "";
  return row
    ? ` The site had written row ${row.credential} at ${seconds(row.createdAtMs)} all the same: the passkey works.`
    : " The site wrote no row.";
}

interface FailedCall<Id extends string> {
  readonly id: Id;
  readonly text: string;
  readonly isSo: (status: number) => boolean;
  readonly description: string;
  readonly over?: readonly string[];
  readonly prevention: readonly string[];
}

function failedCall<const Id extends string>({
  id,
  text,
  isSo,
  description,
  over = UMBRELLAS,
  prevention,
}: FailedCall<Id>): Rule<Id> {
  return {
    id,
    kinds: CEREMONY_KINDS,
    text,
    results: TROUBLED,
    over,
    // Wrong codes, their lock and codes that never came show in the records of the factors.
    requiredProbes: ({ kind }) => (kind === "factor" && id !== "site-error" ? ["factor"] : []),
    match(ceremony, facts): Match | undefined {
      if (isAttached(facts)) return undefined;
      const failed = lastRefused(ceremony, isSo);
      if (failed === undefined || wasDeniedBefore(ceremony, failed.atMs)) return undefined;
      const { step, status, call, atMs } = failed;
      const answer = `${status}${call.code === undefined ? "" : ` ${call.code}`}`;
      return {
        verdict:
          `${description} The ${step} call of ${seconds(call.askedAtMs)} was answered ${answer} at ${seconds(atMs)}.` +
          whatIsKept(ceremony, facts),
        evidence: evidenceOf(
          step === "finish"
            ? finishLine(call)
            : `${seconds(call.askedAtMs)}: ${step} asked for, answered ${answer}`,
          ...ceremony.keysCreated.map(
            ({ atMs: madeMs, credential }) => `${seconds(madeMs)}: key ${credential} created`,
          ),
        ),
        prevention,
      };
    },
  };
}

/** Says whether the page had told the user of a failure, or was gone, before the call was answered: the call is then not the cause. */
function wasDeniedBefore({ gaveUp, quit }: CeremonyTrace, atMs: number): boolean {
  return [gaveUp, quit].some((end) => end !== undefined && end.atMs < atMs);
}

/** Detects that the site's server failed on a call. */
export const siteError = failedCall({
  id: "site-error",
  text: "The site's server failed on a call.",
  isSo: (status) => status >= SERVER_ERROR_MIN && status !== GATEWAY_TIMEOUT,
  over: ["code-never-sent", ...UMBRELLAS],
  description: "The site's server failed; browser and authenticator had no part in it.",
  prevention: [
    "Make every call safe to repeat, and let the page repeat it.",
    "On a finish call that failed ask the site for the state of the ceremony before reporting a failure.",
  ],
});

/** Detects that the site refused a call because too many had come. */
export const siteRateLimited = failedCall({
  id: "site-rate-limited",
  text: "The site refused a call because too many had come.",
  isSo: (status) => status === TOO_MANY_REQUESTS,
  description: "The site refused the call because too many had come.",
  over: ["locked-out", ...UMBRELLAS],
  prevention: [
    "Count calls by account and not by address: an office shares one.",
    "Say how long to wait, and do not count what the user did not do.",
  ],
});

/** Detects a refusal by the site that no other cause speaks of. */
export const siteCallRefused = failedCall({
  id: "site-call-refused",
  text: "The site refused a call, with a code that no other cause speaks of.",
  isSo: (status) => status >= CLIENT_ERROR_MIN && status < SERVER_ERROR_MIN && status !== TOO_MANY_REQUESTS,
  description: "The site refused the call; no timer had a part in it.",
  over: weakerThan("site-call-refused"),
  prevention: ["Look up the refusal in the site's own log: origin, rp id and session are the usual ones."],
});

/** Detects that a call got no answer at all: the connection was refused or reset. */
export const siteUnreachable = defineRule({
  id: "site-unreachable",
  kinds: CEREMONY_KINDS,
  text: "A call to the site got no answer: the connection was refused or reset.",
  results: TROUBLED,
  over: ["mail-queue-only", ...UMBRELLAS],
  match(ceremony, facts) {
    if (isAttached(facts)) return undefined;
    const record = ceremony.records.findLast(({ kind }) => kind === "rp.no-answer");
    if (record?.kind !== "rp.no-answer" || wasDeniedBefore(ceremony, record.atMs)) return undefined;
    const [, step = ""] = record.call.split("/");
    const isLast = callsOf(ceremony).every(({ call }) => call.askedAtMs <= record.atMs);
    if (!isLast) return undefined;
    return {
      verdict:
        `The ${step} call got no answer at ${seconds(record.atMs)} (${record.code}): ` +
        (record.aftermath === "unknown" ? "the site may have acted on it." : "it never reached the site.") +
        whatIsKept(ceremony, facts),
      evidence: [`${seconds(record.atMs)}: ${record.call} ended without an answer (${record.code})`],
      prevention: [
        "Repeat a call that got no answer; make finish idempotent for it.",
        "Say that the site cannot be reached, and nothing of the passkey.",
      ],
    };
  },
});
