import { toBase64url, utf8, concat, fromBase64url } from "../../core/bytes.js";
import type { CryptoProvider } from "../../core/crypto-provider.js";
import type { Env } from "../../core/env.js";
import type { CredentialSalts, PrfInput, PrfValues } from "../../ctap/messages/prf.js";
import { ClientError } from "../client-error.js";
import type { ExtensionsJSON } from "../json.js";
import { bytesOf } from "../client/read-json.js";

/** What separates this extension's salts from those of other users of hmac-secret. @see WebAuthn Level 3 §10.1.4 */
const CONTEXT = concat(utf8("WebAuthn PRF"), Uint8Array.of(0));

/**
 * Reads what a site asked of `prf`: its inputs, not yet hashed to salts.
 *
 * @returns `undefined` when the site did not ask.
 * @throws {ClientError} `OPTIONS_MALFORMED`; `EXTENSION_SYNTAX` for a credential id that is none.
 */
export function readPrf(asked: ExtensionsJSON): PrfInput | undefined {
  const prf = asked["prf"];
  if (prf === undefined) return undefined;
  const { eval: everybody, evalByCredential } = objectOf("prf", prf);
  return {
    ...(everybody !== undefined && { eval: inputsOf("prf.eval", everybody) }),
    ...(evalByCredential !== undefined && { evalByCredential: byCredential(evalByCredential) }),
  };
}

/** Returns the salt an authenticator gets for a site's input. */
export function saltOf(crypto: CryptoProvider, input: Uint8Array): Uint8Array {
  return crypto.sha256(concat(CONTEXT, input));
}

/** Returns the request with the salts an authenticator gets for the site's inputs. */
export function saltedPrf(
  { crypto }: Pick<Env, "crypto">,
  { eval: everybody, evalByCredential }: PrfInput,
): PrfInput {
  const salts = ({ first, second }: PrfValues): PrfValues => ({
    first: saltOf(crypto, first),
    ...(second !== undefined && { second: saltOf(crypto, second) }),
  });
  return {
    ...(everybody !== undefined && { eval: salts(everybody) }),
    ...(evalByCredential !== undefined && {
      evalByCredential: evalByCredential.map((one) => ({ ...one, salts: salts(one.salts) })),
    }),
  };
}

/** Results as the page's JSON has them. */
export function prfResults({ first, second }: PrfValues): ExtensionsJSON {
  return { first: toBase64url(first), ...(second && { second: toBase64url(second) }) };
}

function byCredential(value: unknown): readonly CredentialSalts[] {
  const where = "prf.evalByCredential";
  return Object.entries(objectOf(where, value)).map(([id, values]) => ({
    credentialId: credentialIdOf(id),
    salts: inputsOf(`${where}[${id}]`, values),
  }));
}

function credentialIdOf(text: string): Uint8Array {
  try {
    const id = fromBase64url(text);
    if (id.length > 0) return id;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw new ClientError("EXTENSION_SYNTAX", "a key of prf.evalByCredential is no credential id", {
    hint: "use credential ids as base64url without padding",
  });
}

function inputsOf(where: string, value: unknown): PrfValues {
  const { first, second } = objectOf(where, value);
  return {
    first: bytesOf(`${where}.first`, first),
    ...(second !== undefined && { second: bytesOf(`${where}.second`, second) }),
  };
}

function objectOf(where: string, value: unknown): ExtensionsJSON {
  if (typeof value === "object" && value !== null) return value as ExtensionsJSON;
  throw new ClientError("OPTIONS_MALFORMED", `${where} is not an object`);
}
