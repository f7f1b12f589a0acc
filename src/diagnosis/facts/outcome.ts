import { acceptedFinish, isAttached, rowsAreKnown } from "./site-facts.js";
import type { CeremonyTrace } from "./ceremony.js";
import type { TraceFacts } from "./trace-facts.js";
import { HTTP_ERROR_MIN } from "./site-calls.js";

/**
 * What a ceremony came to:
 * - `success`: the site accepted it, and nobody told the user of a failure.
 * - `success-reported-as-failure`: the site accepted it or keeps its passkey, and the user was told of a failure.
 * - `success-not-reported`: the site accepted it, and the page never told the user anything.
 * - `failure`: it was rejected, refused or not answered.
 * - `unfinished`: nothing in the trace ended it.
 */
export type Result =
  "success" | "success-reported-as-failure" | "success-not-reported" | "failure" | "unfinished";

/** What became of a ceremony, by its records alone: no cause is asked for here. */
export interface Outcome {
  readonly result: Result;
  /** What the page's promise did. */
  readonly promise: "not-called" | "pending" | "resolved" | "rejected";
  /** What the page told the user; `corrected` where a success followed a failure. */
  readonly told: "nothing" | "success" | "failure" | "corrected";
  /** What the site made of it. */
  readonly site: "not-asked" | "accepted" | "refused" | "no-answer";
  /** Credentials this ceremony made on an authenticator that the site has no row of at the end. */
  readonly orphans: readonly string[];
  /** Rows this ceremony wrote whose key is on no authenticator at the end. */
  readonly ghosts: readonly string[];
}

/** Reads what a ceremony came to from its records and from what is held at the end of the trace. */
export function outcomeOf(ceremony: CeremonyTrace, facts: TraceFacts): Outcome {
  const told = toldUser(ceremony);
  const site = siteSaid(ceremony);
  return {
    result: resultOf(ceremony, facts, { told, site }),
    promise: promiseOf(ceremony),
    told,
    site,
    ...heldAtTheEnd(ceremony, facts),
  };
}

function resultOf(
  ceremony: CeremonyTrace,
  facts: TraceFacts,
  { told, site }: Pick<Outcome, "told" | "site">,
): Result {
  const deniedByPage = told === "failure" || told === "corrected";
  if (ceremony.attempt !== undefined) {
    if (attemptDoneAtMs(ceremony) !== undefined)
      return deniedByPage ? "success-reported-as-failure" : "success";
    const { calls, entries } = ceremony.attempt;
    const isLeft = ceremony.gestures.some(({ answer }) => answer === "none");
    return calls.length + entries.length > 0 || deniedByPage || isLeft ? "failure" : "unfinished";
  }
  const kept = site === "accepted" || facts.rowsByCeremony.has(ceremony.id);
  if (kept && deniedByPage) return "success-reported-as-failure";
  if (site === "accepted")
    return told === "nothing" && ceremony.pageActor !== undefined && facts.layers.has("user")
      ? "success-not-reported"
      : "success";
  // A promise that resolved, and a finish call without an answer, are still going on for the page.
  const isOver = ceremony.settled?.resolved === false || deniedByPage || site === "refused";
  return isOver || optionsFailed(ceremony) ? "failure" : "unfinished";
}

/** When a fallback factor got the user in, or did what it was asked for. */
export function attemptDoneAtMs({ attempt }: CeremonyTrace): number | undefined {
  const accepted = attempt?.entries.find(({ outcome }) => outcome === "accepted");
  const done = attempt?.calls.find(
    ({ step, status }) => status === 200 && !["code", "verify"].includes(step),
  );
  return accepted?.atMs ?? done?.answeredAtMs;
}

function promiseOf({ called, settled }: CeremonyTrace): Outcome["promise"] {
  if (settled !== undefined) return settled.resolved ? "resolved" : "rejected";
  return called === undefined ? "not-called" : "pending";
}

function toldUser(ceremony: CeremonyTrace): Outcome["told"] {
  const { failureSeen, gaveUp, threw, callFailed, successSeen, timers } = ceremony;
  const poll = timers.find(({ timer, end }) => timer === "rp.poll" && end === "fired");
  const trouble = gaveUp ?? threw ?? callFailed ?? (poll && { atMs: poll.endedAtMs ?? 0 });
  const isFollowed = (by: { readonly atMs: number }) =>
    successSeen !== undefined && successSeen.atMs >= by.atMs;
  if (failureSeen !== undefined) return isFollowed(failureSeen) ? "corrected" : "failure";
  // Without what the user saw, a page that gave up or failed has told of a failure.
  if (trouble !== undefined && !isFollowed(trouble)) return "failure";
  return successSeen === undefined ? "nothing" : "success";
}

function siteSaid(ceremony: CeremonyTrace): Outcome["site"] {
  if (acceptedFinish(ceremony) !== undefined) return "accepted";
  const last = ceremony.finishes.at(-1);
  if (last === undefined) return "not-asked";
  return last.status === undefined ? "no-answer" : "refused";
}

/** Says whether the site refused the options, or what comes before them, so that the browser was not called. */
export function optionsFailed({ calls, called }: CeremonyTrace): boolean {
  const before = calls.findLast(({ step }) => step !== "poll" && step !== "finish");
  return called === undefined && (before?.status ?? 0) >= HTTP_ERROR_MIN;
}

/** Compares what the ceremony made with what the other side holds at the end; nothing where a side is unknown or not in the trace. */
function heldAtTheEnd(ceremony: CeremonyTrace, facts: TraceFacts): Pick<Outcome, "orphans" | "ghosts"> {
  const none = { orphans: [], ghosts: [] };
  if (ceremony.kind !== "registration" || facts.held.unknown || isAttached(facts)) return none;
  if (!facts.layers.has("ctap") || !facts.layers.has("rp") || !rowsAreKnown(ceremony, facts)) return none;
  const made = ceremony.keysCreated.map(({ credential }) => credential);
  const { held } = facts;
  return {
    orphans: made.filter((credential) => held.keys.has(credential) && !held.rows.has(credential)),
    ghosts: (facts.rowsByCeremony.get(ceremony.id) ?? [])
      .map(({ credential }) => credential)
      .filter((credential) => held.rows.has(credential) && !held.keys.has(credential)),
  };
}
