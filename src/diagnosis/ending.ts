import type { DecidingTimer, Ending } from "./explanation.js";
import type { ByActor, CeremonyTrace } from "./facts/ceremony.js";
import { isRefusal } from "./facts/exchanges.js";
import { lastRefusal } from "./facts/factor-lines.js";
import type { Outcome } from "./facts/outcome.js";
import { attemptDoneAtMs } from "./facts/outcome.js";
import { finalAnswer } from "./facts/request-end.js";
import { HTTP_ERROR_MIN } from "./facts/site-calls.js";

/**
 * Says what ended a ceremony: the timer that decided it, or else the first of its ends in the order in which one is
 * a part of the other: an authenticator's answer, the link, the client's promise, the site's answer, the page.
 *
 * @returns `undefined` where no record shows an end.
 */
export function endingOf(
  ceremony: CeremonyTrace,
  outcome: Outcome,
  decidedBy: DecidingTimer | undefined,
): Ending | undefined {
  if (decidedBy !== undefined) {
    return { by: "timer", actor: decidedBy.owner, timer: decidedBy, atMs: decidedBy.firedAtMs };
  }
  const ends: readonly (Ending | undefined)[] = [
    siteEnd(ceremony),
    outcome.promise === "rejected" ? requestEnd(ceremony) : undefined,
    quitEnd(ceremony, outcome),
  ];
  const earliest = ends
    .filter((end) => end !== undefined)
    .reduce<Ending | undefined>((first, end) => (first && first.atMs <= end.atMs ? first : end), undefined);
  const page = pageEnd(ceremony);
  if (earliest === undefined || page === undefined) return earliest ?? page;
  return earliest.atMs <= page.atMs || isLeftBehind(ceremony, outcome) ? earliest : page;
}

/** Says whether what the page told the user left the ceremony to a later end: only an abort ends a request. */
function isLeftBehind({ attempt, gaveUp }: CeremonyTrace, { result }: Outcome): boolean {
  return attempt !== undefined || (result === "failure" && gaveUp?.aborted !== true);
}

/** The browser ended before the user had heard how the ceremony had. */
function quitEnd({ quit, called }: CeremonyTrace, { result }: Outcome): Ending | undefined {
  if (quit === undefined || result === "success") return undefined;
  return { by: "client", actor: called?.actor ?? quit.actor, atMs: quit.atMs };
}

/** What ended the request to the authenticator, where it was rejected. */
function requestEnd(ceremony: CeremonyTrace): Ending | undefined {
  const { settled, linkStages, gestures, called, requestEndedAtMs } = ceremony;
  if (settled === undefined) return undefined;
  const answer = finalAnswer(ceremony);
  if (answer?.answeredAtMs !== undefined && isRefusal(answer)) {
    // An authenticator that holds nothing says so, whatever its user answered.
    const refused =
      answer.status === "NO_CREDENTIALS"
        ? undefined
        : gestures.findLast((gesture) => gesture.answer === "refused");
    return refused
      ? { by: "user", actor: "user", atMs: refused.atMs }
      : { by: "authenticator", atMs: answer.answeredAtMs };
  }
  const lost = linkStages.findLast(({ stage }) =>
    ["failed", "lost", "tunnel-closed", "tunnel-refused"].includes(stage),
  );
  if (lost !== undefined && lost.atMs === requestEndedAtMs)
    return { by: "link", actor: lost.actor, atMs: lost.atMs };
  return { by: "client", ...(called !== undefined && { actor: called.actor }), atMs: settled.atMs };
}

/**
 * The first call to the site that was refused; of an attempt with a factor, which goes on after a refusal, the acceptance
 * or the last refusal.
 */
function siteEnd(ceremony: CeremonyTrace): Ending | undefined {
  const { options, finishes, calls, called, attempt } = ceremony;
  const doneAtMs = attemptDoneAtMs(ceremony);
  if (doneAtMs !== undefined) return { by: "site", actor: "site", atMs: doneAtMs };
  const last = attempt && lastRefusal(attempt);
  if (last !== undefined) return { by: "site", actor: "site", atMs: last.atMs };
  // Where the browser was never called, any call may have ended it.
  const first = called === undefined ? calls.filter(({ step }) => step !== "poll") : [options];
  const refused = [...first, ...finishes].find((call) => (call?.status ?? 0) >= HTTP_ERROR_MIN);
  return refused?.answeredAtMs === undefined
    ? undefined
    : { by: "site", actor: "site", atMs: refused.answeredAtMs };
}

/** The first thing the page told the user, or did, that denied the ceremony. */
function pageEnd({
  failureSeen,
  gaveUp,
  threw,
  callFailed,
  gestures,
  attempt,
}: CeremonyTrace): Ending | undefined {
  const first = [failureSeen, gaveUp, threw, callFailed]
    .filter((moment) => moment !== undefined)
    .reduce<ByActor | undefined>((one, other) => (one && one.atMs <= other.atMs ? one : other), undefined);
  if (first !== undefined) return { by: "page", actor: first.actor, atMs: first.atMs };
  // A user who stops waiting for a code ends the attempt.
  const left = attempt && gestures.findLast(({ answer }) => answer === "none");
  return left && { by: "user", actor: "user", atMs: left.atMs };
}
