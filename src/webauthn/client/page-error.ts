import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import { isHarnessError, type HarnessError } from "../../core/errors.js";
import type { CtapDevice } from "../../ctap/device.js";
import type { ClientProfile } from "../profiles/client-profile.js";
import type { PageErrorName, PageReason } from "../profiles/page-error-name.js";

export interface PageErrorContext {
  readonly method: "create" | "get";
  /** Of no influence on the name so far: no client is known to differ. */
  readonly transport?: CtapDevice["transport"];
  readonly profile: ClientProfile;
}

const CONTEXT = parameters<PageErrorContext>({
  method: shape.oneOf(["create", "get"]),
  transport: maybe(shape.oneOf(["usb", "hybrid"])),
  profile: arg.with("a client profile, such as CLIENT_PROFILES.get(name),", "id", "errorNames"),
});

export interface PageError {
  /** DOMException name (or TypeError) the page's promise rejects with. */
  readonly name: PageErrorName;
  readonly reason: PageReason;
}

/** Why a ceremony ended, by error code. Codes of CTAP statuses not listed are `authenticator-error`. */
const REASONS: Readonly<Record<string, PageReason>> = {
  TIMEOUT: "timeout",
  ABORTED: "aborted",

  CTAP_CREDENTIAL_EXCLUDED: "excluded-credential",
  CTAP_OPERATION_DENIED: "refused-by-user",
  CTAP_NO_CREDENTIALS: "no-credential",
  CTAP_INVALID_CREDENTIAL: "no-credential",
  CTAP_KEY_STORE_FULL: "storage-full",
  CTAP_UNSUPPORTED_ALGORITHM: "unsupported-algorithm",
  CTAP_USER_ACTION_TIMEOUT: "presence-timeout",
  CTAP_ACTION_TIMEOUT: "presence-timeout",
  CTAP_KEEPALIVE_CANCEL: "cancelled",
  CTAP_PIN_INVALID: "pin-wrong",
  CTAP_PIN_AUTH_INVALID: "pin-wrong",
  CTAP_PIN_BLOCKED: "pin-blocked",
  CTAP_PIN_AUTH_BLOCKED: "pin-blocked",
  CTAP_PIN_NOT_SET: "pin-needed",
  CTAP_PUAT_REQUIRED: "pin-needed",
  CTAP_UV_BLOCKED: "uv-failed",
  CTAP_UV_INVALID: "uv-failed",

  PIN_BLOCKED: "pin-blocked",
  PIN_AUTH_BLOCKED: "pin-blocked",
  PIN_DECLINED: "refused-by-user",
  PIN_WRONG: "pin-wrong",
  PIN_REPEATED: "pin-wrong",
  UV_BLOCKED: "uv-failed",
  PIN_TOO_SHORT: "pin-wrong",
  PIN_TOO_LONG: "pin-wrong",
  PIN_ENDS_IN_ZERO: "pin-wrong",
  PIN_UNSUPPORTED: "uv-unavailable",
  UV_UNSUPPORTED: "uv-unavailable",
  PIN_PROTOCOL_UNSUPPORTED: "uv-unavailable",
  PIN_TOKEN_MALFORMED: "answer-unusable",

  UV_UNAVAILABLE: "uv-unavailable",
  RESIDENT_KEY_UNAVAILABLE: "resident-key-unavailable",
  PIN_REQUIRED: "pin-needed",
  PIN_CHANGE_REQUIRED: "pin-needed",
  ALGORITHM_UNSUPPORTED: "unsupported-algorithm",
  ATTACHMENT_UNAVAILABLE: "attachment-unavailable",
  CRED_PROTECT_UNAVAILABLE: "extension-unavailable",
  LARGE_BLOB_UNAVAILABLE: "extension-unavailable",
  EXTENSION_NOT_SUPPORTED: "extension-misused",
  EXTENSION_SYNTAX: "extension-malformed",
  NO_USABLE_CREDENTIAL: "no-credential",

  ANSWER_LOST: "unexpected",
  CHOICE_DECLINED: "refused-by-user",
  CHOICE_INVALID: "unexpected",
  ORIGIN_NOT_ALLOWED: "origin-or-rp-id",
  ORIGIN_OPAQUE: "frame-not-allowed",
  RP_ID_NOT_ALLOWED: "origin-or-rp-id",
  USER_ID_LENGTH: "bad-user-id",
  OPTIONS_MALFORMED: "bad-options",
  OPTIONS_ENCODING: "bad-encoding",
  CREDENTIAL_TYPES_UNKNOWN: "unknown-credential-types",
  ANSWER_INCOMPLETE: "answer-unusable",
  MESSAGE_TOO_LARGE: "authenticator-error",

  DEVICE_GONE: "link-lost",
  CHANNEL_BUSY: "link-lost",
  LINK_CLOSED: "link-lost",
  PROTOCOL_VIOLATION: "link-lost",
  PHONE_NOT_HEARD: "link-not-ready",
  TUNNEL_REFUSED: "link-not-ready",
  TUNNEL_CLOSED: "link-not-ready",
  LINK_GONE: "link-not-ready",
  PHONE_WITHOUT_CTAP: "link-not-ready",
  PADDING_INVALID: "link-lost",
  SEQUENCE_EXHAUSTED: "link-lost",
  CRYPTER_ENDED: "link-lost",
  UPDATE_MALFORMED: "link-lost",
};

/** Families of codes that read alike to a page. */
const FAMILIES: readonly { readonly prefix: string; readonly reason: PageReason }[] = [
  { prefix: "CTAP_", reason: "authenticator-error" },
  { prefix: "CBOR_", reason: "answer-unusable" },
  { prefix: "AUTH_DATA_", reason: "answer-unusable" },
  { prefix: "COSE_", reason: "answer-unusable" },
  { prefix: "MESSAGE_", reason: "answer-unusable" },
  { prefix: "POINT_", reason: "answer-unusable" },
  { prefix: "HID_", reason: "link-lost" },
  { prefix: "FRAME_", reason: "link-lost" },
  { prefix: "LINK_", reason: "link-lost" },
  { prefix: "HANDSHAKE_", reason: "link-not-ready" },
  { prefix: "POST_HANDSHAKE_", reason: "link-not-ready" },
  { prefix: "TUNNEL_", reason: "link-not-ready" },
  { prefix: "RADIO_", reason: "link-not-ready" },
];

/** Names that are not the catch-all. */
const NAMES: Readonly<Partial<Record<PageReason, PageErrorName>>> = {
  aborted: "AbortError",
  "excluded-credential": "InvalidStateError",
  "origin-or-rp-id": "SecurityError",
  "bad-user-id": "TypeError",
  "bad-options": "TypeError",
  "bad-encoding": "EncodingError",
  "unknown-credential-types": "NotSupportedError",
  "extension-misused": "NotSupportedError",
  "extension-malformed": "SyntaxError",
  "answer-unusable": "UnknownError",
  "request-already-pending": "OperationError",
  unexpected: "UnknownError",
};

/** Reasons whose own names exist for create() only: get() must not reveal what an authenticator holds or can do. */
const CREATE_ONLY: ReadonlySet<PageReason> = new Set([
  "excluded-credential",
  "uv-unavailable",
  "resident-key-unavailable",
  "unsupported-algorithm",
]);

/**
 * What the page would have seen, and why it saw it.
 *
 * NotAllowedError is the catch-all on purpose: timeouts are meant to look like refusals. Clients differ in
 * names only where `profile.errorNames` says so.
 *
 * @param error what `register` or `authenticate` rejected with.
 * @param context the method that was called, and whose browser it is.
 * @returns the DOMException name a page would see, and the reason behind it.
 * @see WebAuthn Level 3 §5.1.3 and §5.1.4 (exceptions)
 *
 * @example
 * toPageError(error, { method: "create", profile: CLIENT_PROFILES["gecko"] }).name; // "NotAllowedError"
 */
export function toPageError(error: unknown, context: PageErrorContext): PageError {
  checkArguments("toPageError", { context: [CONTEXT, context] });
  const { method, profile } = context;
  const reason = isHarnessError(error) ? reasonOf(error) : "unexpected";
  if (reason === "aborted") return { name: abortName(error), reason };
  if (method === "get" && CREATE_ONLY.has(reason)) return { name: "NotAllowedError", reason };
  return { name: profile.errorNames[reason] ?? NAMES[reason] ?? "NotAllowedError", reason };
}

function reasonOf({ code }: HarnessError): PageReason {
  const family = FAMILIES.find(({ prefix }) => code.startsWith(prefix));
  return REASONS[code] ?? family?.reason ?? "unexpected";
}

/** A page that aborts with a reason of its own sees that reason: `AbortSignal.timeout` gives TimeoutError. */
function abortName(error: unknown): PageErrorName {
  const cause = (error as Error).cause;
  return cause instanceof Error && cause.name === "TimeoutError" ? "TimeoutError" : "AbortError";
}
