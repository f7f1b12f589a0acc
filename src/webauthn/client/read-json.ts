import { dottedPath } from "../../core/place.js";
import { readAs } from "../../core/read-shape.js";
import { shape, type Shape } from "../../core/shape.js";
import { fromBase64url } from "../../core/bytes.js";
import type { CredentialDescriptor } from "../../ctap/messages/common.js";
import { ClientError } from "../client-error.js";
import type { CredentialDescriptorInput } from "../json-input.js";

/** Readers of option members, shared by create() and get(). */

/** A credential in a list of a site. */
export const DESCRIPTOR = shape.open(
  { type: shape.text, id: shape.text },
  { transports: shape.list(shape.text) },
);

/** Extension inputs; each extension reads its own. */
export const EXTENSIONS = shape.open({}, {});

/**
 * Checks the types of a site's options; members the client does not know are ignored, as in WebIDL.
 *
 * @throws {ClientError} `OPTIONS_MALFORMED`, naming the member.
 */
export function checkOptions(options: Shape, value: unknown): void {
  readAs(options, value, {
    codes: {
      unknownMember: "OPTIONS_MALFORMED",
      missingMember: "OPTIONS_MALFORMED",
      wrongType: "OPTIONS_MALFORMED",
      badValue: "OPTIONS_MALFORMED",
    },
    at: "options",
    toError: ({ code, path, text, hint }) =>
      new ClientError(code, `${dottedPath(path)}: ${text}`, hint === undefined ? {} : { hint }),
  });
}

/** @throws {ClientError} `OPTIONS_MALFORMED`, naming the member. */
export function bytesOf(member: string, text: unknown): Uint8Array {
  try {
    if (typeof text === "string") return fromBase64url(text);
  } catch (cause) {
    throw malformed(member, cause);
  }
  throw malformed(member);
}

export function descriptorsOf(
  member: string,
  list: readonly CredentialDescriptorInput[] | undefined,
): readonly CredentialDescriptor[] {
  return (list ?? []).map(({ id, type, transports }, index) => ({
    id: bytesOf(`${member}[${index}].id`, id),
    type,
    ...(transports && { transports }),
  }));
}

/** The value when it is one of `known`; anything else counts as absent. */
export function oneOf<T extends string>(known: readonly T[], value: string | undefined): T | undefined {
  return known.find((one) => one === value);
}

function malformed(member: string, cause?: unknown): ClientError {
  return new ClientError("OPTIONS_MALFORMED", `${member} is not a base64url string`, {
    cause,
    hint: "send binary members as base64url without padding, as toJSON() does",
  });
}
