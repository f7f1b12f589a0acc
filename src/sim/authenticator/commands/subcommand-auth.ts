import { supportedProtocol, type CommandContext } from "../context.js";
import { refuse } from "../refusal.js";

/** The part of a request that says who sent it. */
export interface SignedRequest {
  readonly pinUvAuthProtocol?: number | undefined;
  readonly pinUvAuthParam?: Uint8Array | undefined;
}

/** What a verified request may look at. */
export interface Authorisation {
  /** Site the token is bound to; `undefined` for all of them. */
  readonly rpId: string | undefined;
  /** The token in use that signed the request; absent for the persistent one, which does not expire. */
  readonly token?: object | undefined;
}

/**
 * Whether a signature came with a protocol this device speaks; nothing is verified yet.
 *
 * @throws {Refusal} PUAT_REQUIRED, MISSING_PARAMETER, INVALID_PARAMETER, in this order.
 */
export function requireSignature(context: CommandContext, request: SignedRequest): void {
  if (request.pinUvAuthParam === undefined) refuse("PUAT_REQUIRED");
  supportedProtocol(context, request.pinUvAuthProtocol);
}

/**
 * Verifies a signature under the token in use, or under the persistent one where that will do.
 *
 * @param terms `message` is what was signed, `permission` what the token must allow; `readOnly` admits the
 *   persistent token.
 * @throws {Refusal} PIN_AUTH_INVALID; what {@link requireSignature} throws.
 */
export function authorise(
  context: CommandContext,
  request: SignedRequest,
  terms: { readonly message: Uint8Array; readonly permission: number; readonly readOnly?: boolean },
): Authorisation {
  const param = request.pinUvAuthParam ?? refuse("PUAT_REQUIRED");
  const protocol = supportedProtocol(context, request.pinUvAuthProtocol);
  const { tokens } = context.state;
  if (tokens.verify(protocol.version, terms.message, param)) {
    if (!tokens.hasPermission(terms.permission)) refuse("PIN_AUTH_INVALID");
    return { rpId: tokens.rpId, token: tokens.inUse };
  }
  const { persistentToken } = context.store.memory;
  const allowed = terms.readOnly === true && context.profile.options.perCredMgmtRO;
  if (allowed && persistentToken && protocol.verify(persistentToken, terms.message, param)) {
    return { rpId: undefined };
  }
  return refuse("PIN_AUTH_INVALID");
}
