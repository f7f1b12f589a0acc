import { askedAuthenticator, everyKey, nothingFoundAtMs, offeredLine } from "../facts/login-facts.js";
import { evidenceOf, seconds, type Mechanism } from "../mechanism.js";
import { finishLine } from "../facts/site-facts.js";

/** N, at a login that named nothing: what signed had taken the place of what the site still has. */
export const signedWithTheLater: Mechanism = {
  id: "overwrite-race",
  account(ceremony, facts) {
    const refused = ceremony.finishes.find(({ code }) => code === "UNKNOWN_CREDENTIAL");
    const used = ceremony.keysUsed.at(-1);
    const maker = facts.ceremonies.find(({ keysCreated }) =>
      keysCreated.some(({ credential }) => credential === used?.credential),
    );
    const gone = maker?.keysOverwritten.find(({ credential }) =>
      facts.rows.some(
        (row) => row.credential === credential && (row.deletedAtMs ?? Infinity) > ceremony.beganAtMs,
      ),
    );
    if (refused === undefined || used === undefined || gone === undefined) return undefined;
    return {
      verdict:
        `The authenticator signed with ${used.credential}, which had taken the place of ${gone.credential} at ${seconds(gone.atMs)}; ` +
        "the site still has only the one that is gone. Trying again does not help; registering again does.",
      evidence: evidenceOf(
        `${seconds(gone.atMs)}: key ${gone.credential} overwritten on ${gone.authenticator}`,
        `${seconds(used.atMs)}: key ${used.credential} signed`,
        finishLine(refused),
      ),
      prevention: [
        "Send excludeCredentials on every registration, read from the primary.",
        "Let the later answer of the same session take the row's place.",
      ],
    };
  },
};

/** A phone of a make that copies: the copy came, only later than the login. */
const syncLag: Mechanism = {
  id: "sync-lag",
  account(ceremony, facts) {
    const foundNothingAtMs = nothingFoundAtMs(ceremony);
    const asked = askedAuthenticator(ceremony);
    const offered = ceremony.options?.offered ?? [];
    const copy = facts.ceremonies
      .flatMap(({ keysCopied }) => keysCopied)
      .find(({ credential, authenticator }) => offered.includes(credential) && authenticator === asked);
    if (foundNothingAtMs === undefined || copy === undefined || copy.atMs <= foundNothingAtMs)
      return undefined;
    const made = everyKey(facts).find(({ credential }) => credential === copy.credential);
    return {
      marginMs: foundNothingAtMs - copy.atMs,
      verdict:
        `${copy.authenticator} had nothing at ${seconds(foundNothingAtMs)}: the copy of ${copy.credential} came to it at ` +
        `${seconds(copy.atMs)}, ${seconds(copy.atMs - foundNothingAtMs)} later. Nothing was lost, and nothing has to be made anew.`,
      evidence: evidenceOf(
        made && `${seconds(made.atMs)}: key ${made.credential} created on ${made.authenticator}`,
        offeredLine(ceremony),
        `${seconds(foundNothingAtMs)}: ${copy.authenticator} found nothing`,
        `${seconds(copy.atMs)}: the copy arrived on ${copy.authenticator}`,
      ),
      prevention: [
        "Say that passkeys may still be on their way to a new phone where the account has some that are backed up.",
        "Never make another passkey by itself because one was not found.",
      ],
    };
  },
};

/** F, and its double: the id was asked for, its key is stored, and nothing was found. */
const storedElsewhereOrNotYet =
  (id: "phone-index-lag" | "other-authenticator"): Mechanism["account"] =>
  (ceremony, facts) => {
    const foundNothingAtMs = nothingFoundAtMs(ceremony);
    const offered = ceremony.options?.offered ?? [];
    const key = everyKey(facts).find(({ credential }) => offered.includes(credential));
    const asked = askedAuthenticator(ceremony);
    if (foundNothingAtMs === undefined || key === undefined || asked === undefined) return undefined;
    const same = everyKey(facts).some(
      ({ credential, authenticator, atMs }) =>
        credential === key.credential && authenticator === asked && atMs <= foundNothingAtMs,
    );
    if (same !== (id === "phone-index-lag")) return undefined;
    return {
      verdict: same
        ? `The authenticator said at ${seconds(foundNothingAtMs)} that it has nothing, although key ${key.credential} was stored on it ` +
          `at ${seconds(key.atMs)}: its index lags behind its store.`
        : `Another authenticator was asked: ${asked} has nothing for this site, the passkey is on ${key.authenticator}.`,
      evidence: evidenceOf(
        `${seconds(key.atMs)}: key ${key.credential} created on ${key.authenticator}`,
        offeredLine(ceremony),
        `${seconds(foundNothingAtMs)}: ${asked} found nothing`,
      ),
      prevention: same
        ? ["Tolerate one empty answer shortly after a registration, with a short back-off."]
        : ["Say on which device the passkey was made, and when."],
    };
  };

/** What a phone was asked for and did not find, by where it was at that time. */
export const PHONE_LOGIN_MECHANISMS: readonly Mechanism[] = [
  syncLag,
  { id: "other-authenticator", account: storedElsewhereOrNotYet("other-authenticator") },
  { id: "phone-index-lag", account: storedElsewhereOrNotYet("phone-index-lag") },
];
