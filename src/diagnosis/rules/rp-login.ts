import { nothingFoundAtMs, offeredLine } from "../facts/login-facts.js";
import { evidenceOf, nameTimer, seconds, type Mechanism } from "../mechanism.js";
import { PHONE_LOGIN_MECHANISMS, signedWithTheLater } from "./phone-login.js";
import { acceptedFinish, finishLine } from "../facts/site-facts.js";
import { firedTimer, mainExchange } from "../facts/trace-facts.js";

/** The site named a phone's passkey as one of this computer. */
const transportsInternalOnly: Mechanism = {
  id: "transports-internal-only",
  needs: () => ["page", "ctap"],
  account(ceremony) {
    const { options } = ceremony;
    const transports = options?.transports ?? [];
    if (!transports.includes("internal") || transports.includes("hybrid")) return undefined;
    if (mainExchange(ceremony)) return undefined;
    if (ceremony.settled?.resolved) return undefined;
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
};

/** Q: this attempt's link never came up. */
const linkFlake: Mechanism = {
  id: "link-flake-per-attempt",
  // Whether the phone's own trouble came before the end shows in the promise.
  needs: () => ["page"],
  account(ceremony) {
    // From then on nobody waited for the link any more.
    const overAtMs = firedTimer(ceremony, "client.ceremony")?.endedAtMs ?? Infinity;
    const settledAtMs = ceremony.settled?.atMs ?? Infinity;
    const failed = ceremony.linkStages.find(
      ({ stage, atMs }) =>
        atMs < overAtMs &&
        atMs <= settledAtMs &&
        ["tunnel-refused", "channel-refused", "failed", "lost"].includes(stage),
    );
    if (failed === undefined || mainExchange(ceremony) || ceremony.settled?.resolved === true)
      return undefined;
    return {
      verdict:
        `The login never reached the phone: the link failed at ${seconds(failed.atMs)} (${failed.stage}), before any ` +
        "getAssertion was sent. Nothing at the site or in the phone's store had a part in it; another try may work at once.",
      evidence: evidenceOf(
        offeredLine(ceremony),
        `${seconds(failed.atMs)}: link ${failed.stage}${failed.detail ? ` (${failed.detail})` : ""}`,
        ceremony.settled &&
          `${seconds(ceremony.settled.atMs)}: the promise was rejected with ${ceremony.settled.name ?? "an error"}`,
        "no getAssertion was sent",
      ),
      prevention: [
        "Offer a fresh QR code inside the same ceremony.",
        'Tell "the phone was not reached" from "the phone has no passkey": only the first is worth the same try again.',
      ],
    };
  },
};

/** The row came after the answer that promised it: who logs in between is unknown. */
const lateCommit: Mechanism = {
  id: "late-commit",
  account(ceremony, facts) {
    const { options } = ceremony;
    if (options === undefined || acceptedFinish(ceremony)) return undefined;
    const row = facts.rows.find(
      ({ createdAtMs, ceremony: made }) =>
        createdAtMs > options.askedAtMs &&
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
};

/** The finish call looked the credential up in a copy that did not have it yet. */
const staleFinish: Mechanism = {
  id: "read-replica-lag",
  account(ceremony, facts) {
    const refused = ceremony.finishes.find(({ code }) => code === "UNKNOWN_CREDENTIAL");
    const used = ceremony.keysUsed.at(-1);
    const row = facts.rows.find(({ credential }) => credential === used?.credential);
    if (refused === undefined || row === undefined || row.createdAtMs > refused.askedAtMs) return undefined;
    if ((row.deletedAtMs ?? Infinity) <= refused.askedAtMs) return undefined;
    return {
      marginMs: row.visibleAtMs === undefined ? undefined : refused.askedAtMs - row.visibleAtMs,
      verdict:
        `The site's read copy lagged: finish at ${seconds(refused.askedAtMs)} did not find credential ${row.credential}, although ` +
        `its row was committed at ${seconds(row.createdAtMs)}.`,
      evidence: evidenceOf(
        `${seconds(row.createdAtMs)}: row ${row.credential} committed on the primary`,
        finishLine(refused),
        row.visibleAtMs !== undefined && `${seconds(row.visibleAtMs)}: the row became visible`,
      ),
      prevention: [
        "Look a credential up on the primary before refusing it.",
        "Carry a read-your-writes token.",
      ],
    };
  },
};

/** D, N at login: an authenticator signed with what the site has no row for. */
const unknownCredential: Mechanism = {
  id: "unknown-credential",
  // The copy that was looked into may have lagged: that depends on which key signed.
  needs: () => ["ctap"],
  account(ceremony, facts) {
    const refused = ceremony.finishes.find(({ code }) => code === "UNKNOWN_CREDENTIAL");
    if (refused === undefined) return undefined;
    const used = ceremony.keysUsed.at(-1);
    const dropped = facts.rows.findLast(({ credential }) => credential === used?.credential)?.deletedAtMs;
    return {
      verdict:
        `The authenticator signed${used ? ` with ${used.credential}` : ""}, and the site has no row for that credential: the person ` +
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
};

/** The id in the row is not the id of the key. */
const idTruncated: Mechanism = {
  id: "credential-id-truncated",
  account(ceremony, facts) {
    if (nothingFoundAtMs(ceremony) === undefined) return undefined;
    for (const row of facts.rows) {
      if (ceremony.options?.offered?.includes(row.credential) !== true) continue;
      const made = facts.ceremonies.find(({ id }) => id === row.ceremony)?.keysCreated.at(-1);
      if (made === undefined || made.credential === row.credential) continue;
      return {
        verdict:
          `The site asks for ${row.credential}; the key made in that registration is ${made.credential}. The row does not hold the ` +
          "id it was given: cut off by a column too short for it, most likely.",
        evidence: evidenceOf(
          `${seconds(made.atMs)}: key ${made.credential} created on ${made.authenticator}`,
          `${seconds(row.createdAtMs)}: row ${row.credential} written for the same ceremony`,
          offeredLine(ceremony),
          `${seconds(nothingFoundAtMs(ceremony) ?? 0)}: the authenticator found nothing`,
        ),
        prevention: ["Store ids of up to 1023 bytes.", "Read the row back after the insert and compare."],
      };
    }
    return undefined;
  },
};

/** N, at login. */
const overwritten: Mechanism = {
  id: "overwrite-race",
  account(ceremony, facts) {
    const offered = ceremony.options?.offered ?? [];
    const gone = facts.ceremonies
      .flatMap(({ keysOverwritten }) => keysOverwritten)
      .find(({ credential }) => offered.includes(credential));
    if (gone === undefined || nothingFoundAtMs(ceremony) === undefined) return undefined;
    return {
      verdict:
        `The site asks for ${gone.credential}, which a later registration overwrote on the authenticator at ${seconds(gone.atMs)}. ` +
        "Trying again does not help; registering again does.",
      evidence: evidenceOf(
        `${seconds(gone.atMs)}: key ${gone.credential} overwritten`,
        offeredLine(ceremony),
        `${seconds(nothingFoundAtMs(ceremony) ?? 0)}: the authenticator found nothing`,
      ),
      prevention: ["Send excludeCredentials on every registration, read from the primary."],
    };
  },
};

const byCode = (
  id: "sign-counter" | "challenge-superseded" | "session-lost",
  {
    code,
    verdict,
    prevention,
  }: { code: string; verdict: (atMs: number) => string; prevention: readonly string[] },
): Mechanism => ({
  id,
  account(ceremony) {
    const refused = ceremony.finishes.find((call) => call.code === code);
    if (refused === undefined) return undefined;
    const used = ceremony.keysUsed.at(-1);
    return {
      verdict: verdict(refused.askedAtMs),
      evidence: evidenceOf(
        used && `${seconds(used.atMs)}: key ${used.credential} signed on ${used.authenticator}`,
        finishLine(refused),
      ),
      prevention,
    };
  },
});

const signCounter = byCode("sign-counter", {
  code: "RP_COUNTER",
  verdict: (atMs) =>
    `The site refused a sound signature at ${seconds(atMs)} because the counter had not risen: a passkey that synchronises is ` +
    "counted on each device apart.",
  prevention: [
    "Take the counter for a signal; never refuse a passkey that is backup eligible because of it.",
  ],
});

const sessionLost = byCode("session-lost", {
  code: "SESSION_LOST",
  verdict: (atMs) =>
    `The finish call at ${seconds(atMs)} came without the session its options were given to: somebody cleared the browser's ` +
    "cookies, or they ran out. The passkey is sound.",
  prevention: [
    "Name the ceremony in the call itself, with a signed state, and do not know it by a cookie alone.",
    'Say "the session was lost, please start again".',
  ],
});

/** The lock of the other doors shuts this one too. */
const lockedOut: Mechanism = {
  id: "locked-out",
  account({ options }) {
    if (options?.code !== "LOCKED" || options.answeredAtMs === undefined) return undefined;
    return {
      verdict:
        `The account was locked because of codes, and its passkey was refused with it at ${seconds(options.answeredAtMs)}: ` +
        "guessing shut the owner out of the one way in that cannot be guessed.",
      evidence: [`${seconds(options.askedAtMs)}: login options answered ${options.status ?? "?"} LOCKED`],
      prevention: ["Keep the passkey usable while codes are locked."],
    };
  },
};

const challengeSuperseded = byCode("challenge-superseded", {
  code: "CHALLENGE_SUPERSEDED",
  verdict: (atMs) =>
    `The finish call at ${seconds(atMs)} came for a challenge that a later options call of the same account had ended: two devices ` +
    "were logging in at once.",
  prevention: ["Bind challenges to the session, not to the account."],
});

/** In the order of the decision procedure: was the phone reached, was the right id asked for, what did it say. */
export const SITE_LOGIN_MECHANISMS: readonly Mechanism[] = [
  transportsInternalOnly,
  linkFlake,
  lateCommit,
  idTruncated,
  overwritten,
  staleFinish,
  signedWithTheLater,
  unknownCredential,
  signCounter,
  challengeSuperseded,
  lockedOut,
  sessionLost,
  ...PHONE_LOGIN_MECHANISMS,
];
