import type { TraceRecord } from "../../core/trace.js";
import { seconds } from "../../diagnosis/mechanism.js";

/** One record in words, or `undefined` for what only machines want to read. */
export function describeRecord(record: TraceRecord): string | undefined {
  switch (record.kind) {
    case "ctap.request":
      return `asks the authenticator: ${record.command}`;
    case "ctap.response":
      return `gets the answer to ${record.command}: ${record.status}`;
    case "ctap.cancel":
      return `cancels ${record.command}`;
    case "ctap.discarded":
      return `answer to ${record.command} (${record.status}) discarded: nobody waits for it any more`;
    case "ctap.finding":
      return `${record.command} broke a rule: ${record.fault}`;
    case "ctap.u2f":
      return `asks in U2F: ${record.instruction}, answered ${record.status}`;
    case "ctap.credential":
      return `credential ${record.credential} ${record.change}`;
    case "link.opened":
    case "link.closed":
    case "link.lost":
    case "link.resynchronised":
      return `${record.link}: ${record.kind.slice("link.".length)}${reason(record.reason)}`;
    case "link.busy":
      return `${record.link} is busy, tries again after ${seconds(record.retryMs)}`;
    case "link.hybrid":
      return `${record.stage}${reason(record.detail)}`;
    case "user.prompted":
      return `is asked to ${record.prompt.replace(" ", ": ")}`;
    case "user.answered":
      return record.answer === "none" ? "never answered; the prompt is gone" : `answers: ${record.answer}`;
    case "user.saw":
      return `shows: "${record.text}"`;
    default:
      return describePageOrSite(record);
  }
}

function describePageOrSite(record: TraceRecord): string | undefined {
  switch (record.kind) {
    case "page.called":
      return (
        `${record.method}() called; the site wishes for ${span(record.timeoutMs)}, ` +
        `the client allows ${span(record.effectiveMs)}`
      );
    case "page.settled":
      return record.outcome === "resolved"
        ? `${record.method}() resolved`
        : `${record.method}() rejected with ${record.name ?? "an error"}${reason(record.reason)}`;
    case "page.gave-up":
      return record.aborted ? "gives up and aborts the request" : "gives up; the request stays pending";
    case "rp.request":
      return `${record.call} arrives (${record.ceremony})`;
    case "rp.response": {
      const offered = record.credentials === undefined ? "" : `, offering ${record.credentials || "nothing"}`;
      return `${record.call} answered ${record.status}${reason(record.code)}${offered}`;
    }
    case "rp.row":
      return record.change === "visible"
        ? `row ${record.credential} reaches the read copy`
        : `row ${record.credential} ${record.change}`;
    case "rp.flag":
      return `account flag "${record.flag}" is now ${record.value ? "on" : "off"}`;
    case "rp.mail":
      return `mail "${record.subject}" ${record.stage}`;
    case "rp.login":
      return `login ${record.outcome}${reason(record.reason)}`;
    case "rp.attached":
      return `the real site ${record.origin}; it ${record.probes ? `can be asked for its ${record.probes}` : "cannot be asked what it holds"}`;
    case "rp.probe":
      return record.outcome === "answered"
        ? `asked for its ${record.probe}: ${record.credentials || "none"}`
        : `asked for its ${record.probe}, in vain${reason(record.detail)}`;
    case "rp.no-answer":
      return (
        `${record.call} ended without an answer (${record.code}); ` +
        (record.aftermath === "unknown" ? "the site may have acted on it" : "it never reached the site")
      );
    case "page.call-failed":
      return `never hears the answer to ${record.call}`;
    case "page.threw":
      return "its script breaks down";
    case "factor.code":
      return `${record.factor} code ${record.number} ${record.change.replaceAll("-", " ")}${reason(record.detail)}`;
    case "factor.attempt":
      return `${record.factor} code ${record.outcome}${reason(record.reason)}; failures: ${record.failures}`;
    case "factor.lock":
      return record.change === "ended"
        ? "the lock ends"
        : `account ${record.change} for ${seconds(record.budgetMs)}; failures: ${record.failures}`;
    case "factor.enrolment":
      return `${record.factor} ${record.change} by ${record.by}`;
    case "timer.fired":
      return `TIMER ${record.timer} fired after ${seconds(record.budgetMs)}`;
    case "fault.injected":
      return `fault ${record.rule}: ${record.effect}`;
    default:
      return undefined;
  }
}

function reason(text: string | undefined): string {
  return text === undefined ? "" : ` (${text})`;
}

/** No bound is `Infinity` in a run and `null` in a stored trace. */
function span(ms: number | null | undefined): string {
  if (ms === undefined) return "nothing";
  return ms === null || ms === Infinity ? "any time" : seconds(ms);
}
