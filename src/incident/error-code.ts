import { isObject, textIn, type JsonObject } from "./webauthn-json/walk.js";

/** A code as programs write them: `CHALLENGE_EXPIRED`, `challenge_expired`, `auth.challenge-expired`. */
const CODE = /^[A-Za-z][A-Za-z0-9]*(?:[_.:-][A-Za-z0-9]+)*$/;
const CODE_CHARS_MAX = 48;
const MEMBERS = ["code", "error_code", "errorCode", "error", "reason", "type"] as const;

/** What sites call a refusal, and the code by which the diagnosis knows it. The first that fits counts. */
const KNOWN: readonly (readonly [words: RegExp, code: string])[] = [
  [/challenge.*(expired|timed?.?out|stale)|(expired|stale).*challenge/, "CHALLENGE_EXPIRED"],
  [/challenge.*(used|spent|consumed|replay)/, "CHALLENGE_USED"],
  [/challenge.*(superseded|replaced)/, "CHALLENGE_SUPERSEDED"],
  [/session.*(lost|missing|not.?found|expired)/, "SESSION_LOST"],
  [
    /(unknown|no.?such|unregistered|not.?found).*(credential|passkey)|(credential|passkey).*(unknown|not.?found)/,
    "UNKNOWN_CREDENTIAL",
  ],
];

/**
 * Finds the code of a refusal in the JSON body of an error, as the diagnosis knows it where its words say which it is.
 *
 * A text that is no code (a sentence, a name) is never returned: it may say whose account it is.
 */
export function errorCodeIn(body: unknown): string | undefined {
  if (!isObject(body)) return undefined;
  const nested = ["error", "errors", "detail", "data"].flatMap((name) => {
    const member = body[name];
    return isObject(member) ? [member] : [];
  });
  for (const object of [body, ...nested]) {
    const code = codeIn(object);
    if (code !== undefined) return code;
  }
  return undefined;
}

function codeIn(object: JsonObject): string | undefined {
  for (const name of MEMBERS) {
    const code = knownCode(textIn(object, name));
    if (code !== undefined) return code;
  }
  return undefined;
}

/** @returns the diagnosis' own code for a site's, in its own spelling where there is none. */
export function knownCode(text: string | undefined): string | undefined {
  if (text === undefined || text.length > CODE_CHARS_MAX || !CODE.test(text)) return undefined;
  const words = text.replaceAll(/([a-z])([A-Z])/g, "$1_$2").toLowerCase();
  const known = KNOWN.find(([pattern]) => pattern.test(words));
  if (known !== undefined) return known[1];
  // One word alone may be a name; two are a code.
  return /[_.:-]/.test(words) ? words.replaceAll(/[.:-]/g, "_").toUpperCase() : undefined;
}
