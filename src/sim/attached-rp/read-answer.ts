import { fromBase64url, toBase64url } from "../../core/bytes.js";
import { ClientError } from "../../webauthn/client-error.js";
import { parseRequestOptionsFromJSON } from "../../webauthn/idl/parse-options.js";
import { valueAt } from "./template.js";
import type { CreationOptionsInput, RequestOptionsInput } from "../../webauthn/json-input.js";
import { badAnswer } from "./site-session.js";

interface Place {
  readonly call: string;
  /** Where in the answer the options lie. */
  readonly path: string;
}

/**
 * Options for a registration out of a site's answer: an object with a challenge. What else is in it, and of which
 * types, is for the browser to judge.
 *
 * @throws {SiteError} `SITE_BAD_ANSWER` where there are no options at all.
 */
export function creationOptionsIn(body: unknown, place: Place): CreationOptionsInput {
  return optionsIn(body, place) as unknown as CreationOptionsInput;
}

/** The same for a login. @throws {SiteError} `SITE_BAD_ANSWER`. */
export function requestOptionsIn(body: unknown, place: Place): RequestOptionsInput {
  return optionsIn(body, place) as unknown as RequestOptionsInput;
}

/** A credential that a site offers for a login. */
export interface OfferedCredential {
  /** base64url */
  readonly id: string;
  readonly transports: readonly string[];
}

/** The credentials that options of a login name, as the browser will read them; none where it cannot. */
export function offeredIn(options: RequestOptionsInput): readonly OfferedCredential[] {
  try {
    const { allowCredentials } = parseRequestOptionsFromJSON(options);
    return allowCredentials.map(({ id, transports = [] }) => ({ id: toBase64url(id), transports }));
  } catch (error) {
    if (error instanceof ClientError) return [];
    throw error;
  }
}

/** Ids of credentials in a list. @throws {SiteError} `SITE_BAD_ANSWER` */
export function idsIn(
  body: unknown,
  { call, list, id }: { readonly call: string; readonly list: string; readonly id: string },
): readonly string[] {
  const entries = valueAt(body, list);
  if (!Array.isArray(entries)) throw badAnswer(call, `there is no list at "${list}"`, body);
  return entries.map((entry: unknown, at) => {
    const found = valueAt(entry, id);
    if (isBytes(found)) return found;
    throw badAnswer(call, `entry ${at} has no base64url id at "${id}"`, entry);
  });
}

type Options = Readonly<Record<string, unknown>>;

function optionsIn(body: unknown, { call, path }: Place): Options {
  const options = valueAt(body, path);
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw badAnswer(call, `there are no options at "${path}"`, body);
  }
  if (valueAt(options, "challenge") === undefined) {
    throw badAnswer(call, `what is at "${path}" has no challenge: these are no options of WebAuthn`, options);
  }
  return options as Options;
}

function isBytes(value: unknown): value is string {
  if (typeof value !== "string" || value === "") return false;
  try {
    fromBase64url(value);
    return true;
  } catch {
    return false;
  }
}
