import { evidenceOf, firedText, nameTimer, seconds } from "../evidence.js";
import type { SiteCall } from "../facts/site-calls.js";
import type { RowFact } from "../facts/trace-facts.js";
import { DENIED, defineRule, PASSKEY, REGISTRATION, TROUBLED, UMBRELLAS } from "../rule.js";
import { settledLine, takenAnswer } from "../facts/request-end.js";
import { acceptedFinish, finishLine, isAttached, mailLine, rowOf } from "../facts/site-facts.js";
import { firedTimer, mainExchange, type CeremonyTrace } from "../facts/ceremony.js";

const keyCreated = (ceremony: CeremonyTrace) => {
  const exchange = mainExchange(ceremony);
  const createdAtMs = ceremony.keysCreated[0]?.atMs;
  return createdAtMs ?? (exchange?.status === "OK" ? exchange.answeredAtMs : undefined);
};

const approvedGesture = (ceremony: CeremonyTrace) =>
  ceremony.gestures.findLast(({ answer }) => answer === "approved");

/** An authenticator at hand is asked within this time of the call. */
const AT_HAND_MS = 2_000;

function wasAskedAtOnce(ceremony: CeremonyTrace): boolean {
  const asked = mainExchange(ceremony);
  return asked !== undefined && asked.askedAtMs - (ceremony.called?.atMs ?? Infinity) < AT_HAND_MS;
}

/** A, of registrations and of logins: the page's own timer spoke first, and the handler it no longer believed in went on to succeed. */
export const lateDelivery = defineRule({
  id: "late-delivery",
  kinds: PASSKEY,
  text: "The page reported a failure while the ceremony went on to succeed.",
  results: DENIED,
  over: ["credential-id-truncated", "mail-queue-only"],
  // Who held the request back until then shows in their timer, or in the link.
  requiredProbes: (ceremony) => ["page", "timer", ...(wasAskedAtOnce(ceremony) ? [] : ["link" as const])],
  match(ceremony, facts) {
    const guard = firedTimer(ceremony, "page.guard");
    const row = rowOf(ceremony, facts);
    const accepted = acceptedFinish(ceremony) ?? keptByRow(ceremony, row);
    const errorAtMs = ceremony.gaveUp?.atMs ?? guard?.endedAtMs;
    if (errorAtMs === undefined || accepted === undefined) return undefined;
    // Once posted the answer is the site's; a page that waits for nothing but its word still denies a success.
    const wasPosted = accepted.askedAtMs < errorAtMs;
    const poll = firedTimer(ceremony, "rp.poll");
    const denied = (poll?.endedAtMs ?? Infinity) < errorAtMs || ceremony.finishes.length > 1;
    if (wasPosted && denied) return undefined;
    const broke = ceremony.threw ?? ceremony.callFailed;
    if (wasPosted && broke !== undefined && broke.atMs <= errorAtMs) return undefined;
    const gesture = approvedGesture(ceremony);
    const createdAtMs = keyCreated(ceremony);
    const done = ceremony.kind === "login" ? "signed" : "was created";
    const lateMs = accepted.answeredAtMs - errorAtMs;
    return {
      decidedBy: guard,
      marginMs: lateMs > 0 ? -lateMs : undefined,
      verdict:
        `${guard ? firedText(ceremony, guard) : "The page gave up first"}: the page reported a failure at ${seconds(errorAtMs)} while ` +
        `${wasPosted ? "its finish call was under way" : "the browser's promise was still pending"}. ${gesture ? `The gesture came at ${seconds(gesture.atMs)}, the` : "The"} key ` +
        `${done}, and the site accepted it at ${seconds(accepted.answeredAtMs)}: the error was wrong` +
        (lateMs > 0
          ? `, ${seconds(lateMs)} before the success it denied.`
          : "; the answer was on its way to the page."),
      evidence: evidenceOf(
        guard && `${seconds(errorAtMs)}: ${nameTimer(guard)} fired; the request was not aborted`,
        ceremony.failureSeen &&
          `${seconds(ceremony.failureSeen.atMs)}: the user read "${ceremony.failureSeen.text}"`,
        gesture && `${seconds(gesture.atMs)}: the user approved`,
        createdAtMs !== undefined && `${seconds(createdAtMs)}: the key ${done}`,
        ceremony.settled &&
          `${seconds(ceremony.settled.atMs)}: the promise resolved, ${wasPosted ? "before" : "after"} the error`,
        finishLine(accepted),
        row && `${seconds(row.createdAtMs)}: row ${row.credential} at the site`,
        mailLine(ceremony, facts, accepted.askedAtMs),
        !ceremony.successSeen && "the page never took its error back",
      ),
      prevention: [
        "Do not show a failure while the promise is pending.",
        "If the page wants a guard of its own, abort the request and say that it may still finish on the device.",
        "When the handler succeeds after all, replace the error text.",
        "Ask the site for the state of the ceremony before declaring a failure.",
      ],
    };
  },
});

/** The finish call whose row was written although its answer says nothing of it: the gateway had cut it off. */
function keptByRow(
  { finishes }: CeremonyTrace,
  row: RowFact | undefined,
): (SiteCall & { readonly answeredAtMs: number }) | undefined {
  const [finish] = finishes;
  return row && finish && { ...finish, answeredAtMs: row.createdAtMs };
}

/** B: the gateway lost patience; the site behind it did not. */
export const gatewayLateCommit = defineRule({
  id: "gateway-504-late-commit",
  kinds: PASSKEY,
  text: "The gateway answered 504 while the site went on with its work.",
  results: TROUBLED,
  over: ["finish-answer-lost", "site-silent", "site-refused", ...UMBRELLAS],
  match(ceremony, facts) {
    const cut = ceremony.finishes.find(({ status }) => status === 504);
    if (cut?.answeredAtMs === undefined || acceptedFinish(ceremony)) return undefined;
    // A page that had reported a failure before was not told of one by the gateway.
    if (ceremony.gaveUp && ceremony.gaveUp.atMs < cut.answeredAtMs) return undefined;
    const row = rowOf(ceremony, facts);
    const cutAtMs = cut.answeredAtMs;
    const gateway = ceremony.timers.find(
      (use) => use.timer === "gw.idle" && use.end === "fired" && (use.endedAtMs ?? 0) <= cutAtMs,
    );
    // Of a real site's own gateway nothing is known but its answer.
    if (isAttached(facts) && (gateway === undefined || row === undefined)) return undefined;
    const lateMs = row && row.createdAtMs - cut.answeredAtMs;
    return {
      decidedBy: gateway,
      marginMs: lateMs !== undefined && lateMs > 0 ? -lateMs : undefined,
      verdict:
        `${gateway ? `${firedText(ceremony, gateway)}: the` : "The"} gateway answered 504 at ${seconds(cut.answeredAtMs)} while the site was still ` +
        `working on the finish call of the ${ceremony.kind}.${whenCommitted(row, cut.answeredAtMs)}`,
      saysWhatItWaitedFor: true,
      evidence: evidenceOf(
        finishLine(cut),
        gateway && `${seconds(gateway.endedAtMs ?? 0)}: ${nameTimer(gateway)} fired`,
        row && `${seconds(row.createdAtMs)}: row ${row.credential} at the site`,
        mailLine(ceremony, facts, cut.askedAtMs),
      ),
      prevention: [
        "Answer finish within seconds (202 and a status address) and do the slow work behind it.",
        "Make finish idempotent on ceremony and credential id, so that a repeated call returns the stored result.",
      ],
    };
  },
});

/** What became of the row of a registration whose finish call the gateway cut off. */
function whenCommitted(row: RowFact | undefined, cutAtMs: number): string {
  if (row === undefined) return "";
  const lateMs = row.createdAtMs - cutAtMs;
  return lateMs > 0
    ? ` The row was committed at ${seconds(row.createdAtMs)}, ${seconds(lateMs)} after the gateway had reported a failure to the page.`
    : ` The row had been committed at ${seconds(row.createdAtMs)}, ${seconds(-lateMs)} before.`;
}

/** Detects mechanism E: the client's timer ended the ceremony, and the authenticator completed the operation afterwards. */
export const clientTimerOrphan = defineRule({
  id: "client-timer-orphan",
  kinds: REGISTRATION,
  text: "The browser's timer ended the ceremony, and the authenticator made its key afterwards.",
  over: ["lost-answer", ...UMBRELLAS],
  match(ceremony, facts) {
    const timer = firedTimer(ceremony, "client.ceremony");
    const createdAtMs = keyCreated(ceremony);
    if (timer?.endedAtMs === undefined || createdAtMs === undefined) return undefined;
    // Only a trace that would have shown the finish call can prove that there was none.
    if (ceremony.finishes.length > 0 || !facts.layers.has("rp")) return undefined;
    const answer = mainExchange(ceremony);
    const inTime = createdAtMs < timer.endedAtMs;
    // A key made in the browser's last moments is as late as its answer.
    const neverCame = inTime && answer !== undefined && answer.answeredAtMs === undefined;
    const lateAtMs = inTime ? answer?.discarded && answer.answeredAtMs : createdAtMs;
    if (!neverCame && (typeof lateAtMs !== "number" || lateAtMs < timer.endedAtMs)) return undefined;
    const lateMs = neverCame ? undefined : Number(lateAtMs) - timer.endedAtMs;
    return {
      decidedBy: timer,
      marginMs: lateMs === undefined ? undefined : -lateMs,
      verdict:
        `${firedText(ceremony, timer)}: the browser gave up at ${seconds(timer.endedAtMs)}. The authenticator created ` +
        `its key at ${seconds(createdAtMs)}, ` +
        (lateMs === undefined
          ? "and its answer had not come by then. "
          : `${inTime ? "and its answer came " : ""}${seconds(lateMs)} too late; ` +
            "no client was left to take the answer. ") +
        "The key is an orphan: the site has no row for it.",
      evidence: evidenceOf(
        `${seconds(timer.endedAtMs)}: ${nameTimer(timer)} fired`,
        settledLine(ceremony),
        `${seconds(createdAtMs)}: the key was created`,
        answer?.answeredAtMs !== undefined &&
          `${seconds(answer.answeredAtMs)}: makeCredential answered ${answer.status ?? "?"}; the answer was discarded`,
        "the site saw no finish call, wrote no row and sent no mail",
      ),
      prevention: [
        "Ask for a timeout of 300 s or more; clients move it into their own range.",
        "Keep the user handle stable: a second attempt then overwrites the orphan.",
        "When an unknown credential id signs, call signalUnknownCredential and offer to register again.",
      ],
    };
  },
});

export const alreadyRegistered = defineRule({
  id: "already-registered",
  kinds: REGISTRATION,
  text: "The authenticator already holds a key for this account.",
  over: UMBRELLAS,
  match(ceremony, facts) {
    const answer = takenAnswer(ceremony);
    if (answer?.status !== "CREDENTIAL_EXCLUDED" || answer.answeredAtMs === undefined) return undefined;
    const before = facts.ceremonies.findLast(
      ({ kind, keysCreated, beganAtMs }) =>
        kind === "registration" && beganAtMs < ceremony.beganAtMs && keysCreated.length > 0,
    );
    const earlier = before?.keysCreated.at(-1);
    return {
      verdict:
        `The authenticator already holds a key for this account and said so at ${seconds(answer.answeredAtMs)}.` +
        (before && earlier
          ? ` The registration ${before.id} had made it at ${seconds(earlier.atMs)}` +
            (acceptedFinish(before) && before.successSeen
              ? ", and the site had accepted it: the account has its passkey."
              : "; how that one ended is the cause.")
          : ""),
      evidence: evidenceOf(
        before && earlier && `${seconds(earlier.atMs)}: key ${earlier.credential} created in ${before.id}`,
        `${seconds(answer.answeredAtMs)}: makeCredential answered CREDENTIAL_EXCLUDED`,
      ),
      prevention: ['Take InvalidStateError on a retry as "probably registered" and run get() to prove it.'],
    };
  },
});
