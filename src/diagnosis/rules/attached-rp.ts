import { evidenceOf, seconds } from "../evidence.js";
import { defineRule, PASSKEY, REGISTRATION, TROUBLED, UMBRELLAS } from "../rule.js";
import { acceptedFinish, finishLine, isAttached, rowOf, rowsAreKnown } from "../facts/site-facts.js";
import type { CeremonyTrace } from "../facts/ceremony.js";
import type { SiteCall } from "../facts/site-calls.js";
import type { TraceFacts } from "../facts/trace-facts.js";

/** The site broke off, or something in front of it did: what it made of the call is open. */
function isSilence({ status }: SiteCall): boolean {
  return status === undefined || status >= 500;
}

function silentFinish(ceremony: CeremonyTrace): SiteCall | undefined {
  return acceptedFinish(ceremony) ? undefined : ceremony.finishes.find(isSilence);
}

/** What the harness's own end of a call made of the silence. */
function silenceLine({ records }: CeremonyTrace): string | undefined {
  const record = records.find(({ kind }) => kind === "rp.no-answer");
  if (record?.kind !== "rp.no-answer") return undefined;
  const left = record.aftermath === "unknown" ? "the site may have acted on it" : "it never reached the site";
  return `${seconds(record.atMs)}: ${record.call} ended without an answer (${record.code}); ${left}`;
}

const IDEMPOTENT = [
  "Make finish idempotent: the same credential for the same ceremony gets the stored result.",
  "On a finish call without an answer ask the site for the state of the ceremony before reporting a failure.",
];

/** Says whether a whole trace shows a key that was reported to the user as registered, and no row of it. */
function neverKept({ keysCreated, successSeen, failureSeen }: CeremonyTrace, facts: TraceFacts): boolean {
  const { held, runEndedAtMs } = facts;
  if (runEndedAtMs === undefined || successSeen === undefined || failureSeen !== undefined) return false;
  return keysCreated.some(({ credential }) => held.keys.has(credential) && !held.rows.has(credential));
}

/** The site said yes, and does not hold what it said yes to. */
export const acceptedNotKept = defineRule({
  id: "accepted-not-kept",
  kinds: REGISTRATION,
  text: "The site accepted the passkey and never held it.",
  results: ["success", ...TROUBLED],
  over: ["success", "late-delivery"],
  match(ceremony, facts) {
    const accepted = acceptedFinish(ceremony);
    if (ceremony.kind !== "registration" || accepted === undefined || rowOf(ceremony, facts))
      return undefined;
    if (isAttached(facts) ? !rowsAreKnown(ceremony, facts) : !neverKept(ceremony, facts)) return undefined;
    return {
      verdict:
        `The site accepted the passkey at ${seconds(accepted.answeredAtMs)} (${accepted.status ?? "?"}), and for as long as it was ` +
        "watched it never held it: the key is an orphan of a registration that was reported as a success.",
      evidence: evidenceOf(
        finishLine(accepted),
        ...ceremony.keysCreated.map(({ atMs, credential }) => `${seconds(atMs)}: key ${credential} created`),
        isAttached(facts) ? "the site's list of credentials never had it" : "the site wrote no row of it",
      ),
      prevention: ["Answer finish when the row is there; until then answer 202 and say so."],
    };
  },
});

/** D at the site's end: the call arrived, the answer did not. */
export const finishAnswerLost = defineRule({
  id: "finish-answer-lost",
  kinds: PASSKEY,
  text: "A real site has the passkey, and its answer was lost.",
  results: TROUBLED,
  over: ["site-silent", "site-refused"],
  match(ceremony, facts) {
    const silent = silentFinish(ceremony);
    const row = rowOf(ceremony, facts);
    if (!isAttached(facts) || silent === undefined || row === undefined) return undefined;
    return {
      verdict:
        `The finish call of ${seconds(silent.askedAtMs)} got ${answerOf(silent)}, and the site has the passkey all the same: ` +
        `row ${row.credential} was seen at ${seconds(row.createdAtMs)}. The page reported a failure although the registration had succeeded.`,
      evidence: evidenceOf(
        finishLine(silent),
        silenceLine(ceremony),
        ceremony.failureSeen &&
          `${seconds(ceremony.failureSeen.atMs)}: the user read "${ceremony.failureSeen.text}"`,
        `${seconds(row.createdAtMs)}: row ${row.credential} at the site`,
      ),
      prevention: IDEMPOTENT,
    };
  },
});

export const siteSilent = defineRule({
  id: "site-silent",
  kinds: PASSKEY,
  text: "A call to a real site got no answer.",
  over: ["site-refused", "options-timeout"],
  match(ceremony, facts) {
    if (!isAttached(facts)) return undefined;
    const { options } = ceremony;
    const silent = options && isSilence(options) ? options : silentFinish(ceremony);
    if (silent === undefined) return undefined;
    // Only the site can say what it made of a passkey it was sent.
    if (silent !== options && ceremony.kind === "registration" && !rowsAreKnown(ceremony, facts)) {
      return undefined;
    }
    const key = ceremony.keysCreated[0];
    return {
      verdict:
        `The call of ${seconds(silent.askedAtMs)} got ${answerOf(silent)}, and the site did not act on it.` +
        (key ? ` Key ${key.credential} is an orphan: the site does not hold it.` : ""),
      evidence: evidenceOf(
        silent === options
          ? `${seconds(silent.askedAtMs)}: options asked for, ${answerOf(silent)}`
          : finishLine(silent),
        silenceLine(ceremony),
        key && `${seconds(key.atMs)}: key ${key.credential} created on ${key.authenticator}`,
      ),
      prevention: IDEMPOTENT,
    };
  },
});

export const siteRefused = defineRule({
  id: "site-refused",
  kinds: PASSKEY,
  text: "A real site refused a call.",
  over: UMBRELLAS,
  match(ceremony, facts) {
    if (!isAttached(facts)) return undefined;
    const refused = [ceremony.options, ...ceremony.finishes].find(
      (call) => call?.status !== undefined && (call.status >= 300 || call.code !== undefined),
    );
    if (refused?.answeredAtMs === undefined) return undefined;
    const step = refused === ceremony.options ? "options" : "finish";
    const key = ceremony.keysCreated[0];
    const orphan = key && rowsAreKnown(ceremony, facts) && rowOf(ceremony, facts) === undefined;
    return {
      verdict:
        `The site refused ${step} at ${seconds(refused.answeredAtMs)} (${told(refused)}); no timer had a part in it.` +
        (orphan ? ` Key ${key.credential} is an orphan: it was made, and the site does not hold it.` : ""),
      evidence: evidenceOf(
        step === "finish"
          ? finishLine(refused)
          : `${seconds(refused.askedAtMs)}: options asked for, answered ${told(refused)}`,
        key && `${seconds(key.atMs)}: key ${key.credential} created on ${key.authenticator}`,
      ),
      prevention: [
        "Look up the refusal in the site's own log: origin, rp id and the age of the challenge are the usual ones.",
      ],
    };
  },
});

function answerOf(call: SiteCall): string {
  return call.status === undefined ? "no answer" : `no more than ${told(call)}`;
}

function told({ status, code }: SiteCall): string {
  return `${status ?? "?"}${code === undefined ? "" : ` ${code}`}`;
}
