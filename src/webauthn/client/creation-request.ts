import type {
  CredentialDescriptor,
  CredentialParameters,
  RpEntity,
  UserEntity,
} from "../../ctap/messages/common.js";
import type { ClientContext } from "./client-context.js";
import { checkExtensions } from "../extensions/run-extensions.js";
import { ClientError } from "../client-error.js";
import {
  parseCreationOptionsFromJSON,
  type ExtensionInputs,
  type PublicKeyCredentialCreationOptions,
} from "../idl/parse-options.js";
import { usvString } from "../idl/web-idl.js";
import type { CreationOptionsInput } from "../json-input.js";
import { oneOf, REQUIREMENTS, type Requirement } from "./known-values.js";
import { resolveRpId } from "../rp-id.js";

/** Creation options after a client has read them: bytes for text, defaults in place, the rp id decided. */
export interface CreationRequest {
  readonly rp: RpEntity;
  readonly user: UserEntity;
  readonly challenge: Uint8Array;
  /** Of known types only; empty where the site left the choice to the client. */
  readonly pubKeyCredParams: readonly CredentialParameters[];
  readonly excludeCredentials: readonly CredentialDescriptor[];
  readonly timeoutMs: number | undefined;
  readonly residentKey: Requirement;
  readonly userVerification: Requirement;
  readonly authenticatorAttachment: "platform" | "cross-platform" | undefined;
  readonly attestation: "none" | "indirect" | "direct" | "enterprise";
  readonly attestationFormats: readonly string[];
  readonly extensions: ExtensionInputs;
}

/** User handles, in bytes. @see WebAuthn Level 3 §5.4.3 */
const USER_ID_BYTES_MAX = 64;

/**
 * Reads what a site sent, as a browser does: converted to the types of the specification, then judged. Values of
 * enumerations the client does not know count as absent.
 *
 * @throws {ClientError} `OPTIONS_MALFORMED`, `OPTIONS_ENCODING`, `USER_ID_LENGTH`, `ORIGIN_NOT_ALLOWED`,
 *   `RP_ID_NOT_ALLOWED`, `CREDENTIAL_TYPES_UNKNOWN`, `EXTENSION_NOT_SUPPORTED`, `EXTENSION_SYNTAX`.
 * @see WebAuthn Level 3 §5.1.8, §5.1.3 steps 5 to 10
 */
export function readCreationOptions(
  json: CreationOptionsInput,
  client: Pick<ClientContext, "origin" | "isPublicSuffix">,
): CreationRequest {
  const options = parseCreationOptionsFromJSON(json);
  const { attestation, authenticatorSelection: selection, challenge, extensions = {}, rp, user } = options;
  checkUserId(user.id);
  checkExtensions(extensions, { method: "create" });
  return {
    rp: { id: resolveRpId({ ...client, rpId: rp.id }), name: wellFormed(rp.name) },
    user: { id: user.id, name: wellFormed(user.name), displayName: wellFormed(user.displayName) },
    challenge,
    pubKeyCredParams: knownParameters(options),
    excludeCredentials: options.excludeCredentials,
    timeoutMs: options.timeout,
    residentKey:
      oneOf(REQUIREMENTS, selection?.residentKey) ??
      (selection?.requireResidentKey === true ? "required" : "discouraged"),
    userVerification: oneOf(REQUIREMENTS, selection?.userVerification) ?? "preferred",
    authenticatorAttachment: oneOf(["platform", "cross-platform"], selection?.authenticatorAttachment),
    attestation: oneOf(["none", "indirect", "direct", "enterprise"], attestation) ?? "none",
    attestationFormats: options.attestationFormats,
    extensions,
  };
}

/** Authenticators take UTF-8, which has no halves of surrogate pairs. */
function wellFormed(text: string): string {
  return usvString.convert(text, "name");
}

function checkUserId({ length }: Uint8Array): void {
  if (length >= 1 && length <= USER_ID_BYTES_MAX) return;
  throw new ClientError(
    "USER_ID_LENGTH",
    `user.id is ${length} bytes, 1 to ${USER_ID_BYTES_MAX} are allowed`,
    {
      hint: "use a random handle of 16 to 64 bytes",
    },
  );
}

/** @see WebAuthn Level 3 §5.1.3 step 10 */
function knownParameters({
  pubKeyCredParams: wanted,
}: PublicKeyCredentialCreationOptions): readonly CredentialParameters[] {
  const known = wanted.filter(({ type }) => type === "public-key");
  if (wanted.length === 0 || known.length > 0) return known;
  throw new ClientError(
    "CREDENTIAL_TYPES_UNKNOWN",
    "pubKeyCredParams names no credential type that there is",
    {
      hint: 'write "public-key" as the type of each entry',
    },
  );
}
