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

/** What both responses are around their own members. */
interface Envelope {
  readonly id: string;
  readonly rawId: string;
  readonly type: string;
}

/** The credential id, stated twice. @throws {VerificationError} `RP_RESPONSE`, `RP_CREDENTIAL_ID`. */
export function responseCredentialId({ id, rawId, type }: Envelope): Uint8Array {
  if (type !== "public-key") throw new VerificationError("RP_RESPONSE", `type ${JSON.stringify(type)}`);
  const bytes = responseBytes(rawId, "rawId");
  if (!equalBytes(bytes, responseBytes(id, "id"))) {
    throw new VerificationError("RP_CREDENTIAL_ID", "id and rawId name two credentials");
  }
  return bytes;
}
