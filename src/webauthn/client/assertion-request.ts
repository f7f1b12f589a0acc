import { shape } from "../../core/shape.js";
import type { CredentialDescriptor } from "../../ctap/messages/common.js";
import type { ClientContext } from "./client-context.js";
import type { ExtensionsJSON } from "../json.js";
import type { RequestOptionsInput } from "../json-input.js";
import { bytesOf, checkOptions, DESCRIPTOR, descriptorsOf, EXTENSIONS, oneOf } from "./read-json.js";
import { resolveRpId } from "../rp-id.js";

/** Request options after a client has read them. */
export interface AssertionRequest {
  readonly rpId: string;
  readonly challenge: Uint8Array;
  readonly timeoutMs: number | undefined;
  readonly allowCredentials: readonly CredentialDescriptor[];
  readonly userVerification: "required" | "preferred" | "discouraged";
  readonly extensions: ExtensionsJSON;
}

const { text } = shape;

const OPTIONS = shape.open(
  { challenge: text },
  {
    timeout: shape.ms,
    rpId: text,
    allowCredentials: shape.list(DESCRIPTOR),
    userVerification: text,
    hints: shape.list(text),
    extensions: EXTENSIONS,
  },
);

/**
 * Reads what a site sent. Values of enumerations the client does not know count as absent.
 *
 * @throws {ClientError} `OPTIONS_MALFORMED`, `ORIGIN_NOT_ALLOWED`, `RP_ID_NOT_ALLOWED`.
 * @see WebAuthn Level 3 §5.1.9, §5.1.4
 */
export function readRequestOptions(options: RequestOptionsInput, client: ClientContext): AssertionRequest {
  checkOptions(OPTIONS, options);
  return {
    rpId: resolveRpId({ ...client, rpId: options.rpId }),
    challenge: bytesOf("challenge", options.challenge),
    timeoutMs: options.timeout,
    allowCredentials: descriptorsOf("allowCredentials", options.allowCredentials),
    userVerification:
      oneOf(["required", "preferred", "discouraged"], options.userVerification) ?? "preferred",
    extensions: options.extensions ?? {},
  };
}
