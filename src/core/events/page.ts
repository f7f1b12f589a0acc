import { seconds } from "../seconds.js";
import { event, note, NOT_SHOWN } from "./event.js";
import { flag, milliseconds, oneOf, optional, text } from "./member.js";

const METHOD = oneOf("create", "get");

/** The page's script and the browser's side of `navigator.credentials`. */
export const PAGE_EVENTS = {
  /** `timeoutMs` is the timeout that the page asked for, `effectiveMs` the one that the client enforces. */
  "page.called": event(
    {
      method: METHOD,
      timeoutMs: optional(milliseconds),
      effectiveMs: milliseconds,
      mediation: optional(oneOf("conditional")),
    },
    {
      text: ({ method, timeoutMs, effectiveMs }) =>
        `${method}() called; timeout requested: ${timeoutText(timeoutMs)}, in effect: ${timeoutText(effectiveMs)}`,
      tone: "wire",
    },
  ),
  /**
   * `credential` is the tag of the credential that the promise resolved with, `name` the DOMException's, `reason` the
   * class of failures that it stands for.
   */
  "page.settled": event(
    {
      method: METHOD,
      outcome: oneOf("resolved", "rejected"),
      credential: optional(text),
      name: optional(text),
      reason: optional(text),
    },
    {
      text: ({ method, outcome, name = "an error", reason }) =>
        outcome === "resolved" ? `${method}() resolved` : `${method}() rejected with ${name}${note(reason)}`,
      tone: ({ outcome }) => (outcome === "resolved" ? "good" : "bad"),
    },
  ),
  "page.gave-up": event(
    { method: METHOD, aborted: flag },
    {
      text: ({ aborted }) =>
        aborted ? "gives up and aborts the request" : "gives up; the request stays pending",
      tone: "bad",
    },
  ),
  /** The page's library ended its own pending request because another one begins: the button's, or the autofill's. */
  "page.aborted": event(
    { method: METHOD, by: oneOf("button", "autofill") },
    { text: ({ method, by }) => `ends its pending ${method}() for the request of the ${by}`, tone: "bad" },
  ),
  /** Something in front of the browser, or behind it, took the request: it answers, hands it on, or refuses. */
  "page.intercepted": event(
    {
      by: oneOf("password-manager", "credential-provider", "virtual-authenticator"),
      method: METHOD,
      decision: oneOf("answers", "hands-on", "refuses"),
      reason: optional(
        oneOf("frame", "signed-out", "vault-locked", "attachment", "transports", "no-passkey"),
      ),
    },
    {
      text: ({ by, method, decision, reason }) =>
        `${by.replaceAll("-", " ")} ${decision.replaceAll("-", " ")} the ${method}()${note(reason)}`,
      tone: ({ decision }) => (decision === "refuses" ? "bad" : "wire"),
    },
  ),
  /** The RP answered and the page did not receive it: the page's own call ended without an answer. */
  "page.call-failed": event(
    { call: text },
    { text: ({ call }) => `does not receive the answer to ${call}`, tone: "bad" },
  ),
  /** The page's script failed after its call had been answered. */
  "page.threw": event({}, { text: () => "its script fails", tone: "bad" }),
  /** The browser lacks something that the page needs for a ceremony, or the user has switched it off. */
  "page.unsupported": event(
    { feature: oneOf("cookies", "webauthn", "javascript") },
    { text: ({ feature }) => `runs in a browser without ${feature}`, tone: "bad" },
  ),
  /** The browser ended with all its pages; its requests are abandoned. */
  "page.closed": event({ reason: oneOf("program-quit") }, { text: NOT_SHOWN, tone: "wire" }),
} as const;

function timeoutText(ms: number | undefined): string {
  if (ms === undefined) return "none";
  return ms === Infinity ? "no limit" : seconds(ms);
}
