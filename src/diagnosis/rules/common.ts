import { deniedAfterConsent } from "../facts/login-facts.js";
import { evidenceOf, firedText, nameTimer, seconds } from "../evidence.js";
import { isSeen } from "../probes.js";
import { defineRule, PASSKEY, UMBRELLAS, weakerThan } from "../rule.js";
import { finalAnswer, lastGesture, pageAborted, settledLine } from "../facts/request-end.js";
import { acceptedFinish, finishLine } from "../facts/site-facts.js";
import { firedTimer, mainExchange } from "../facts/ceremony.js";

/** Statuses that mean "no touch came in time"; products differ in the status they use. */
const PRESENCE_TIMEOUTS: readonly string[] = ["USER_ACTION_TIMEOUT", "ACTION_TIMEOUT"];

export const challengeExpired = defineRule({
  id: "challenge-expired",
  kinds: PASSKEY,
  text: "The site's challenge expired before the finish call.",
  over: UMBRELLAS,
  match(ceremony) {
    const refused = ceremony.finishes.find(({ code }) => code === "CHALLENGE_EXPIRED");
    if (refused === undefined || acceptedFinish(ceremony) !== undefined) return undefined;
    const fired = firedTimer(ceremony, "rp.challenge");
    const challenge = (fired?.endedAtMs ?? 0) <= (refused.answeredAtMs ?? Infinity) ? fired : undefined;
    const lateMs = challenge?.endedAtMs === undefined ? undefined : refused.askedAtMs - challenge.endedAtMs;
    return {
      decidedBy: challenge,
      marginMs: lateMs === undefined ? undefined : -lateMs,
      verdict:
        `${challenge ? firedText(ceremony, challenge) : "rp.challenge had fired"}: the site's challenge was dead when the finish call came at ` +
        `${seconds(refused.askedAtMs)}, although the browser still allowed the ceremony.`,
      evidence: evidenceOf(
        challenge && `${seconds(challenge.endedAtMs ?? 0)}: ${nameTimer(challenge)} fired`,
        finishLine(refused),
      ),
      prevention: [
        "Let a challenge live as long as the longest client timer plus a minute: 10 minutes or more.",
      ],
    };
  },
});

export const userRefused = defineRule({
  id: "user-refused",
  kinds: PASSKEY,
  text: "The user said no.",
  over: ["read-replica-lag", ...UMBRELLAS],
  // A platform answers a time-out and a missing credential with the same status as a refusal by the user.
  requiredProbes: ({ gestures }) =>
    gestures.some(({ answer }) => answer === "refused") ? [] : ["timer", "user.answers", "link.phone"],
  match(ceremony) {
    const answer = finalAnswer(ceremony);
    if (answer?.status !== "OPERATION_DENIED" || answer.answeredAtMs === undefined) return undefined;
    if (deniedAfterConsent(ceremony) || lastGesture(ceremony, answer) === "wrong-finger") return undefined;
    const refusal = ceremony.gestures.findLast((gesture) => gesture.answer === "refused");
    const answeredAtMs = answer.answeredAtMs;
    const hadFired = ceremony.timers.some(
      ({ end, endedAtMs = Infinity }) => end === "fired" && endedAtMs <= answeredAtMs,
    );
    return {
      verdict:
        `The user said no at ${seconds(refusal?.atMs ?? answer.answeredAtMs)}` +
        (hadFired ? "." : "; no timer had a part in it."),
      evidence: evidenceOf(
        refusal && `${seconds(refusal.atMs)}: the user refused`,
        `${seconds(answer.answeredAtMs)}: the authenticator answered OPERATION_DENIED`,
        settledLine(ceremony),
      ),
      prevention: ["Keep the wording neutral: to the page a refusal and a time-out look the same."],
    };
  },
});

/** Detects that the authenticator's own timer fired before a touch. */
export const keyTimeout = defineRule({
  id: "key-timeout",
  kinds: PASSKEY,
  text: "The authenticator's own timer ended the wait for a touch.",
  over: ["user-refused", "lost-answer", "no-credential", ...UMBRELLAS],
  match(ceremony) {
    const answer = finalAnswer(ceremony);
    // A phone's platform has a limit of its own around the prompt.
    const key = firedTimer(ceremony, "key.up") ?? firedTimer(ceremony, "phone.platform");
    // By the specification a missing touch and a refusal have the same status: only the timer distinguishes them.
    const statuses = key ? [...PRESENCE_TIMEOUTS, "OPERATION_DENIED"] : PRESENCE_TIMEOUTS;
    if (answer?.answeredAtMs === undefined || !statuses.includes(answer.status ?? "")) return undefined;
    if (ceremony.gaveUp && ceremony.gaveUp.atMs < answer.answeredAtMs) return undefined;
    const client = firedTimer(ceremony, "client.ceremony");
    return {
      decidedBy: key,
      verdict:
        `${key ? firedText(ceremony, key) : "The key's own timer ended it"}: the authenticator stopped ` +
        `waiting for its user at ${seconds(key?.endedAtMs ?? answer.answeredAtMs)} and answered ${answer.status ?? ""}.` +
        (client?.endedAtMs === undefined
          ? ""
          : ` The browser kept silent about it until client.ceremony fired at ${seconds(client.endedAtMs)}.`),
      evidence: evidenceOf(
        key && `${seconds(key.endedAtMs ?? 0)}: ${nameTimer(key)} fired`,
        `${seconds(answer.answeredAtMs)}: ${answer.command} answered ${answer.status ?? ""}`,
        client && `${seconds(client.endedAtMs ?? 0)}: ${nameTimer(client)} fired`,
        settledLine(ceremony),
      ),
      prevention: [
        "While ceremony time remains, send the command again and ask for a touch again.",
        // A phone asks on its own screen.
        ...(ceremony.linkStages.length === 0
          ? ["Say before the prompt where the key's button is and that it blinks."]
          : []),
      ],
    };
  },
});

export const pageGaveUp = defineRule({
  id: "page-gave-up",
  kinds: PASSKEY,
  text: "The page's own timer ended the ceremony.",
  over: weakerThan("page-gave-up"),
  // The authenticator may have been done when the page gave up, or may never have been reached.
  requiredProbes: (ceremony) => ["ctap", "timer", ...(mainExchange(ceremony) ? [] : ["link" as const])],
  match(ceremony, facts) {
    const aborted = pageAborted(ceremony);
    const gaveUp = ceremony.gaveUp ?? (aborted ? ceremony.settled : undefined);
    // Whether the ceremony came to something after all is for the site to say.
    if (gaveUp === undefined || acceptedFinish(ceremony) || !facts.layers.has("rp")) return undefined;
    const guard = firedTimer(ceremony, "page.guard");
    const late = mainExchange(ceremony);
    return {
      decidedBy: guard,
      verdict:
        `${guard ? `${firedText(ceremony, guard)}: the` : "The"} page gave up at ${seconds(gaveUp.atMs)}` +
        `${aborted ? " and aborted the request" : ""}; ` +
        (ceremony.finishes.length === 0
          ? "nothing reached the site after that."
          : `the finish call of ${seconds(ceremony.finishes[0]?.askedAtMs ?? 0)} was not accepted.`),
      evidence: evidenceOf(
        guard && `${seconds(gaveUp.atMs)}: ${nameTimer(guard)} fired`,
        settledLine(ceremony),
        late?.answeredAtMs !== undefined &&
          late.discarded &&
          `${seconds(late.answeredAtMs)}: ${late.command} answered ${late.status ?? "?"}, and no client took the answer`,
        ...ceremony.keysCreated.map(({ atMs }) => `${seconds(atMs)}: a key was created all the same`),
      ),
      prevention: ["Give the page's guard at least the time the client really allows."],
    };
  },
});

export const clientTimeout = defineRule({
  id: "client-timeout",
  kinds: PASSKEY,
  text: "The browser's timer ended the ceremony before any authenticator answered.",
  over: weakerThan("client-timeout"),
  // Where no authenticator answered, the link stages say which one was reachable.
  requiredProbes: (ceremony) => (mainExchange(ceremony)?.status === undefined ? ["page", "link"] : ["page"]),
  match(ceremony, facts) {
    const client = firedTimer(ceremony, "client.ceremony");
    // That no key was made can only be said of a trace that would have shown it.
    if (client?.endedAtMs === undefined || !isSeen("ctap", ceremony, facts)) return undefined;
    if (ceremony.keysCreated.length > 0 || ceremony.finishes.length > 0) return undefined;
    return {
      decidedBy: client,
      verdict:
        `${firedText(ceremony, client)}: the browser gave up at ${seconds(client.endedAtMs)}; until then no ` +
        "authenticator had answered with a result.",
      evidence: evidenceOf(`${seconds(client.endedAtMs)}: ${nameTimer(client)} fired`, settledLine(ceremony)),
      prevention: ["Ask for a timeout of 300 s or more, and offer other ways beside the pending request."],
    };
  },
});
