import { ClientError } from "../client-error.js";
import type { ExtensionsJSON } from "../json.js";
import { bytesOf } from "../client/read-json.js";

/** What a site asked of `largeBlob`; members that were not given are absent. */
export interface LargeBlobRequest {
  readonly support?: "required" | "preferred";
  readonly read?: boolean;
  readonly write?: Uint8Array;
}

/**
 * @returns `undefined` when the site did not ask.
 * @throws {ClientError} `OPTIONS_MALFORMED`.
 * @see WebAuthn Level 3 §10.1.5
 */
export function readLargeBlob(asked: ExtensionsJSON): LargeBlobRequest | undefined {
  const wanted = asked["largeBlob"];
  if (wanted === undefined) return undefined;
  if (typeof wanted !== "object" || wanted === null) {
    throw new ClientError("OPTIONS_MALFORMED", "largeBlob is not an object");
  }
  const { support, read, write } = wanted as ExtensionsJSON;
  return {
    // Values the client does not know count as `preferred`, as the specification has it.
    ...(support !== undefined && { support: support === "required" ? support : "preferred" }),
    ...(read !== undefined && { read: read === true }),
    ...(write !== undefined && { write: bytesOf("largeBlob.write", write) }),
  };
}
