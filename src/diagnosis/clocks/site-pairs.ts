import type { TraceRecord } from "../../core/trace.js";
import { eachBeforeEach, firstBeforeFirst, pick, type CausalPair, type Group } from "./causal-pair.js";
import { HTTP_ERROR_MIN } from "../facts/site-calls.js";

const HTTP_OK = 200;
const GATEWAY_TIMER = "gw.idle";

/** Steps whose answer is no answer to what the user asked for. */
const PREPARING: readonly string[] = ["options", "qr", "code", "poll"];

const stepOf = ({ call }: { readonly call: string }) => call.split("/")[1] ?? "";

/**
 * Pairs what a page, its browser and the site recorded of one page's ceremony: a call is answered after it was sent,
 * the browser is called with options, and the user is told of what has happened.
 *
 * @param group records of one page in one ceremony, the site's and the browser's included.
 */
export function sitePairs(group: Group): readonly CausalPair[] {
  const requests = pick(group, "rp.request");
  const answers = pick(group, "rp.response");
  const ofStep = (step: string) => (record: { readonly call: string }) => stepOf(record) === step;
  const given = answers.filter((answer) => ofStep("options")(answer) && answer.status === HTTP_OK);
  const called = pick(group, "page.called");
  const resolved = pick(group, "page.settled", ({ outcome }) => outcome === "resolved");
  const finishes = requests.filter(ofStep("finish"));
  const page = pick(group, "span.started", ({ name }) => name === "ceremony")[0]?.span;
  const pageSaw = pick(group, "user.saw", ({ where }) => where === "page");
  const accepted = answers.filter(
    (answer) => answer.status === HTTP_OK && !PREPARING.includes(stepOf(answer)),
  );
  return [
    ...firstBeforeFirst(given, called),
    ...firstBeforeFirst(resolved, finishes),
    ...firstBeforeFirst(
      accepted,
      pageSaw.filter(({ tone }) => tone === "success"),
    ),
    ...firstBeforeFirst(
      accepted,
      pick(group, "span.ended", ({ span, status }) => span === page && status === "ok"),
    ),
    ...firstBeforeFirst(
      reasonsToFail(group),
      pageSaw.filter(({ tone }) => tone === "failure"),
    ),
    ...firstBeforeFirst(accepted, pick(group, "page.threw")),
    ...lostAnswerPairs(group),
    ...gatewayPairs(group),
    ...codePairs(group),
  ];
}

/** What a page can tell a failure of, where it has no reason of its own. */
function reasonsToFail(group: Group): readonly TraceRecord[] {
  const own = ["page.gave-up", "page.threw", "page.call-failed", "page.aborted", "page.unsupported"];
  if (group.some(({ kind }) => own.includes(kind))) return [];
  return group.filter(
    (record) =>
      (record.kind === "page.settled" && record.outcome === "rejected") ||
      (record.kind === "rp.response" && record.status >= HTTP_ERROR_MIN) ||
      (record.kind === "timer.fired" && record.timer === GATEWAY_TIMER) ||
      record.kind === "rp.no-answer",
  );
}

/** A page learns that a call has no answer after the call was sent: the site's record of the call comes first. */
function lostAnswerPairs(group: Group): readonly CausalPair[] {
  return pick(group, "page.call-failed").flatMap((failed) =>
    firstBeforeFirst(
      pick(group, "rp.request", ({ call }) => call === failed.call),
      [failed],
    ),
  );
}

/** A gateway waits for the site's answer to each call that it hands on. */
function gatewayPairs(group: Group): readonly CausalPair[] {
  const ofGateway = ({ timer }: { readonly timer: string }) => timer === GATEWAY_TIMER;
  const armed = pick(group, "timer.armed", ofGateway);
  const requests = pick(group, "rp.request");
  const answers = pick(group, "rp.response");
  const disarmed = pick(group, "timer.disarmed", ofGateway);
  return [
    ...eachBeforeEach(armed, requests),
    ...(armed.length === requests.length && answers.length === requests.length
      ? eachBeforeEach(answers, disarmed)
      : []),
  ];
}

/** A code is judged after it was typed. A page may ask for a code that nobody had sent. */
function codePairs(group: Group): readonly CausalPair[] {
  const typed = pick(
    group,
    "user.answered",
    ({ prompt, answer }) => prompt.startsWith("code ") && answer === "typed",
  );
  const judged = pick(group, "rp.request", (call) => stepOf(call) === "verify");
  return [...firstBeforeFirst(typed, judged), ...eachBeforeEach(typed, judged)];
}
