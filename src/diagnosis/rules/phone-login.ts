import {
  askedAuthenticator,
  nothingFoundAtMs,
  offeredLine,
  searchedAuthenticator,
} from "../facts/login-facts.js";
import { evidenceOf, seconds } from "../evidence.js";
import { defineRule, LOGIN, NOTHING_FOUND, type Rule } from "../rule.js";

/** A phone of a make that copies: the copy came, only later than the login. */
export const syncLag = defineRule({
  id: "sync-lag",
  kinds: LOGIN,
  text: "The copy of the passkey came to this phone only later.",
  over: NOTHING_FOUND,
  match(ceremony, facts) {
    const foundNothingAtMs = nothingFoundAtMs(ceremony);
    const asked = askedAuthenticator(ceremony);
    const offered = ceremony.options?.offered ?? [];
    const copy = facts.copies.find(
      ({ credential, authenticator }) => offered.includes(credential) && authenticator === asked,
    );
    if (foundNothingAtMs === undefined || copy === undefined || copy.atMs <= foundNothingAtMs)
      return undefined;
    const made = facts.keys.find(({ credential }) => credential === copy.credential);
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
});

/** Detects that the phone's provider is signed in to another account, so that no copy can come. */
export const providerOtherAccount = defineRule({
  id: "provider-other-account",
  kinds: LOGIN,
  text: "The phone's password manager was signed in to another account, which has none of the passkeys.",
  over: ["sync-lag", ...NOTHING_FOUND],
  match(ceremony) {
    const provider = ceremony.records.findLast(({ kind }) => kind === "ctap.provider");
    const foundNothingAtMs = nothingFoundAtMs(ceremony);
    if (provider?.kind !== "ctap.provider" || foundNothingAtMs === undefined) return undefined;
    return {
      verdict:
        `The password manager on the phone that was asked is signed in to another account: it holds ` +
        `${provider.credentials} passkeys for this site. The passkey is in the account of the phone that made it.`,
      evidence: evidenceOf(
        offeredLine(ceremony),
        `${seconds(provider.atMs)}: the provider's account is another one, ${provider.credentials} passkeys`,
        `${seconds(foundNothingAtMs)}: nothing was found`,
      ),
      prevention: ["Say which account made the passkey, and how to sign in to it on the new phone."],
    };
  },
});

/** The id was asked for, its key is stored, and nothing was found: on this authenticator, or on another. */
const storedElsewhereOrNotYet =
  (id: "phone-index-lag" | "other-authenticator"): Rule["match"] =>
  (ceremony, facts) => {
    const foundNothingAtMs = nothingFoundAtMs(ceremony);
    const offered = ceremony.options?.offered ?? [];
    const key = facts.keys.find(
      ({ credential, deletedAtMs }) =>
        offered.includes(credential) && (deletedAtMs ?? Infinity) > (foundNothingAtMs ?? Infinity),
    );
    // A key that answers without a prompt runs no timer: what it holds then has to be found on it.
    const asked =
      askedAuthenticator(ceremony) ??
      (id === "phone-index-lag" ? searchedAuthenticator(ceremony) : undefined);
    if (foundNothingAtMs === undefined || key === undefined || asked === undefined) return undefined;
    const same = facts.keys.some(
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

export const otherAuthenticator = defineRule({
  id: "other-authenticator",
  kinds: LOGIN,
  text: "Another authenticator was asked than the one with the passkey.",
  over: ["no-credential"],
  match: storedElsewhereOrNotYet("other-authenticator"),
});

export const phoneIndexLag = defineRule({
  id: "phone-index-lag",
  kinds: LOGIN,
  text: "The key is stored, and the phone's index did not list it yet.",
  over: ["no-credential"],
  match: storedElsewhereOrNotYet("phone-index-lag"),
});
