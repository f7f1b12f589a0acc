import { shape } from "../../core/shape.js";
import type {
  CredentialDescriptor,
  CredentialParameters,
  RpEntity,
  UserEntity,
} from "../../ctap/messages/common.js";
import type { ClientContext } from "./client-context.js";
import { ClientError } from "../client-error.js";
import type { ExtensionsJSON } from "../json.js";
import type { CreationOptionsInput } from "../json-input.js";
import { bytesOf, checkOptions, DESCRIPTOR, descriptorsOf, EXTENSIONS, oneOf } from "./read-json.js";
import { resolveRpId } from "../rp-id.js";

/** Creation options after a client has read them: bytes for text, defaults in place, the rp id decided. */
export interface CreationRequest {
  readonly rp: RpEntity;
  readonly user: UserEntity;
  readonly challenge: Uint8Array;
  readonly pubKeyCredParams: readonly CredentialParameters[];
  readonly excludeCredentials: readonly CredentialDescriptor[];
  readonly timeoutMs: number | undefined;
  readonly residentKey: "required" | "preferred" | "discouraged";
  readonly userVerification: "required" | "preferred" | "discouraged";
  readonly authenticatorAttachment: "platform" | "cross-platform" | undefined;
  readonly attestation: "none" | "indirect" | "direct" | "enterprise";
  readonly attestationFormats: readonly string[];
  readonly extensions: ExtensionsJSON;
}

/** User handles, in bytes. @see WebAuthn Level 3 §5.4.3 */
const USER_ID_BYTES_MAX = 64;

const REQUIREMENTS = ["required", "preferred", "discouraged"] as const;

const { text } = shape;

const OPTIONS = shape.open(
  {
    rp: shape.open({ name: text }, { id: text }),
    user: shape.open({ id: text, name: text, displayName: text }, {}),
    challenge: text,
    pubKeyCredParams: shape.list(shape.open({ type: text, alg: shape.integer }, {})),
  },
  {
    timeout: shape.ms,
    excludeCredentials: shape.list(DESCRIPTOR),
    authenticatorSelection: shape.open(
      {},
      {
        authenticatorAttachment: text,
        residentKey: text,
        requireResidentKey: shape.flag,
        userVerification: text,
      },
    ),
    hints: shape.list(text),
    attestation: text,
    attestationFormats: shape.list(text),
    extensions: EXTENSIONS,
  },
);

/**
 * Reads what a site sent. Values of enumerations the client does not know count as absent.
 *
 * @throws {ClientError} `USER_ID_LENGTH`, `OPTIONS_MALFORMED`, `ORIGIN_NOT_ALLOWED`, `RP_ID_NOT_ALLOWED`.
 * @see WebAuthn Level 3 §5.1.8, §5.1.3 steps 4 to 9
 */
export function readCreationOptions(options: CreationOptionsInput, client: ClientContext): CreationRequest {
  checkOptions(OPTIONS, options);
  const selection = options.authenticatorSelection ?? {};
  const rpId = resolveRpId({ ...client, rpId: options.rp.id });
  return {
    rp: { id: rpId, name: options.rp.name },
    user: { id: userId(options), name: options.user.name, displayName: options.user.displayName },
    challenge: bytesOf("challenge", options.challenge),
    pubKeyCredParams: options.pubKeyCredParams,
    excludeCredentials: descriptorsOf("excludeCredentials", options.excludeCredentials),
    timeoutMs: options.timeout,
    residentKey:
      oneOf(REQUIREMENTS, selection.residentKey) ??
      (selection.requireResidentKey === true ? "required" : "discouraged"),
    userVerification: oneOf(REQUIREMENTS, selection.userVerification) ?? "preferred",
    authenticatorAttachment: oneOf(["platform", "cross-platform"], selection.authenticatorAttachment),
    attestation: oneOf(["none", "indirect", "direct", "enterprise"], options.attestation) ?? "none",
    attestationFormats: options.attestationFormats ?? [],
    extensions: options.extensions ?? {},
  };
}

function userId({ user }: CreationOptionsInput): Uint8Array {
  const id = bytesOf("user.id", user.id);
  if (id.length >= 1 && id.length <= USER_ID_BYTES_MAX) return id;
  throw new ClientError(
    "USER_ID_LENGTH",
    `user.id is ${id.length} bytes, 1 to ${USER_ID_BYTES_MAX} are allowed`,
    {
      hint: "use a random handle of 16 to 64 bytes",
    },
  );
}
