import type { CredentialDescriptor } from "../../ctap/messages/common.js";
import type { ClientContext } from "./client-context.js";
import { checkExtensions } from "../extensions/run-extensions.js";
import { parseRequestOptionsFromJSON, type ExtensionInputs } from "../idl/parse-options.js";
import type { RequestOptionsInput } from "../json-input.js";
import { oneOf, REQUIREMENTS, type Requirement } from "./known-values.js";
import { resolveAppId, resolveRpId } from "../rp-id.js";

/** Request options after a client has read them. */
export interface AssertionRequest {
  readonly rpId: string;
  readonly challenge: Uint8Array;
  readonly timeoutMs: number | undefined;
  readonly allowCredentials: readonly CredentialDescriptor[];
  readonly userVerification: Requirement;
  readonly extensions: ExtensionInputs;
  /** The U2F AppID that the listed credentials may have been made under instead; `undefined` when the site gave none. */
  readonly appId: string | undefined;
}

/**
 * Reads what a site sent, as a browser does. Values of enumerations the client does not know count as absent.
 *
 * @throws {ClientError} `OPTIONS_MALFORMED`, `OPTIONS_ENCODING`, `ORIGIN_NOT_ALLOWED`, `RP_ID_NOT_ALLOWED`,
 *   `EXTENSION_NOT_SUPPORTED`, `EXTENSION_SYNTAX`.
 * @see WebAuthn Level 3 §5.1.9, §5.1.4
 */
export function readRequestOptions(
  json: RequestOptionsInput,
  client: Pick<ClientContext, "origin" | "isPublicSuffix">,
): AssertionRequest {
  const options = parseRequestOptionsFromJSON(json);
  const { allowCredentials, extensions = {} } = options;
  checkExtensions(extensions, { method: "get", allowedIds: allowCredentials.map(({ id }) => id) });
  return {
    rpId: resolveRpId({ ...client, rpId: options.rpId }),
    challenge: options.challenge,
    timeoutMs: options.timeout,
    allowCredentials,
    userVerification: oneOf(REQUIREMENTS, options.userVerification) ?? "preferred",
    extensions,
    appId: extensions.appid === undefined ? undefined : resolveAppId({ ...client, appId: extensions.appid }),
  };
}
