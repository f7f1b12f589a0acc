import { evidenceOf, nameTimer, seconds, type Mechanism } from "../mechanism.js";
import { REFUSAL_MECHANISMS } from "./refusal.js";
import { pageAborted } from "../facts/request-end.js";
import { acceptedFinish, finishLine, isAttached, mailAfter, mailLine, rowOf } from "../facts/site-facts.js";
import { firedTimer, type Ceremony, type SiteCall, type TraceFacts } from "../facts/trace-facts.js";

const answered = ({ answeredAtMs }: SiteCall): number => answeredAtMs ?? Infinity;

/** K: the QR code was the site's own link; another screen registered while this one waited. */
const rpOwnedQr: Mechanism = {
  id: "rp-owned-qr",
  account(ceremony, facts) {
    const lost = ceremony.polls.find(({ status }) => status === 408 || status === 504);
    const accepted = acceptedFinish(ceremony);
    if (lost?.answeredAtMs === undefined || accepted === undefined || answered(lost) > accepted.answeredAtMs)
      return undefined;
    // A page that asked again and heard of the success was not misled.
    if (ceremony.polls.some(({ status }) => status === 200)) return undefined;
    const timer = facts.timers.find(
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
        mailLine(facts, accepted.askedAtMs),
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
};

/** O: the account was switched over to passkeys, and there is none. */
const flagBeforeCredential: Mechanism = {
  id: "flag-before-credential",
  account(ceremony, facts) {
    const flag = facts.flags.find(
      ({ flag: name, value, atMs }) => name === "passkey" && value && atMs >= ceremony.beganAtMs,
    );
    if (flag === undefined || facts.rows.length > 0 || acceptedFinish(ceremony)) return undefined;
    const settledAtMs = ceremony.settled?.atMs ?? Infinity;
    if (flag.atMs > settledAtMs) return undefined;
    const key = ceremony.keysCreated[0];
    return {
      verdict:
        `The account was flagged as having a passkey at ${seconds(flag.atMs)}, before there was one, and the ` +
        "registration then failed. With passwords off for such accounts nothing opens it any more: locked out.",
      evidence: evidenceOf(
        `${seconds(flag.atMs)}: flag "passkey" on`,
        key &&
          `${seconds(key.atMs)}: key ${key.credential} made on ${key.authenticator}, unknown to the site`,
        ceremony.settled && `${seconds(ceremony.settled.atMs)}: the promise ${settledHow(ceremony)}`,
        "no row was ever written",
      ),
      prevention: [
        "Flip the flag after the first verified assertion, not before.",
        "Keep the old factor until then, and let the person go back for 24 hours without support.",
      ],
    };
  },
};

/** C: the site promised to do it, the page did not wait long enough. */
const asyncOutbox: Mechanism = {
  id: "async-outbox",
  account(ceremony, facts) {
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
        `${seconds(poll.endedAtMs)} and told of a failure. The row was committed at ${seconds(row.createdAtMs)}, ` +
        `${seconds(lateMs)} later.`,
      evidence: evidenceOf(
        finishLine(promised),
        `${seconds(poll.endedAtMs)}: ${nameTimer(poll)} fired`,
        ceremony.failureSeen &&
          `${seconds(ceremony.failureSeen.atMs)}: the person read "${ceremony.failureSeen.text}"`,
        `${seconds(row.createdAtMs)}: row ${row.credential} at the site`,
        mailLine(facts, promised.askedAtMs),
      ),
      prevention: [
        'After a 202 say "still working", never "failed".',
        "Push the final state to the page, or let it ask for as long as the worker may take.",
      ],
    };
  },
};

/** L: row and mail came before the check that then refused. */
const sideEffects: Mechanism = {
  id: "side-effects-before-validation",
  account(ceremony, facts) {
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
    const mail = mailAfter(facts, refused.askedAtMs);
    return {
      decidedBy: challenge,
      marginMs: challenge?.endedAtMs === undefined ? undefined : challenge.endedAtMs - refused.askedAtMs,
      verdict:
        `The site wrote row ${row.credential}${mail ? " and queued its mail" : ""} at ${seconds(row.createdAtMs)} and refused the ` +
        `same finish call afterwards (${refused.status ?? "?"} ${refused.code ?? ""}): the page tells of a failure, the ` +
        "books of a success. The order also lets a replayed answer in.",
      evidence: evidenceOf(
        challenge && `${seconds(challenge.endedAtMs ?? 0)}: ${nameTimer(challenge)} fired`,
        finishLine(refused),
        `${seconds(row.createdAtMs)}: row ${row.credential} at the site`,
        mailLine(facts, refused.askedAtMs),
      ),
      prevention: ["Validate, commit, then mail, with the mail queued in the transaction of the row."],
    };
  },
};

/** The answer to a finish got lost, and the repeated call was taken for a replay. */
const doubleFinish: Mechanism = {
  id: "double-finish",
  account(ceremony, facts) {
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
};

/** M: everything was done in time; only the page broke, and the mail was slow. */
const mailQueueOnly: Mechanism = {
  id: "mail-queue-only",
  account(ceremony, facts) {
    const accepted = acceptedFinish(ceremony);
    const row = rowOf(ceremony, facts);
    const failure = ceremony.failureSeen ?? ceremony.threw ?? ceremony.callFailed;
    if (accepted === undefined || accepted.status === 202) return undefined;
    if (row === undefined || failure === undefined) return undefined;
    if (failure.atMs < accepted.answeredAtMs || ceremony.successSeen) return undefined;
    const mail = mailAfter(facts, accepted.askedAtMs);
    return {
      verdict:
        `The site accepted and committed at ${seconds(row.createdAtMs)}; the page told of a failure at ` +
        `${seconds(failure.atMs)} because ${ceremony.threw ? "its own script broke down" : "the answer never reached it"}.` +
        (mail
          ? ` The mail that came at ${seconds(mail.atMs)} says when mails arrive, not when the passkey was made.`
          : ""),
      evidence: evidenceOf(
        finishLine(accepted),
        `${seconds(row.createdAtMs)}: row ${row.credential} at the site`,
        ceremony.threw && `${seconds(ceremony.threw.atMs)}: the page's script broke down`,
        ceremony.failureSeen &&
          `${seconds(ceremony.failureSeen.atMs)}: the person read "${ceremony.failureSeen.text}"`,
        mailLine(facts, accepted.askedAtMs),
      ),
      prevention: [
        "Tell mail time from commit time in every report.",
        "On an error behind an accepted finish ask the site for the state of the ceremony.",
      ],
    };
  },
};

/** D, and the plain loss of an answer: the key exists, and the link took the answer with it. */
const lostAnswer =
  (id: "lost-answer-then-second-create" | "lost-answer"): Mechanism["account"] =>
  (ceremony, facts) => {
    const key = ceremony.keysCreated[0];
    if (key === undefined || ceremony.finishes.length > 0 || ceremony.settled?.resolved !== false)
      return undefined;
    if (!facts.layers.has("rp") || firedTimer(ceremony, "client.ceremony")) return undefined;
    // A key made after the request had ended was not lost on the way: nobody waited for it.
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
            "the person holds two passkeys that look alike, of which one works."
          : ""),
      evidence: evidenceOf(
        `${seconds(key.atMs)}: key ${key.credential} created on ${key.authenticator}`,
        lost && `${seconds(lost.atMs)}: the link was lost (${lost.detail ?? "no reason given"})`,
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

function laterRegistration(ceremony: Ceremony, { ceremonies }: TraceFacts): Ceremony | undefined {
  return ceremonies.find(
    (other) =>
      other.kind === "registration" &&
      other.beganAtMs > ceremony.beganAtMs &&
      other.keysCreated.length > 0 &&
      other.keysOverwritten.length === 0 &&
      acceptedFinish(other) !== undefined,
  );
}

/** N: the phone kept the later key, the site the earlier one. */
const overwriteRace: Mechanism = {
  id: "overwrite-race",
  account(ceremony, facts) {
    // A later registration may have set the books right.
    const endedAtMs = ceremony.finishes.at(-1)?.answeredAtMs ?? ceremony.settled?.atMs ?? Infinity;
    const gone = ceremony.keysOverwritten.find(({ credential }) =>
      facts.rows.some(
        (row) =>
          row.credential === credential && (row.deletedAtMs === undefined || row.deletedAtMs > endedAtMs),
      ),
    );
    const made = ceremony.keysCreated.at(-1);
    if (gone === undefined || made === undefined || rowOf(ceremony, facts)) return undefined;
    return {
      verdict:
        `Two registrations with one user handle crossed: key ${made.credential} took the place of ${gone.credential} on the ` +
        `authenticator at ${seconds(made.atMs)}, and the site still has only ${gone.credential}. Nothing matches until the ` +
        "passkey is registered again.",
      evidence: evidenceOf(
        `${seconds(gone.atMs)}: key ${gone.credential} overwritten on ${gone.authenticator}`,
        `${seconds(made.atMs)}: key ${made.credential} created in its place`,
        finishLine(ceremony.finishes.at(-1)) ?? "the site saw no finish call for it",
      ),
      prevention: [
        "Send excludeCredentials on every attempt, read from the primary.",
        "One ceremony an account at a time: a second options call ends the first.",
      ],
    };
  },
};

/** The account's only passkey went before the new one was there. */
const singlePasskeyReplaced: Mechanism = {
  id: "single-passkey-replaced",
  account(ceremony, facts) {
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
};

function settledHow({ settled }: Ceremony): string {
  return settled?.resolved ? "resolved" : `was rejected with ${settled?.name ?? "an error"}`;
}

/** Tried before everything else: what they tell of would pass for something milder. */
export const FIRST_SITE_MECHANISMS: readonly Mechanism[] = [
  rpOwnedQr,
  flagBeforeCredential,
  singlePasskeyReplaced,
];

/** Tried when no timer of the page, the gateway or the client explains the registration. */
export const SITE_MECHANISMS: readonly Mechanism[] = [
  asyncOutbox,
  sideEffects,
  doubleFinish,
  mailQueueOnly,
  overwriteRace,
  ...(["lost-answer-then-second-create", "lost-answer"] as const).map((id) => ({
    id,
    // Who ended the link, and whether a timer did, is the story then.
    needs: () => ["link", "timer"] as const,
    account: lostAnswer(id),
  })),
  ...REFUSAL_MECHANISMS,
];
