import { causeText } from "../../core/events/hybrid.js";
import { evidenceOf, nameTimer, seconds } from "../evidence.js";
import { defineRule, REGISTRATION, type Layer, type Rule } from "../rule.js";
import { pageAborted } from "../facts/request-end.js";
import {
  acceptedFinish,
  finishLine,
  isAttached,
  mailAfter,
  mailLine,
  rowOf,
  mayShareAccount,
} from "../facts/site-facts.js";
import { firedTimer, type CeremonyTrace } from "../facts/ceremony.js";
import type { SiteCall } from "../facts/site-calls.js";
import type { TraceFacts } from "../facts/trace-facts.js";

const answered = ({ answeredAtMs }: SiteCall): number => answeredAtMs ?? Infinity;

/** K: the QR code was the site's own link; another screen registered while this one waited. */
export const rpOwnedQr = defineRule({
  id: "rp-owned-qr",
  kinds: REGISTRATION,
  text: "The QR code was a web link of the site, whose waiting call ended before the phone's page was done.",
  match(ceremony, facts) {
    const lost = ceremony.polls.find(({ status }) => status === 408 || status === 504);
    const accepted = acceptedFinish(ceremony);
    if (lost?.answeredAtMs === undefined || accepted === undefined || answered(lost) > accepted.answeredAtMs)
      return undefined;
    // A page that asked again and heard of the success was not misled.
    if (ceremony.polls.some(({ status }) => status === 200)) return undefined;
    const timer = ceremony.timers.find(
      (use) =>
        use.end === "fired" &&
        (use.timer === "poll.limit" || use.timer === "gw.idle") &&
        use.endedAtMs === lost.answeredAtMs,
    );
    const lateMs = accepted.answeredAtMs - lost.answeredAtMs;
    return {
      decidedBy: timer,
      marginMs: -lateMs,
      verdict:
        `${timer?.timer ?? "A limit on waiting calls"} fired first: the QR code was a web link of the site, and the ` +
        `call that waited for the phone ended with ${lost.status ?? "?"} at ${seconds(lost.answeredAtMs)}. The phone's own ` +
        `page registered its key all the same; the site accepted it at ${seconds(accepted.answeredAtMs)}, ` +
        `${seconds(lateMs)} later.`,
      evidence: evidenceOf(
        `${seconds(lost.askedAtMs)}: the page began to wait, answered ${lost.status ?? "?"} at ${seconds(lost.answeredAtMs)}`,
        timer && `${seconds(timer.endedAtMs ?? 0)}: ${nameTimer(timer)} fired`,
        finishLine(accepted),
        mailLine(ceremony, facts, accepted.askedAtMs),
        facts.layers.has("link") &&
          ceremony.linkStages.length === 0 &&
          "no link to a phone was opened from this screen",
      ),
      prevention: [
        "Poll with short requests, and go on after 408 or 504.",
        "Keep the ceremony's state at the site, so that a page that comes back learns how it ended.",
      ],
    };
  },
});

/** C: the site promised to do it, the page did not wait long enough. */
export const asyncOutbox = defineRule({
  id: "async-outbox",
  kinds: REGISTRATION,
  text: "The site answered 202, and the page stopped asking before the work was done.",
  match(ceremony, facts) {
    const promised = ceremony.finishes.find(({ status }) => status === 202);
    const poll = firedTimer(ceremony, "rp.poll");
    const row = rowOf(ceremony, facts);
    if (promised === undefined || poll?.endedAtMs === undefined || row === undefined) return undefined;
    const lateMs = row.createdAtMs - poll.endedAtMs;
    return {
      decidedBy: poll,
      marginMs: -lateMs,
      verdict:
        `rp.poll fired first: the site took the answer (202) and left the work to a worker; the page stopped asking at ` +
        `${seconds(poll.endedAtMs)} and reported a failure. The row was committed at ${seconds(row.createdAtMs)}, ` +
        `${seconds(lateMs)} later.`,
      evidence: evidenceOf(
        finishLine(promised),
        `${seconds(poll.endedAtMs)}: ${nameTimer(poll)} fired`,
        ceremony.failureSeen &&
          `${seconds(ceremony.failureSeen.atMs)}: the user read "${ceremony.failureSeen.text}"`,
        `${seconds(row.createdAtMs)}: row ${row.credential} at the site`,
        mailLine(ceremony, facts, promised.askedAtMs),
      ),
      prevention: [
        'After a 202 say "still working", never "failed".',
        "Push the final state to the page, or let it ask for as long as the worker may take.",
      ],
    };
  },
});

/** L: row and mail came before the check that then refused. */
export const sideEffects = defineRule({
  id: "side-effects-before-validation",
  kinds: REGISTRATION,
  text: "The site wrote the row before the check that refused.",
  match(ceremony, facts) {
    const row = rowOf(ceremony, facts);
    const refused = ceremony.finishes.find(
      ({ status = 0, answeredAtMs = -1 }) =>
        // A real site is asked for its rows after it has refused: when one was written is not known.
        status >= 400 && status < 500 && row && (answeredAtMs >= row.createdAtMs || isAttached(facts)),
    );
    // An earlier finish that was accepted explains the row better.
    if (row === undefined || refused === undefined || acceptedFinish(ceremony)) return undefined;
    const fired = firedTimer(ceremony, "rp.challenge");
    const challenge = (fired?.endedAtMs ?? 0) <= (refused.answeredAtMs ?? Infinity) ? fired : undefined;
    const mail = mailAfter(ceremony, facts, refused.askedAtMs);
    return {
      decidedBy: challenge,
      marginMs: challenge?.endedAtMs === undefined ? undefined : challenge.endedAtMs - refused.askedAtMs,
      verdict:
        `The site wrote row ${row.credential}${mail ? " and queued its mail" : ""} at ${seconds(row.createdAtMs)} and refused the ` +
        `same finish call afterwards (${refused.status ?? "?"} ${refused.code ?? ""}): the page reports a failure, the ` +
        "ledger shows a success. The order also lets a replayed answer in.",
      evidence: evidenceOf(
        challenge && `${seconds(challenge.endedAtMs ?? 0)}: ${nameTimer(challenge)} fired`,
        finishLine(refused),
        `${seconds(row.createdAtMs)}: row ${row.credential} at the site`,
        mailLine(ceremony, facts, refused.askedAtMs),
      ),
      prevention: ["Validate, commit, then mail, with the mail queued in the transaction of the row."],
    };
  },
});

/** The answer to a finish got lost, and the repeated call was taken for a replay. */
export const doubleFinish = defineRule({
  id: "double-finish",
  kinds: REGISTRATION,
  text: "The answer to finish was lost, and the repeated call was taken for a replay.",
  match(ceremony, facts) {
    const accepted = acceptedFinish(ceremony);
    const again = ceremony.finishes.find(
      (call) => accepted && call.askedAtMs > accepted.answeredAtMs && call.code === "CHALLENGE_USED",
    );
    if (accepted === undefined || again === undefined) return undefined;
    const row = rowOf(ceremony, facts);
    return {
      verdict:
        `The site accepted the answer at ${seconds(accepted.answeredAtMs)}, but that never reached the page; its repeated call ` +
        `at ${seconds(again.askedAtMs)} was refused because the challenge was spent. The passkey exists.`,
      evidence: evidenceOf(
        finishLine(accepted),
        finishLine(again),
        row && `${seconds(row.createdAtMs)}: row ${row.credential} at the site`,
      ),
      prevention: [
        "Make finish idempotent: the same credential for the same ceremony gets the stored result.",
        "Spend the challenge together with the commit, not before it.",
      ],
    };
  },
});

/** M: everything was done in time; only the page broke, and the mail was slow. */
export const mailQueueOnly = defineRule({
  id: "mail-queue-only",
  kinds: REGISTRATION,
  text: "Everything was done in time; only the page broke after the accepted answer.",
  match(ceremony, facts) {
    const accepted = acceptedFinish(ceremony);
    const row = rowOf(ceremony, facts);
    const failure = ceremony.failureSeen ?? ceremony.threw ?? ceremony.callFailed;
    if (accepted === undefined || accepted.status === 202) return undefined;
    if (row === undefined || failure === undefined) return undefined;
    if (failure.atMs < accepted.answeredAtMs || ceremony.successSeen) return undefined;
    const mail = mailAfter(ceremony, facts, accepted.askedAtMs);
    return {
      verdict:
        `The site accepted and committed at ${seconds(row.createdAtMs)}; the page reported a failure at ` +
        `${seconds(failure.atMs)} because ${ceremony.threw ? "its own script broke down" : "the answer never reached it"}.` +
        (mail
          ? ` The mail that came at ${seconds(mail.atMs)} says when mails arrive, not when the passkey was made.`
          : ""),
      evidence: evidenceOf(
        finishLine(accepted),
        `${seconds(row.createdAtMs)}: row ${row.credential} at the site`,
        ceremony.threw && `${seconds(ceremony.threw.atMs)}: the page's script broke down`,
        ceremony.failureSeen &&
          `${seconds(ceremony.failureSeen.atMs)}: the user read "${ceremony.failureSeen.text}"`,
        mailLine(ceremony, facts, accepted.askedAtMs),
      ),
      prevention: [
        "Distinguish mail time from commit time in every report.",
        "On an error behind an accepted finish ask the site for the state of the ceremony.",
      ],
    };
  },
});

/** The key exists, and the link took the answer with it; a second registration may have followed. */
const answerLost =
  (id: "lost-answer-then-second-create" | "lost-answer"): Rule["match"] =>
  (ceremony, facts) => {
    const key = ceremony.keysCreated[0];
    if (key === undefined || ceremony.finishes.length > 0 || ceremony.settled?.resolved !== false)
      return undefined;
    if (!facts.layers.has("rp") || firedTimer(ceremony, "client.ceremony")) return undefined;
    // A key made after the request had ended was not lost in transit: no client waited for the answer.
    if (key.atMs > ceremony.settled.atMs || pageAborted(ceremony)) return undefined;
    const second = laterRegistration(ceremony, facts);
    if ((second !== undefined) !== (id === "lost-answer-then-second-create")) return undefined;
    const lost = ceremony.linkStages.find(({ stage }) => stage === "tunnel-closed" || stage === "lost");
    const secondKey = second?.keysCreated.at(-1);
    return {
      verdict:
        `The authenticator created key ${key.credential} at ${seconds(key.atMs)}; its answer was lost on the way and the ` +
        "site never heard of it: an orphan." +
        (second && secondKey
          ? ` The registration ${second.id} then made a second key, ${secondKey.credential}, and that one the site knows: ` +
            "the user holds two passkeys that look alike, of which one works."
          : ""),
      evidence: evidenceOf(
        `${seconds(key.atMs)}: key ${key.credential} created on ${key.authenticator}`,
        lost && `${seconds(lost.atMs)}: the link was lost (${causeText(lost) ?? "no reason given"})`,
        `${seconds(ceremony.settled.atMs)}: the promise ${settledHow(ceremony)}`,
        second &&
          secondKey &&
          `${seconds(secondKey.atMs)}: key ${secondKey.credential} created in ${second.id}`,
        second && finishLine(acceptedFinish(second)),
      ),
      prevention: [
        "Keep the user handle stable: a second key then takes the place of the first.",
        "Keep the ceremony's state at the site and ask for it before starting over.",
        "When an unknown credential id signs, call signalUnknownCredential and offer to register again.",
      ],
    };
  };

function laterRegistration(ceremony: CeremonyTrace, { ceremonies }: TraceFacts): CeremonyTrace | undefined {
  return ceremonies.find(
    (other) =>
      other.kind === "registration" &&
      other.beganAtMs > ceremony.beganAtMs &&
      mayShareAccount(ceremony, other) &&
      other.keysCreated.length > 0 &&
      other.keysOverwritten.length === 0 &&
      acceptedFinish(other) !== undefined,
  );
}

/** The account's only passkey went before the new one was there. */
export const singlePasskeyReplaced = defineRule({
  id: "single-passkey-replaced",
  kinds: REGISTRATION,
  text: "The site deleted the only passkey when the registration of another began, which then failed.",
  match(ceremony, facts) {
    const gone = facts.rows.find(({ deletedBy }) => deletedBy === ceremony.id);
    if (gone?.deletedAtMs === undefined || rowOf(ceremony, facts)) return undefined;
    return {
      verdict:
        `The account may have one passkey: the site deleted row ${gone.credential} at ${seconds(gone.deletedAtMs)}, when the new ` +
        "registration began, and the new one never came. None is left.",
      evidence: evidenceOf(
        `${seconds(gone.deletedAtMs)}: row ${gone.credential} deleted`,
        ceremony.settled && `${seconds(ceremony.settled.atMs)}: the promise ${settledHow(ceremony)}`,
        finishLine(ceremony.finishes.at(-1)) ?? "no finish call",
      ),
      prevention: [
        "Replace the old row in the transaction that commits the new one.",
        "Allow two passkeys or more.",
      ],
    };
  },
});

function settledHow({ settled }: CeremonyTrace): string {
  return settled?.resolved ? "resolved" : `was rejected with ${settled?.name ?? "an error"}`;
}

/** Which party ended the link, and whether a timer did, is the cause then. */
const needsLink = (): readonly Layer[] => ["link", "timer"];

export const lostAnswerThenSecondCreate = defineRule({
  id: "lost-answer-then-second-create",
  kinds: REGISTRATION,
  text: "An answer was lost, and a second registration made a second key.",
  requiredProbes: needsLink,
  match: answerLost("lost-answer-then-second-create"),
});

export const lostAnswer = defineRule({
  id: "lost-answer",
  kinds: REGISTRATION,
  text: "The authenticator made its key, and the answer was lost on the way.",
  requiredProbes: needsLink,
  match: answerLost("lost-answer"),
});
