import { seconds } from "../evidence.js";
import { finalAnswer, settledLine } from "../facts/request-end.js";
import { evidenceOf } from "../evidence.js";
import { defineRule, PASSKEY, TROUBLED, UMBRELLAS, weakerThan } from "../rule.js";

/** What a feature that is missing is called, and how the user gets it. */
const FEATURES: Readonly<Record<string, readonly [missing: string, cure: string]>> = {
  webauthn: [
    "The browser has no WebAuthn",
    "Say which browsers have passkeys, and offer another way to log in.",
  ],
  cookies: [
    "The browser keeps no cookies for this site, and the ceremony is named by one",
    "Name the ceremony in the call itself, with a signed state, and not by a cookie alone.",
  ],
  javascript: ["JavaScript is off", "Say in the page itself that it needs JavaScript."],
};

/** Detects that the browser lacks what the ceremony needs. */
export const browserUnsupported = defineRule({
  id: "browser-unsupported",
  kinds: PASSKEY,
  text: "The browser lacks what the ceremony needs: WebAuthn, cookies or JavaScript.",
  results: TROUBLED,
  over: ["mail-queue-only", "session-lost", "read-replica-lag", ...UMBRELLAS],
  match({ records, timers, called, calls, callFailed, finishes, failureSeen }) {
    // Only a page that went on reaches a gateway, whose timers may be all that is left of a call.
    const reached = timers.some(({ owner }) => owner === "gateway");
    const wentOn = [calls.length > 0, called, callFailed, reached].some(Boolean);
    const isSessionLost = finishes.some(({ code }) => code === "SESSION_LOST");
    const record = records.find(
      (one) =>
        one.kind === "page.unsupported" &&
        // A site that does not know its ceremonies by a cookie does without.
        (one.feature !== "cookies" || !wentOn || isSessionLost),
    );
    if (record?.kind !== "page.unsupported") return undefined;
    const [missing, cure] = FEATURES[record.feature] ?? [`The browser lacks ${record.feature}`, ""];
    return {
      verdict:
        called === undefined
          ? `${missing} (${record.actor}, ${seconds(record.atMs)}): no authenticator was asked.`
          : `${missing}: the site could not tell at finish which ceremony was meant` +
            `${failureSeen ? `, and the page reported a failure at ${seconds(failureSeen.atMs)}` : ""}.`,
      evidence: [`${seconds(record.atMs)}: the browser lacks ${record.feature}`],
      prevention: cure === "" ? [] : [cure],
    };
  },
});

/** What a client refuses a request for before, or instead of, asking an authenticator; and what helps. */
const REASONS: Readonly<Record<string, readonly [why: string, cure: string]>> = {
  "attachment-unavailable": [
    "the site asked for another kind of authenticator than is within reach",
    "Leave `authenticatorAttachment` out, or offer the other kind beside it.",
  ],
  "resident-key-unavailable": [
    "the site required a discoverable passkey, and the authenticator makes none",
    "Ask for `residentKey` as preferred where a named passkey does as well.",
  ],
  "unsupported-algorithm": [
    "the authenticator has none of the signature algorithms that the site asked for",
    "Offer ES256 and RS256 beside the others.",
  ],
  "user-activation-missing": [
    "the click was too long ago when the page asked for a passkey: the site's options had taken too long",
    "Fetch the options before the click, and call create() or get() in its handler.",
  ],
  "recent-sign-in-missing": [
    'the page wanted a passkey made by `mediation: "conditional"`, and no password manager had just signed the user in',
    "Ask the user, and call create() without `mediation`.",
  ],
  "frame-not-allowed": [
    "the page stands in a frame that has no permission for WebAuthn",
    'Give the frame `allow="publickey-credentials-get; publickey-credentials-create"`.',
  ],
  "extension-unavailable": [
    "an extension that the site insists on is not there",
    "Do not insist on extensions.",
  ],
  "extension-misused": [
    "an extension was used as its specification forbids",
    "Read the extension's specification.",
  ],
  "extension-malformed": ["an extension's input could not be read", "Check the extension's input."],
  "authenticator-error": [
    "the authenticator answered with an error",
    "Let the user try another authenticator.",
  ],
  "answer-unusable": [
    "the authenticator's answer could not be used",
    "Let the user try another authenticator.",
  ],
  "origin-or-rp-id": ["the page's origin may not use this RP ID", "Use the page's own domain as RP ID."],
  "bad-user-id": ["the user handle is empty or too long", "Use 1 to 64 bytes."],
  "bad-options": [
    "a member of the options is missing or of the wrong type",
    "Check the options against the specification.",
  ],
  "bad-encoding": [
    "a binary member of the options is not base64url",
    "Send binary members as base64url without padding.",
  ],
  "unknown-credential-types": [
    "pubKeyCredParams names no credential type that there is",
    'Write "public-key" as the type of each entry.',
  ],
  "pin-needed": ["a PIN was needed and none could be had", "Say that the security key needs its PIN."],
  "pin-wrong": ["the PIN was wrong and the user gave up", "Say how many attempts are left."],
  "uv-failed": ["user verification failed", "Let the user fall back to the PIN."],
  unexpected: ["the client failed by itself", "Report it to the client's maker with this trace."],
};

/** Reasons that rest on an authenticator's answer: which answer it was, only commands and statuses show. */
const AFTER_ANSWER: readonly string[] = [
  "authenticator-error",
  "answer-unusable",
  "pin-needed",
  "pin-wrong",
  "uv-failed",
];

/** Detects a request that the client refused for a reason of its own. */
export const clientRefused = defineRule({
  id: "client-refused",
  kinds: PASSKEY,
  text: "The client refused the request for a reason that lies in the request or the authenticator.",
  over: weakerThan("client-refused"),
  requiredProbes: ({ records, exchanges }) => {
    const settled = records.findLast(({ kind }) => kind === "page.settled");
    const reason = (settled?.kind === "page.settled" && settled.reason) || "";
    if (AFTER_ANSWER.includes(reason)) return ["ctap", "user", "link.phone"];
    // What was within reach shows in the link; the system's own dialog may have answered.
    return reason === "attachment-unavailable" && exchanges.length === 0 ? ["link", "user"] : ["user"];
  },
  match(ceremony) {
    const settled = ceremony.records.findLast(({ kind }) => kind === "page.settled");
    if (settled?.kind !== "page.settled" || settled.outcome !== "rejected" || settled.reason === undefined)
      return undefined;
    const known = REASONS[settled.reason];
    if (known === undefined) return undefined;
    // Which answer the client's reason rests on, where one was given.
    const answer = AFTER_ANSWER.includes(settled.reason) ? finalAnswer(ceremony) : undefined;
    const refusal = answer?.status === "OK" ? undefined : answer;
    return {
      verdict:
        `The client ended the request at ${seconds(settled.atMs)} with ${settled.name ?? "an error"}: ${known[0]} ` +
        `(${settled.reason}` +
        (refusal === undefined ? ")." : `; ${refusal.command} was answered ${refusal.status ?? "?"}).`),
      evidence: evidenceOf(
        refusal?.answeredAtMs !== undefined &&
          `${seconds(refusal.answeredAtMs)}: ${refusal.command} answered ${refusal.status ?? "?"}`,
        settledLine(ceremony),
      ),
      prevention: [known[1]],
    };
  },
});
