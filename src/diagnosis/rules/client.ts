import type { TraceRecord } from "../../core/trace.js";
import { evidenceOf, nameTimer, seconds } from "../evidence.js";
import { defineRule, PASSKEY, TROUBLED, UMBRELLAS } from "../rule.js";
import { firedTimer, mainExchange, type CeremonyTrace } from "../facts/ceremony.js";
import { isRefusal } from "../facts/exchanges.js";

type RecordOf<K extends TraceRecord["kind"]> = Extract<TraceRecord, { readonly kind: K }>;

/** Records of a kind that came before the promise of their ceremony settled. */
function recordsIn<K extends TraceRecord["kind"]>(
  { records, settled }: CeremonyTrace,
  kind: K,
): readonly RecordOf<K>[] {
  return records.filter(
    (record): record is RecordOf<K> => record.kind === kind && record.atMs <= (settled?.atMs ?? Infinity),
  );
}

function rejectionOf(ceremony: CeremonyTrace): RecordOf<"page.settled"> | undefined {
  return recordsIn(ceremony, "page.settled").find(({ outcome }) => outcome === "rejected");
}

function rejectionLine({ atMs, name }: RecordOf<"page.settled">): string {
  return `${seconds(atMs)}: the promise was rejected with ${name ?? "an error"}`;
}

/** Says whether the authenticator had refused the request before it ended. */
function wasRefused(ceremony: CeremonyTrace): boolean {
  const answer = mainExchange(ceremony);
  return answer !== undefined && isRefusal(answer);
}

/** J: something in front of the browser held the request back on a timer of its own. */
export const competingAuthenticator = defineRule({
  id: "competing-authenticator-error",
  kinds: PASSKEY,
  text: "An extension held the request back on a timer of its own.",
  results: TROUBLED,
  over: ["late-delivery", ...UMBRELLAS],
  match(ceremony) {
    const held = firedTimer(ceremony, "ext.focus");
    const { failureSeen, settled, gaveUp, beganAtMs } = ceremony;
    if (held?.endedAtMs === undefined || gaveUp === undefined) return undefined;
    // The page counts the time from the click; the browser's own ceremony only begins when the extension lets go.
    if (held.endedAtMs - held.armedAtMs < (gaveUp.atMs - beganAtMs) / 2) return undefined;
    return {
      decidedBy: held,
      verdict:
        `ext.focus fired at ${seconds(held.endedAtMs)}: an extension kept the request for itself until then; only ` +
        "after that the browser's own ceremony began, past whatever time the site had asked for.",
      evidence: evidenceOf(
        `${seconds(held.endedAtMs)}: ${nameTimer(held)} fired`,
        failureSeen && `${seconds(failureSeen.atMs)}: the user read "${failureSeen.text}"`,
        settled && `${seconds(settled.atMs)}: the promise ${settled.resolved ? "resolved" : "was rejected"}`,
      ),
      prevention: [
        "Put an AbortController of the page's own at the effective timeout and a few seconds.",
        "Do not show a failure while the promise is pending.",
      ],
    };
  },
});

/** Detects that the page's own library ended the user's request to start its own. */
export const ownRequestAborted = defineRule({
  id: "own-request-aborted",
  kinds: PASSKEY,
  text: "The page's own library ended the user's request to begin another.",
  over: ["cancel-race", "request-replaced", ...UMBRELLAS],
  match(ceremony) {
    const aborted = recordsIn(ceremony, "page.aborted").findLast(({ by }) => by === "autofill");
    const rejection = rejectionOf(ceremony);
    if (aborted === undefined || rejection === undefined || ceremony.gaveUp) return undefined;
    if (wasRefused(ceremony)) return undefined;
    return {
      verdict:
        `The page's own library ended the user's request at ${seconds(aborted.atMs)} to begin its own for the autofill ` +
        `of a field; the user saw a request that ended by itself.`,
      evidence: [
        `${seconds(aborted.atMs)}: the page aborts the request for ${aborted.by}`,
        rejectionLine(rejection),
      ],
      prevention: [
        "Start the autofill request when the page loads, and never while the user's own request is pending.",
      ],
    };
  },
});

/** Why an extension refused, in words. */
const REFUSALS: Readonly<Record<string, string>> = {
  frame: "the page stands in a frame",
  "signed-out": "nobody was signed in to its vault",
  "vault-locked": "its vault was not unlocked",
  attachment: "the site asked for another kind of authenticator",
  transports: "the site named other transports than its own",
  "no-passkey": "its vault has no passkey for this site",
};

/** Detects that an extension took the request in the browser's place and refused it. */
export const extensionRefused = defineRule({
  id: "extension-refused",
  kinds: PASSKEY,
  text: "A password manager's extension took the request in the browser's place and refused it.",
  over: ["no-authenticator", ...UMBRELLAS],
  match(ceremony) {
    const refused = recordsIn(ceremony, "page.intercepted").findLast(
      ({ decision }) => decision === "refuses",
    );
    if (refused === undefined || ceremony.settled?.resolved === true || mainExchange(ceremony))
      return undefined;
    const why = REFUSALS[refused.reason ?? ""];
    const rejection = rejectionOf(ceremony);
    return {
      verdict:
        `A ${refused.by.replaceAll("-", " ")} took the request in the browser's place and refused it at ` +
        `${seconds(refused.atMs)}${why === undefined ? "" : `: ${why}`}. No authenticator was asked.`,
      evidence: evidenceOf(
        `${seconds(refused.atMs)}: ${refused.by} refuses (${refused.reason ?? "no reason given"})`,
        rejection && rejectionLine(rejection),
      ),
      prevention: [
        "Say that a password manager may have answered, and how to choose another authenticator.",
        "As an extension: hand on what cannot be answered.",
      ],
    };
  },
});

/** Shortest time in which a user reads a prompt and touches a key; a busy Chromium refuses within 700 ms (measured in the lab). */
const TOUCH_MS_MIN = 1_000;

/** Detects a request that the browser refused because the page did not have the focus. */
export const focusMissing = defineRule({
  id: "focus-missing-at-call",
  kinds: PASSKEY,
  text: "The page did not have the focus when it asked for a passkey.",
  over: ["focus-lost-at-completion", ...UMBRELLAS],
  // The authenticator may have been asked, and done, unless there was no time for a touch.
  requiredProbes: ({ called, settled }) =>
    called && settled && settled.atMs - called.atMs < TOUCH_MS_MIN ? [] : ["ctap"],
  match(ceremony) {
    const rejection = rejectionOf(ceremony);
    if (rejection?.reason !== "page-not-focused" || mainExchange(ceremony) !== undefined) return undefined;
    return {
      verdict:
        `The page did not have the focus when it asked for a passkey: the browser refused at ` +
        `${seconds(rejection.atMs)}, before it had asked any authenticator.`,
      evidence: [rejectionLine(rejection)],
      prevention: [
        "Call create() from the press of a button, never from a timer or a page that is still loading.",
      ],
    };
  },
});

/** Detects mechanism P: the key was made, and the browser discarded the answer because the page had lost the focus. */
export const focusLost = defineRule({
  id: "focus-lost-at-completion",
  kinds: PASSKEY,
  text: "The page lost the focus before the authenticator answered, and the browser dropped the answer.",
  over: ["lost-answer", ...UMBRELLAS],
  match(ceremony) {
    const rejection = rejectionOf(ceremony);
    const answer = mainExchange(ceremony);
    if (rejection?.reason !== "page-not-focused") return undefined;
    return {
      verdict:
        `The authenticator had made the passkey, but the page had lost the focus when the answer came at ` +
        `${seconds(rejection.atMs)}: the browser rejected it and the site never heard of the passkey.`,
      evidence: evidenceOf(
        answer?.answeredAtMs !== undefined &&
          `${seconds(answer.answeredAtMs)}: ${answer.command} answered ${answer.status ?? "?"}`,
        ...ceremony.keysCreated.map(({ atMs, credential }) => `${seconds(atMs)}: key ${credential} created`),
        rejectionLine(rejection),
        ceremony.finishes.length === 0 && "no finish call followed",
      ),
      prevention: [
        "Ask the user to come back to this page before confirming.",
        "On this rejection try again once: with the same user handle the retry takes the orphan's place.",
      ],
    };
  },
});

/** Detects that the site required user verification and no authenticator within reach could do it. */
export const verificationUnavailable = defineRule({
  id: "verification-unavailable",
  kinds: PASSKEY,
  text: "The site required user verification, and the authenticator cannot verify its user.",
  over: ["no-authenticator", "other-authenticator", ...UMBRELLAS],
  // The system's own dialog may have answered.
  requiredProbes: () => ["user"],
  match(ceremony, facts) {
    const rejection = rejectionOf(ceremony);
    if (rejection?.reason !== "uv-unavailable" || mainExchange(ceremony) !== undefined) return undefined;
    const offered = ceremony.options?.offered ?? [];
    const holder = facts.keys.find(({ credential }) => offered.includes(credential));
    return {
      verdict:
        `The site required user verification, and the authenticator that was asked can verify nobody: it has neither ` +
        `a PIN nor a sensor set up. The browser ended the request at ${seconds(rejection.atMs)}.` +
        (holder
          ? ` The passkey was made on ${holder.authenticator}` +
            (holder.deletedAtMs === undefined
              ? "."
              : ` and was deleted there at ${seconds(holder.deletedAtMs)}: an authenticator that is reset loses its ` +
                "passkeys, its PIN and its fingerprints.")
          : ""),
      evidence: evidenceOf(
        holder && `${seconds(holder.atMs)}: key ${holder.credential} created on ${holder.authenticator}`,
        holder?.deletedAtMs !== undefined &&
          `${seconds(holder.deletedAtMs)}: key ${holder.credential} deleted on ${holder.authenticator}`,
        rejectionLine(rejection),
      ),
      prevention: [
        "Require user verification only where the account needs it; ask for it as preferred otherwise.",
        "Say that the security key needs a PIN, and how to set one.",
      ],
    };
  },
});

export const requestPending = defineRule({
  id: "request-pending",
  kinds: PASSKEY,
  text: "Another request of the same tab was still pending.",
  over: UMBRELLAS,
  match(ceremony) {
    const rejection = rejectionOf(ceremony);
    if (rejection?.reason !== "request-already-pending") return undefined;
    return {
      verdict: `Another request of this tab was still pending, so that the browser refused this one at ${seconds(rejection.atMs)}.`,
      evidence: [rejectionLine(rejection)],
      prevention: ["Abort the pending request and wait until it has settled before the next one is started."],
    };
  },
});

export const requestReplaced = defineRule({
  id: "request-replaced",
  kinds: PASSKEY,
  text: "A later request of the same tab took the place of this one.",
  over: ["link-flake-per-attempt", ...UMBRELLAS],
  match(ceremony, facts) {
    const rejection = rejectionOf(ceremony);
    // A client may keep to itself for a while that the authenticator has refused.
    if (rejection?.reason !== "cancelled" || wasRefused(ceremony)) return undefined;
    const isReplaced = facts.ceremonies.some(
      ({ id, called }) =>
        id !== ceremony.id && called?.atMs === rejection.atMs && called.actor === ceremony.called?.actor,
    );
    if (!isReplaced) return undefined;
    return {
      verdict: `A later request of the tab took the place of this one at ${seconds(rejection.atMs)}.`,
      evidence: [rejectionLine(rejection)],
      prevention: ["Treat this rejection as the page's own doing; show the user no message."],
    };
  },
});

/** The Windows dialog answered for every authenticator. */
export const dialogRefused = defineRule({
  id: "dialog-refused",
  kinds: PASSKEY,
  text: "The system's dialog answered for every authenticator.",
  over: ["no-authenticator", "verification-unavailable", ...UMBRELLAS],
  match(ceremony) {
    const dialog = recordsIn(ceremony, "user.saw").find(
      ({ where, text }) => where === "os" && text.startsWith("The dialog ends with "),
    );
    const rejection = rejectionOf(ceremony);
    if (dialog === undefined || rejection === undefined) return undefined;
    return {
      verdict: `${dialog.text}; the page saw ${rejection.name ?? "an error"}.`,
      evidence: [`${seconds(dialog.atMs)}: ${dialog.text}`, rejectionLine(rejection)],
      prevention: ["A client that calls the system's library directly should keep the result for diagnosis."],
    };
  },
});

/** Detects that a setting of the system gave the request to a dialog that offers no phone. */
export const settingDiverts = defineRule({
  id: "hello-setting-diverts",
  kinds: PASSKEY,
  text: "A browser setting gave the request to the system's dialog, which offers no QR code.",
  over: ["no-authenticator", "transports-internal-only", ...UMBRELLAS],
  match(ceremony) {
    const [missing] = recordsIn(ceremony, "link.not-found");
    if (missing?.setting === undefined || missing.offered.includes("qr") || ceremony.settled?.resolved)
      return undefined;
    const rejection = rejectionOf(ceremony);
    const client = firedTimer(ceremony, "client.ceremony");
    return {
      decidedBy: client,
      saysWhatItWaitedFor: true,
      verdict:
        `The browser's setting ${missing.setting} gave the request to the system's dialog, which offered ` +
        `${missing.offered.join(", ") || "nothing"} and no QR code: a passkey on a phone could not be reached.`,
      evidence: evidenceOf(
        `${seconds(missing.atMs)}: no authenticator found, offered: ${missing.offered.join(", ") || "nothing"}`,
        rejection && rejectionLine(rejection),
      ),
      prevention: [
        "Have the user switch the setting off, or open the page in another browser.",
        "Store and send the transports the authenticator reported, `hybrid` among them.",
      ],
    };
  },
});

/** A rejection within this time of the call came before the user could do anything. */
const QUICK_MS = 10_000;

/** Detects a request without any reachable authenticator; what the sheet offered says why. */
export const noAuthenticator = defineRule({
  id: "no-authenticator",
  kinds: PASSKEY,
  text: "No authenticator was within reach.",
  over: ["still-waiting", "request-replaced", ...UMBRELLAS],
  // At login the site may have said that there is nothing to look for further away.
  requiredProbes: ({ kind }) => (kind === "login" ? ["rp"] : []),
  match(ceremony, facts) {
    const [missing] = recordsIn(ceremony, "link.not-found");
    const rejection = rejectionOf(ceremony);
    const { settled, linkStages } = ceremony;
    if (missing === undefined || settled?.resolved === true || linkStages.length > 0) return undefined;
    const offered = missing.offered.join(", ") || "nothing";
    const client = firedTimer(ceremony, "client.ceremony");
    const named = ceremony.options?.offered ?? [];
    const holder = facts.keys.find(({ credential }) => named.includes(credential));
    const ofKind =
      rejection?.reason === "attachment-unavailable" ? " of the kind that the site asked for" : "";
    const tookMs = (ceremony.settled?.atMs ?? Infinity) - (ceremony.called?.atMs ?? 0);
    return {
      decidedBy: client,
      verdict:
        `No authenticator${ofKind} was within reach; the sheet offered ${offered}. ` +
        (holder ? `The passkey is on ${holder.authenticator}. ` : "") +
        (client?.endedAtMs === undefined
          ? rejection === undefined
            ? "The request still waits."
            : `It ended at ${seconds(rejection.atMs)} (${rejection.reason ?? "?"}).`
          : `client.ceremony fired at ${seconds(client.endedAtMs)}.`),
      evidence: evidenceOf(
        `${seconds(missing.atMs)}: no authenticator found, offered: ${offered}`,
        client?.endedAtMs !== undefined && `${seconds(client.endedAtMs)}: ${nameTimer(client)} fired`,
        rejection && rejectionLine(rejection),
      ),
      prevention: [
        ...(ceremony.kind === "login"
          ? ["Store and send the transports the authenticator reported, `hybrid` among them, or none at all."]
          : []),
        "Do not open a modal request by itself; offer the phone and other ways to log in beside it.",
        ...(tookMs <= QUICK_MS ? ["After a quick NotAllowedError show those ways instead of an error."] : []),
      ],
    };
  },
});
