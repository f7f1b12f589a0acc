import { equalBytes, fromBase64url, toBase64url, withoutTrailing } from "../../core/bytes.js";
import type { Finding } from "./finding.js";
import { VerificationError } from "./verification-error.js";

/**
 * A binary member of a response. Padding is let through, as libraries on pages add it ({@link paddedMembers} names it);
 * bits that belong to no byte are not, because then two texts would name one credential.
 *
 * @throws {VerificationError} `RP_RESPONSE` when it is not base64url.
 * @see RFC 4648 §3.5 (canonical encoding)
 */
export function responseBytes(value: unknown, name: string): Uint8Array {
  if (typeof value !== "string") throw new VerificationError("RP_RESPONSE", `${name} is no string`);
  let bytes: Uint8Array;
  try {
    bytes = fromBase64url(value);
  } catch (cause) {
    throw new VerificationError("RP_RESPONSE", `${name} is not base64url`, { cause });
  }
  const text = toBase64url(bytes);
  const padding = value.length - withoutTrailing(value, "=").length;
  if (
    text !== withoutTrailing(value, "=") ||
    (padding > 0 && (text.length + padding) % 4 !== 0) ||
    padding > 2
  ) {
    throw new VerificationError("RP_RESPONSE", `${name} is base64url that no encoder writes`);
  }
  return bytes;
}

/** Members that are padded, which PublicKeyCredential.toJSON() never does. */
export function paddedMembers(envelope: unknown): readonly Finding[] {
  const { id, rawId, response } = membersOf(envelope, "the credential");
  const members = { id, rawId, ...membersOf(response, "its response") };
  const padded = Object.entries(members).filter(
    ([, value]) => typeof value === "string" && value.endsWith("="),
  );
  if (padded.length === 0) return [];
  return [{ code: "BASE64URL_PADDED", detail: `padded: ${padded.map(([name]) => name).join(", ")}` }];
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
