import { toBase64url, utf8, concat, fromBase64url } from "../../core/bytes.js";
import type { CryptoProvider } from "../../core/crypto-provider.js";
import type { Env } from "../../core/env.js";
import type { PrfInput, PrfValues } from "../../ctap/messages/prf.js";
import { ClientError } from "../client-error.js";
import type { ExtensionInputs, PrfInputs } from "../idl/parse-options.js";
import type { ExtensionsJSON } from "../json.js";

/** What separates this extension's salts from those of other users of hmac-secret. @see WebAuthn Level 3 §10.1.4 */
const CONTEXT = concat(utf8("WebAuthn PRF"), Uint8Array.of(0));

/** Returns the salt an authenticator gets for a site's input. */
export function saltOf(crypto: CryptoProvider, input: Uint8Array): Uint8Array {
  return crypto.sha256(concat(CONTEXT, input));
}

/**
 * Returns the request with the salts an authenticator gets for the site's inputs.
 *
 * @throws {ClientError} `EXTENSION_SYNTAX` for a credential id that is none.
 */
export function saltedPrf(
  { crypto }: Pick<Env, "crypto">,
  { eval: everyone, evalByCredential }: NonNullable<ExtensionInputs["prf"]>,
): PrfInput {
  const salts = ({ first, second }: PrfInputs): PrfValues => ({
    first: saltOf(crypto, first),
    ...(second !== undefined && { second: saltOf(crypto, second) }),
  });
  return {
    ...(everyone !== undefined && { eval: salts(everyone) }),
    ...(evalByCredential !== undefined && {
      evalByCredential: [...evalByCredential].map(([id, inputs]) => ({
        credentialId: credentialIdOf(id),
        salts: salts(inputs),
      })),
    }),
  };
}

/** Results as the page's JSON has them. */
export function prfResults({ first, second }: PrfValues): ExtensionsJSON {
  return { first: toBase64url(first), ...(second && { second: toBase64url(second) }) };
}

/** Reads a key of `evalByCredential`. @throws {ClientError} `EXTENSION_SYNTAX`. */
export function credentialIdOf(text: string): Uint8Array {
  try {
    const id = text.includes("=") ? undefined : fromBase64url(text);
    if (id !== undefined && id.length > 0) return id;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw new ClientError("EXTENSION_SYNTAX", "a key of prf.evalByCredential is no credential id", {
    hint: "use credential ids as base64url without padding",
  });
}
