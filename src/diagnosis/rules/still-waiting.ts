import { CEREMONY_KINDS } from "../facts/ceremony.js";
import { seconds } from "../evidence.js";
import { settledLine } from "../facts/request-end.js";
import { defineRule, LOGIN, UMBRELLAS, type Match } from "../rule.js";

/** Detects a ceremony that nothing had ended when a complete trace was over. */
export const stillWaiting = defineRule({
  id: "still-waiting",
  kinds: CEREMONY_KINDS,
  text: "Nothing had ended the ceremony when the trace was over.",
  results: ["unfinished", "success-not-reported"],
  // Whatever is not seen may have ended it.
  requiredProbes: ({ kind, called }) =>
    kind === "factor"
      ? ["rp", "factor", "user"]
      : ["page", "page.script", "timer", "rp", "user", ...(called === undefined ? [] : ["link" as const])],
  match(ceremony, { runEndedAtMs }) {
    if (runEndedAtMs === undefined) return undefined;
    if (ceremony.called?.isConditional === true) return openOffer(ceremony.called.atMs);
    return {
      waitsUntilMs: runEndedAtMs,
      verdict: `Nothing had ended the ${ceremony.kind} when the run was over.`,
      evidence: ["no record of an end"],
      prevention: ["Give every wait a limit, and say what is waited for."],
    };
  },
});

/** Detects that the page ended its offer of a passkey in a field's autofill to make room for a request of the user's own. */
export const offerWithdrawn = defineRule({
  id: "offer-withdrawn",
  kinds: LOGIN,
  text: "The page ended its offer for a field's autofill to make room for the user's own request.",
  over: ["own-request-aborted", "cancel-race", "request-replaced", ...UMBRELLAS],
  match(ceremony) {
    const { called, settled, failureSeen, records } = ceremony;
    if (called?.isConditional !== true || settled?.name !== "AbortError" || failureSeen) return undefined;
    const aborted = records.findLast(({ kind, atMs }) => kind === "page.aborted" && atMs <= settled.atMs);
    if (aborted?.kind !== "page.aborted") return undefined;
    return {
      verdict:
        `The page ended its request for the field's autofill at ${seconds(aborted.atMs)}, because the user pressed the ` +
        `${aborted.by} instead; nobody waited for it.`,
      evidence: [
        `${seconds(called.atMs)}: get() called with conditional mediation`,
        `${seconds(aborted.atMs)}: the page aborts the request for the ${aborted.by}`,
        ...[settledLine(ceremony)].filter((line) => line !== undefined),
      ],
      prevention: [],
    };
  },
});

/** A request with conditional mediation waits for as long as nobody chooses a passkey. @see WebAuthn L3 §5.1.4 */
function openOffer(calledAtMs: number): Match {
  return {
    saysWhatItWaitedFor: true,
    verdict:
      `The request for the field's autofill, made at ${seconds(calledAtMs)}, was still open when the run was over: ` +
      "nobody had chosen a passkey, and it keeps nobody waiting.",
    evidence: [`${seconds(calledAtMs)}: get() called with conditional mediation`, "no record of an end"],
    prevention: [],
  };
}
