import { causeText } from "../../core/events/hybrid.js";
import { evidenceOf, firedText, nameTimer, seconds } from "../evidence.js";
import { DENIED, defineRule, PASSKEY, REGISTRATION, TROUBLED, UMBRELLAS } from "../rule.js";
import { pageAborted, settledLine } from "../facts/request-end.js";
import { acceptedFinish, finishLine, isAttached, mailAfter, mailLine, rowOf } from "../facts/site-facts.js";
import { firedTimer } from "../facts/ceremony.js";

/** K: the QR code was the site's own link; another screen registered while this one waited. */
export const rpOwnedQr = defineRule({
  id: "rp-owned-qr",
  kinds: REGISTRATION,
  text: "The QR code was a web link of the site, whose waiting call ended before the phone's page was done.",
  results: DENIED,
  over: ["late-delivery", "mail-queue-only", "credential-id-truncated"],
  match(ceremony, facts) {
    const lost = ceremony.polls.find(({ status }) => status === 408 || status === 504);
    const accepted = acceptedFinish(ceremony);
    const row = rowOf(ceremony, facts);
    // The waiting call is answered from the rows, which may come after the phone's page was answered.
    const doneAtMs = Math.max(accepted?.answeredAtMs ?? 0, row?.createdAtMs ?? 0);
    if (lost?.answeredAtMs === undefined || accepted === undefined || lost.answeredAtMs > doneAtMs)
      return undefined;
    // A page that asked again and heard of the success was not misled.
    if (ceremony.polls.some(({ status }) => status === 200)) return undefined;
    const timer = ceremony.timers.find(
      (use) =>
        use.end === "fired" &&
        (use.timer === "poll.limit" || use.timer === "gw.idle") &&
        use.endedAtMs === lost.answeredAtMs,
    );
    const lateMs = doneAtMs - lost.answeredAtMs;
    return {
      decidedBy: timer,
      marginMs: -lateMs,
      verdict:
        `${timer ? firedText(ceremony, timer) : "A limit on waiting calls fired first"}: the QR code was a web link of the site, and the ` +
        `call that waited for the phone ended with ${lost.status ?? "?"} at ${seconds(lost.answeredAtMs)}. The phone's own ` +
        `page registered its key all the same; the site accepted it at ${seconds(accepted.answeredAtMs)}` +
        (row && row.createdAtMs > accepted.answeredAtMs
          ? ` and wrote its row at ${seconds(row.createdAtMs)}`
          : "") +
        `, ${seconds(lateMs)} later.`,
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
  results: DENIED,
  // The phone's own page gave up as well, where the code was a web link.
  over: ["rp-owned-qr"],
  match(ceremony, facts) {
    const promised = ceremony.finishes.find(({ status }) => status === 202);
    const poll = firedTimer(ceremony, "rp.poll");
    const row = rowOf(ceremony, facts);
    if (promised === undefined || poll?.endedAtMs === undefined) return undefined;
    if (ceremony.gaveUp && ceremony.gaveUp.atMs < poll.endedAtMs) return undefined;
    const lateMs = row && row.createdAtMs - poll.endedAtMs;
    // A row that was there before the timer fired came too late for the last question.
    const isFirst = lateMs === undefined || lateMs > 0;
    return {
      decidedBy: poll,
      marginMs: lateMs !== undefined && lateMs > 0 ? -lateMs : undefined,
      saysWhatItWaitedFor: true,
      verdict:
        `${isFirst ? firedText(ceremony, poll) : poll.timer + " fired"}: the site took the answer (202) and left the work to a worker; the page stopped asking at ` +
        `${seconds(poll.endedAtMs)} and reported a failure.` +
        (row === undefined
          ? " The row had not come when the trace ended."
          : ` The row was committed at ${seconds(row.createdAtMs)}` +
            (isFirst && lateMs !== undefined
              ? `, ${seconds(lateMs)} later.`
              : ", after the page's last question and before that timer.")),
      evidence: evidenceOf(
        finishLine(promised),
        `${seconds(poll.endedAtMs)}: ${nameTimer(poll)} fired`,
        ceremony.failureSeen &&
          `${seconds(ceremony.failureSeen.atMs)}: the user read "${ceremony.failureSeen.text}"`,
        row && `${seconds(row.createdAtMs)}: row ${row.credential} at the site`,
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
  results: TROUBLED,
  over: ["challenge-expired"],
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
  kinds: PASSKEY,
  text: "The answer to finish was lost, and the repeated call was taken for a replay.",
  results: DENIED,
  over: ["mail-queue-only", ...UMBRELLAS],
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
        `at ${seconds(again.askedAtMs)} was refused because the challenge was spent. ` +
        (ceremony.kind === "registration" ? "The passkey exists." : "The login was accepted all the same."),
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
  kinds: PASSKEY,
  text: "Everything was done in time; only the page's script broke, or the accepted answer never reached it.",
  results: DENIED,
  over: ["credential-id-truncated"],
  match(ceremony, facts) {
    const accepted = acceptedFinish(ceremony);
    const row = rowOf(ceremony, facts);
    const failure = ceremony.failureSeen ?? ceremony.threw ?? ceremony.callFailed;
    if (accepted === undefined || failure === undefined) return undefined;
    // A page that heard of the promised work waited for it.
    if (accepted.status === 202 && ceremony.timers.some(({ timer }) => timer === "rp.poll")) return undefined;
    if (failure.atMs < accepted.answeredAtMs || (ceremony.threw ?? ceremony.callFailed) === undefined)
      return undefined;
    const mail = mailAfter(ceremony, facts, accepted.askedAtMs);
    return {
      verdict:
        `The site accepted the ${ceremony.kind} at ${seconds(accepted.answeredAtMs)}; the page reported a failure at ` +
        `${seconds(failure.atMs)} because ${ceremony.threw ? "its own script broke down" : "the answer never reached it"}.` +
        (mail
          ? ` The mail that came at ${seconds(mail.atMs)} says when mails arrive, not when the passkey was made.`
          : ""),
      evidence: evidenceOf(
        finishLine(accepted),
        row && `${seconds(row.createdAtMs)}: row ${row.credential} at the site`,
        ceremony.threw && `${seconds(ceremony.threw.atMs)}: the page's script broke down`,
        ceremony.callFailed &&
          `${seconds(ceremony.callFailed.atMs)}: the page did not receive the answer to its finish call`,
        ceremony.failureSeen &&
          `${seconds(ceremony.failureSeen.atMs)}: the user read "${ceremony.failureSeen.text}"`,
        mailLine(ceremony, facts, accepted.askedAtMs),
      ),
      prevention: [
        ...(mail ? ["Distinguish mail time from commit time in every report."] : []),
        "On an error behind an accepted finish ask the site for the state of the ceremony.",
      ],
    };
  },
});

/** Detects that the authenticator made its key while the client waited, and the link took the answer with it. */
export const lostAnswer = defineRule({
  id: "lost-answer",
  kinds: REGISTRATION,
  text: "The authenticator made its key, and the answer was lost on the way.",
  over: ["link-lost", "key-unplugged", "phone-hung-up", ...UMBRELLAS],
  // Which party ended the link, and whether a timer did, is the cause then.
  requiredProbes: () => ["link", "timer", "link.phone"],
  match(ceremony, facts) {
    const key = ceremony.keysCreated[0];
    if (key === undefined || ceremony.finishes.length > 0 || ceremony.settled?.resolved !== false)
      return undefined;
    if (!facts.layers.has("rp") || firedTimer(ceremony, "client.ceremony")) return undefined;
    // A key made after the request had ended was not lost in transit: no client waited for the answer.
    if (key.atMs > ceremony.requestEndedAtMs || pageAborted(ceremony)) return undefined;
    const lost = ceremony.linkStages.find(({ stage }) => stage === "tunnel-closed" || stage === "lost");
    return {
      verdict:
        `The authenticator created key ${key.credential} at ${seconds(key.atMs)}; its answer was lost on the way and the ` +
        "site never heard of it: an orphan.",
      evidence: evidenceOf(
        `${seconds(key.atMs)}: key ${key.credential} created on ${key.authenticator}`,
        lost && `${seconds(lost.atMs)}: the link was lost (${causeText(lost) ?? "no reason given"})`,
        settledLine(ceremony),
      ),
      prevention: [
        "Keep the user handle stable: a second key then takes the place of the first.",
        "Keep the ceremony's state at the site and ask for it before starting over.",
        "When an unknown credential id signs, call signalUnknownCredential and offer to register again.",
      ],
    };
  },
});
