import { equalBytes, fromBase64url } from "../../core/bytes.js";
import { VerificationError } from "./verification-error.js";

/** A binary member of a response. @throws {VerificationError} `RP_RESPONSE` when it is not base64url. */
export function responseBytes(value: unknown, name: string): Uint8Array {
  if (typeof value !== "string") throw new VerificationError("RP_RESPONSE", `${name} is no string`);
  try {
    return fromBase64url(value);
  } catch (cause) {
    throw new VerificationError("RP_RESPONSE", `${name} is not base64url`, { cause });
  }
}

/**
 * The credential id, stated twice, of a response that is one at all: it comes from a page, whatever its type says.
 *
 * @throws {VerificationError} `RP_RESPONSE`, `RP_CREDENTIAL_ID`.
 */
export function responseCredentialId(envelope: unknown): Uint8Array {
  const { id, rawId, type, response } = membersOf(envelope, "the credential");
  membersOf(response, "its response");
  if (type !== "public-key") throw new VerificationError("RP_RESPONSE", `type ${JSON.stringify(type)}`);
  const bytes = responseBytes(rawId, "rawId");
  if (!equalBytes(bytes, responseBytes(id, "id"))) {
    throw new VerificationError("RP_CREDENTIAL_ID", "id and rawId name two credentials");
  }
  return bytes;
}

function membersOf(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null) return value as Readonly<Record<string, unknown>>;
  throw new VerificationError("RP_RESPONSE", `${name} is no object`);
}
