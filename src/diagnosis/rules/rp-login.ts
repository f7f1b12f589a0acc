import { note } from "../../core/events/event.js";
import { causeText } from "../../core/events/hybrid.js";
import { nothingFoundAtMs, offeredLine, signedAndRefused } from "../facts/login-facts.js";
import { evidenceOf, nameTimer, seconds } from "../evidence.js";
import type { TraceFacts } from "../facts/trace-facts.js";
import {
  defineRule,
  LOGIN,
  NOTHING_FOUND,
  PASSKEY,
  TROUBLED,
  UMBRELLAS,
  type Match,
  type Rule,
} from "../rule.js";
import { settledLine, wasTakenOn } from "../facts/request-end.js";
import { acceptedFinish, finishLine, rowOf, rowsOfAccount, rowInPlace } from "../facts/site-facts.js";
import { firedTimer, mainExchange, type CeremonyKind, type CeremonyTrace } from "../facts/ceremony.js";

/** The site named a phone's passkey as one of this computer. */
export const transportsInternalOnly = defineRule({
  id: "transports-internal-only",
  kinds: LOGIN,
  text: "The site named a phone's passkey as one of this computer.",
  over: ["no-authenticator", ...UMBRELLAS],
  requiredProbes: () => ["page", "ctap"],
  match(ceremony, facts) {
    const { options } = ceremony;
    const transports = options?.transports ?? [];
    if (!transports.includes("internal") || transports.includes("hybrid")) return undefined;
    if (mainExchange(ceremony) || ceremony.settled?.resolved) return undefined;
    // A phone that was looked for, or called as a linked one, was not kept away by this.
    const made = facts.ceremonies.find(({ keysCreated }) =>
      keysCreated.some(({ credential }) => options?.offered?.includes(credential)),
    );
    const isGone = facts.runRecords.some(
      ({ kind, atMs }) =>
        kind === "link.lost" && atMs >= (made?.beganAtMs ?? Infinity) && atMs <= ceremony.beganAtMs,
    );
    if (isGone) return undefined;
    const notFound = ceremony.records.some(({ kind }) => kind === "link.not-found");
    if (!notFound || ceremony.linkStages.length > 0) return undefined;
    const timer = firedTimer(ceremony, "client.ceremony");
    return {
      decidedBy: timer,
      verdict:
        `The site offered the passkey with the transports ${transports.join(", ")} only: the browser had no reason to show a ` +
        "QR code and no authenticator was ever asked. The passkey itself is sound, and on another device.",
      evidence: evidenceOf(
        offeredLine(ceremony),
        `transports named: ${transports.join(", ")}`,
        timer && `${seconds(timer.endedAtMs ?? 0)}: ${nameTimer(timer)} fired`,
        "no getAssertion was sent",
      ),
      prevention: [
        'Store transports as reported, and add "hybrid" for passkeys that synchronise or came from another device.',
        "Or send none at all: browsers then offer every way.",
      ],
    };
  },
});

/** Q: this attempt's link never came up. */
export const linkFlake = defineRule({
  id: "link-flake-per-attempt",
  kinds: PASSKEY,
  text: "This attempt's link to the authenticator failed before anything was asked.",
  over: UMBRELLAS,
  // A timer may have ended the wait before, and a request may have been out already.
  requiredProbes: ({ linkStages }) => [
    "page",
    "timer",
    "ctap",
    // Who aborted the request shows in the page alone.
    ...(linkStages.some(({ code }) => code === "ABORTED") ? ["page.script" as const] : []),
  ],
  match(ceremony) {
    // From then on no client waited for the link any more.
    const overAtMs = firedTimer(ceremony, "client.ceremony")?.endedAtMs ?? Infinity;
    const settledAtMs = ceremony.settled?.atMs ?? Infinity;
    const failed = ceremony.linkStages.find(
      ({ stage, atMs }) =>
        atMs < overAtMs &&
        atMs <= settledAtMs &&
        ["tunnel-refused", "channel-refused", "failed", "lost"].includes(stage) &&
        !wasTakenOn(ceremony, atMs),
    );
    if (failed === undefined || mainExchange(ceremony) || ceremony.settled?.resolved === true)
      return undefined;
    return {
      verdict:
        `The ${ceremony.kind} never reached the authenticator: the link failed at ${seconds(failed.atMs)} (${failed.stage}), before it was asked for a passkey. ` +
        "Nothing at the site or in the authenticator's store had a part in it; another try may work at once.",
      evidence: evidenceOf(
        ceremony.kind === "login" && offeredLine(ceremony),
        `${seconds(failed.atMs)}: link ${failed.stage}${note(causeText(failed))}`,
        settledLine(ceremony),
        `no ${ceremony.kind === "login" ? "getAssertion" : "makeCredential"} was sent`,
      ),
      prevention: [
        "Offer a fresh QR code inside the same ceremony.",
        'Distinguish "the phone was not reached" from "the phone has no passkey": only the first is worth the same try again.',
      ],
    };
  },
});

/** Says whether a login ended in a way that a row which is not there yet can bring about. */
function endedForWantOfRow(ceremony: CeremonyTrace): boolean {
  const { records, options, finishes } = ceremony;
  if (nothingFoundAtMs(ceremony) !== undefined || options?.code !== undefined) return true;
  if (finishes.some(({ code }) => code === "UNKNOWN_CREDENTIAL")) return true;
  return records.some((record) => record.kind === "page.settled" && record.reason === "no-credential");
}

/** Says whether a row has the id of a key that its ceremony made; of another one it would have helped no login. */
function namesKeyOf(maker: CeremonyTrace | undefined, credential: string): boolean {
  const made = maker?.keysCreated ?? [];
  return made.length === 0 || made.some((key) => key.credential === credential);
}

/** The row came after the answer that promised it: who logs in between is unknown. */
export const lateCommit = defineRule({
  id: "late-commit",
  kinds: LOGIN,
  text: "The site wrote the row only after the login had asked for its options.",
  over: ["unknown-credential", "overwrite-race", ...NOTHING_FOUND],
  match(ceremony, facts) {
    const { options } = ceremony;
    if (options === undefined || acceptedFinish(ceremony) || !endedForWantOfRow(ceremony)) return undefined;
    const row = rowsOfAccount(ceremony, facts).find(
      ({ createdAtMs, credential, ceremony: made }) =>
        createdAtMs > options.askedAtMs &&
        namesKeyOf(facts.ceremonyById.get(made ?? ""), credential) &&
        facts.ceremonies.some(({ id, beganAtMs }) => id === made && beganAtMs < ceremony.beganAtMs),
    );
    if (row === undefined) return undefined;
    const lateMs = row.createdAtMs - options.askedAtMs;
    return {
      marginMs: -lateMs,
      verdict:
        `Login options were asked for at ${seconds(options.askedAtMs)}, before the site had written the row of the passkey: ` +
        `that came at ${seconds(row.createdAtMs)}, ${seconds(lateMs)} later.`,
      evidence: evidenceOf(
        offeredLine(ceremony),
        `${seconds(row.createdAtMs)}: row ${row.credential} committed`,
      ),
      prevention: ["Answer finish when the row is there; until then say that it is not done yet."],
    };
  },
});

/** D, N at login: an authenticator signed with what the site has no row for. */
export const unknownCredential = defineRule({
  id: "unknown-credential",
  kinds: LOGIN,
  text: "The authenticator signed with a key that the site has no row for.",
  over: UMBRELLAS,
  // The copy that was looked into may have lagged: that depends on which key signed.
  requiredProbes: () => ["ctap"],
  match(ceremony, facts) {
    const refused = ceremony.finishes.find(({ code }) => code === "UNKNOWN_CREDENTIAL");
    const used = ceremony.keysUsed.at(-1);
    if (refused === undefined || (used && rowInPlace(facts, used, refused.askedAtMs))) return undefined;
    const dropped = facts.rows.findLast(({ credential }) => credential === used?.credential)?.deletedAtMs;
    return {
      verdict:
        `The authenticator signed${used ? ` with ${used.credential}` : ""}, and the site has no row for that credential: the user ` +
        (dropped
          ? `picked a passkey whose row the site had deleted at ${seconds(dropped)}.`
          : "picked a passkey that an earlier, failed registration left behind."),
      evidence: evidenceOf(
        offeredLine(ceremony),
        dropped !== undefined && `${seconds(dropped)}: the site deleted its row`,
        used && `${seconds(used.atMs)}: key ${used.credential} signed`,
        finishLine(refused),
      ),
      prevention: [
        "Call signalUnknownCredential, so that the leftover disappears from the phone, and offer to register again.",
        "Keep the user handle stable: there is no leftover then.",
      ],
    };
  },
});

/** The id in the row is not the id of the key. */
export const idTruncated = defineRule({
  id: "credential-id-truncated",
  kinds: PASSKEY,
  text: "The id in the row is not the id of the key.",
  results: ["success", ...TROUBLED],
  over: ["success", ...NOTHING_FOUND],
  match(ceremony, facts) {
    if (ceremony.kind === "registration") return wroteAnotherId(ceremony, facts);
    if (nothingFoundAtMs(ceremony) === undefined) return undefined;
    for (const row of facts.rows) {
      if (ceremony.options?.offered?.includes(row.credential) !== true) continue;
      const maker = row.ceremony === undefined ? undefined : facts.ceremonyById.get(row.ceremony);
      const made = maker && credentialMadeIn(maker);
      if (made === undefined || made.credential === row.credential) continue;
      return {
        verdict:
          `The site asks for ${row.credential}; the key made in that registration is ${made.credential}. The row does not hold the ` +
          "id it was given: cut off by a column too short for it, most likely.",
        evidence: evidenceOf(
          made.line,
          `${seconds(row.createdAtMs)}: row ${row.credential} written for the same ceremony`,
          offeredLine(ceremony),
          `${seconds(nothingFoundAtMs(ceremony) ?? 0)}: the authenticator found nothing`,
        ),
        prevention: ID_KEPT_WHOLE,
      };
    }
    return undefined;
  },
});

/** Finds the credential that a registration made: in the authenticator's records, or in what the promise resolved with. */
function credentialMadeIn({
  keysCreated,
  settled,
}: CeremonyTrace): { readonly credential: string; readonly line: string } | undefined {
  const key = keysCreated.at(-1);
  if (key !== undefined) {
    const { credential, authenticator, atMs } = key;
    return { credential, line: `${seconds(atMs)}: key ${credential} created on ${authenticator}` };
  }
  if (settled?.credential === undefined) return undefined;
  const { credential, atMs } = settled;
  return { credential, line: `${seconds(atMs)}: the promise resolved with ${credential}` };
}

/** The row that a registration wrote has another id than the key that it made. */
function wroteAnotherId(ceremony: CeremonyTrace, facts: TraceFacts): Match | undefined {
  const accepted = acceptedFinish(ceremony);
  const row = rowOf(ceremony, facts);
  const made = credentialMadeIn(ceremony);
  if (accepted === undefined || row === undefined || made === undefined) return undefined;
  if (made.credential === row.credential || !facts.held.rows.has(row.credential)) return undefined;
  return {
    verdict:
      `The site accepted the passkey at ${seconds(accepted.answeredAtMs)} and wrote row ${row.credential}; the key that was made is ` +
      `${made.credential}. The row does not hold the id it was given: cut off by a column too short for it, most likely. ` +
      "No login will find the key.",
    evidence: evidenceOf(
      made.line,
      `${seconds(row.createdAtMs)}: row ${row.credential} written for the same ceremony`,
      finishLine(accepted),
    ),
    prevention: ID_KEPT_WHOLE,
  };
}

const ID_KEPT_WHOLE = ["Store ids of up to 1023 bytes.", "Read the row back after the insert and compare."];

interface CodeCause<Id extends string> {
  readonly id: Id;
  readonly kinds?: readonly CeremonyKind[];
  readonly text: string;
  /** What the site refused the finish call with. */
  readonly code: string;
  readonly verdict: (atMs: number) => string;
  readonly prevention: readonly string[];
}

const byCode = <const Id extends string>({
  id,
  kinds = LOGIN,
  text,
  code,
  verdict,
  prevention,
}: CodeCause<Id>): Rule<Id> => ({
  id,
  kinds,
  text,
  over: UMBRELLAS,
  match(ceremony) {
    const refused = ceremony.finishes.find((call) => call.code === code);
    if (refused === undefined) return undefined;
    return { verdict: verdict(refused.askedAtMs), evidence: signedAndRefused(ceremony, refused), prevention };
  },
});

export const signCounter = byCode({
  id: "sign-counter",
  text: "The site refused a sound signature because of its counter.",
  code: "RP_COUNTER",
  verdict: (atMs) =>
    `The site refused a sound signature at ${seconds(atMs)} because the counter had not risen: a passkey that synchronises is ` +
    "counted on each device apart.",
  prevention: [
    "Take the counter for a signal; never refuse a passkey that is backup eligible because of it.",
  ],
});

export const challengeSuperseded = byCode({
  id: "challenge-superseded",
  kinds: PASSKEY,
  text: "A later options call of the account ended the challenge.",
  code: "CHALLENGE_SUPERSEDED",
  verdict: (atMs) =>
    `The finish call at ${seconds(atMs)} came for a challenge that a later options call of the same account had ended: two ` +
    "ceremonies of one account ran at once.",
  prevention: ["Bind challenges to the session, not to the account."],
});
