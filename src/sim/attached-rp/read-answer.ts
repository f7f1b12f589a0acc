import { fromBase64url } from "../../core/bytes.js";
import { valueAt } from "./template.js";
import type { CreationOptionsInput, RequestOptionsInput } from "../../webauthn/json-input.js";
import type { SiteError } from "./site-error.js";
import { badAnswer } from "./site-session.js";

interface Place {
  readonly call: string;
  /** Where in the answer the options lie. */
  readonly path: string;
}

/**
 * Options for a registration out of a site's answer. Only what the harness itself leans on is looked at: the rest
 * is for the browser to judge.
 *
 * @throws {SiteError} `SITE_BAD_ANSWER`, naming the member.
 */
export function creationOptionsIn(body: unknown, place: Place): CreationOptionsInput {
  const options = optionsIn(body, place);
  const { call } = place;
  if (valueAt(options, "rp") === undefined) throw missing(call, "rp", options);
  demandBytes(call, "user.id", options);
  if (!Array.isArray(options["pubKeyCredParams"])) throw missing(call, "pubKeyCredParams", options);
  demandIds(call, "excludeCredentials", options);
  return options as unknown as CreationOptionsInput;
}

type RequestOptions = Omit<RequestOptionsInput, "allowCredentials"> & {
  readonly allowCredentials?: readonly {
    readonly type: "public-key";
    readonly id: string;
    readonly transports?: readonly string[];
  }[];
};

/** The same for a login. @throws {SiteError} `SITE_BAD_ANSWER`, naming the member. */
export function requestOptionsIn(body: unknown, place: Place): RequestOptions {
  const options = optionsIn(body, place);
  demandIds(place.call, "allowCredentials", options);
  return options as unknown as RequestOptions;
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
  demandBytes(call, "challenge", options as Options);
  return options as Options;
}

function demandBytes(call: string, member: string, options: Options): void {
  if (!isBytes(valueAt(options, member))) throw missing(call, member, options);
}

function demandIds(call: string, member: string, options: Options): void {
  const list = options[member] ?? [];
  if (!Array.isArray(list) || !list.every((entry: unknown) => isBytes(valueAt(entry, "id")))) {
    throw badAnswer(call, `the options' ${member} has an entry without a base64url id`, options);
  }
}

function missing(call: string, member: string, options: Options): SiteError {
  return badAnswer(call, `the options have no ${member} as WebAuthn wants it (bytes as base64url)`, options);
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
