import { equalBytes } from "../../../core/bytes.js";
import { Permission } from "../../../ctap/messages/client-pin.js";
import { CtapCommand } from "../../../ctap/command.js";
import type { CredentialDescriptor } from "../../../ctap/messages/common.js";
import {
  credentialManagementMessage,
  CredentialManagementSubcommand,
  encodeCredentialManagementResponse,
  parseCredentialManagementRequest,
  readCredentialManagementParameters,
  type CredentialManagementCommand,
  type CredentialManagementParameters,
  type CredentialManagementRequest,
} from "../../../ctap/messages/credential-management.js";
import type { CredentialSource } from "../store/credential-store.js";
import { isAtLeast21 } from "../../profiles/profile.js";
import { EMPTY_BODY, hashOfRpId, type CommandContext, type SimCommand } from "../context.js";
import { traceCredential } from "../store/credentials.js";
import { beginCredentials, beginRelyingParties, EnumerationRest, nextEntry } from "./enumeration.js";
import { refuse } from "../refusal.js";
import { renewStoreState } from "../store/store-state.js";
import { truncateName } from "../store/stored-name.js";
import { authorise, requireSignature, type Authorisation } from "./subcommand-auth.js";

/** One request on its way through the steps. */
interface Call {
  readonly context: CommandContext;
  readonly command: CredentialManagementCommand;
  readonly request: CredentialManagementRequest;
  /** What the request before left to enumerate, if nothing came in between. */
  readonly rest: EnumerationRest | undefined;
}

type Subcommand = (call: Call) => Uint8Array;

const SUBCOMMANDS: ReadonlyMap<number, Subcommand> = new Map([
  [CredentialManagementSubcommand.getCredsMetadata, getMetadata],
  [CredentialManagementSubcommand.enumerateRpsBegin, enumerateRelyingParties],
  [CredentialManagementSubcommand.enumerateRpsGetNextRp, goOn],
  [CredentialManagementSubcommand.enumerateCredentialsBegin, enumerateCredentials],
  [CredentialManagementSubcommand.enumerateCredentialsGetNextCredential, goOn],
  [CredentialManagementSubcommand.deleteCredential, deleteCredential],
  [CredentialManagementSubcommand.updateUserInformation, updateUser],
]);

/**
 * authenticatorCredentialManagement, or its preview.
 *
 * The numbers in the subcommands are common to all of them: 1 a signature and a protocol, 2 the parameters,
 * 3 the signature and the permission, 4 the site the token is bound to, 5 the work.
 *
 * @see CTAP 2.3 §6.8
 */
export function credentialManagement(command: CredentialManagementCommand): SimCommand {
  return (context, parameters) => {
    const { options } = context.profile;
    const preview = command === CtapCommand.credentialManagementPreview;
    if (!(preview ? options.credentialMgmtPreview : options.credMgmt)) refuse("INVALID_COMMAND");
    // Whatever this request is: an enumeration is over unless it goes on with it.
    const rest = context.state.continuation;
    context.state.continuation = undefined;
    const request = parseCredentialManagementRequest(parameters);
    // The draft had no such subcommand; keys that speak both do what libfido2 1.12 asks by the old number.
    const unknown =
      preview &&
      !options.credMgmt &&
      request.subCommand === CredentialManagementSubcommand.updateUserInformation;
    const run = unknown ? undefined : SUBCOMMANDS.get(request.subCommand);
    if (run === undefined) refuse(isAtLeast21(context.profile) ? "INVALID_SUBCOMMAND" : "INVALID_PARAMETER");
    return run({ context, command, request, rest: rest instanceof EnumerationRest ? rest : undefined });
  };
}

/** @see CTAP 2.3 §6.8.2 */
function getMetadata(call: Call): Uint8Array {
  const { context } = call;
  // 1, 3, 4
  requireUnbound(call);
  // 5: what is there, and what still fits.
  const existing = context.store.discoverableCount;
  return encodeCredentialManagementResponse({
    existingResidentCredentialsCount: existing,
    maxPossibleRemainingResidentCredentialsCount: Math.max(
      0,
      context.profile.limits.discoverableCredentials - existing,
    ),
  });
}

/** @see CTAP 2.3 §6.8.3 */
function enumerateRelyingParties(call: Call): Uint8Array {
  // 1, 3, 4
  const { token } = requireUnbound(call);
  // 5: the first site, and the number of all.
  return beginRelyingParties(call.context, { command: call.command, token });
}

/** @see CTAP 2.3 §6.8.4 */
function enumerateCredentials(call: Call): Uint8Array {
  const { context, request, command } = call;
  // 1
  requireSignature(context, request);
  // 2
  const { rpIdHash = refuse("MISSING_PARAMETER") } = readCredentialManagementParameters(request);
  // 3, 4
  const { rpId, token } = authoriseCall(call, { readOnly: true });
  if (rpId !== undefined && !equalBytes(hashOfRpId(context, rpId), rpIdHash)) refuse("PIN_AUTH_INVALID");
  // 5: the newest credential, and the number of all.
  return beginCredentials(context, { command, token }, rpIdHash);
}

/** The rest of either enumeration: no signature, but nothing in between. @see CTAP 2.3 §6.8.3, §6.8.4 */
function goOn({ context, request, rest }: Call): Uint8Array {
  return nextEntry(context, request.subCommand, rest);
}

/** @see CTAP 2.3 §6.8.5 */
function deleteCredential(call: Call): Uint8Array {
  const { context, request } = call;
  // 1
  requireSignature(context, request);
  // 2
  const { credentialId = refuse("MISSING_PARAMETER") } = readCredentialManagementParameters(request);
  // 3, 4
  const credential = findFor(call, credentialId);
  // 5: the credential is gone, and watchers of the store state are notified.
  context.store.delete(credential.id);
  renewStoreState(context);
  traceCredential(context, "deleted", credential);
  return EMPTY_BODY;
}

/** @see CTAP 2.3 §6.8.6 */
function updateUser(call: Call): Uint8Array {
  const { context, request } = call;
  // 1
  requireSignature(context, request);
  // 2
  const { credentialId, user }: CredentialManagementParameters = readCredentialManagementParameters(request);
  if (credentialId === undefined || user === undefined) refuse("MISSING_PARAMETER");
  // 3, 4
  const credential = findFor(call, credentialId);
  // 5: names change, accounts do not; a name that is empty or left out is removed.
  if (!equalBytes(credential.userId, user.id)) refuse("INVALID_PARAMETER");
  const { userName: _, userDisplayName: __, ...nameless } = credential;
  context.store.replace({
    ...nameless,
    ...(user.name && { userName: truncateName(user.name) }),
    ...(user.displayName && { userDisplayName: truncateName(user.displayName) }),
  });
  renewStoreState(context);
  return EMPTY_BODY;
}

/** Steps 1, 3 and 4 of what concerns all sites: a token that is bound to one will not do. */
function requireUnbound(call: Call): Authorisation {
  requireSignature(call.context, call.request);
  const authorisation = authoriseCall(call, { readOnly: true });
  if (authorisation.rpId !== undefined) refuse("PIN_AUTH_INVALID");
  return authorisation;
}

/** Steps 3 and 4 of what concerns one credential, and the credential. */
function findFor(call: Call, { id, type }: CredentialDescriptor): CredentialSource {
  const { rpId } = authoriseCall(call, { readOnly: false });
  const known = type === "public-key" ? call.context.store.find(id) : undefined;
  if (!known?.discoverable) refuse("NO_CREDENTIALS");
  if (rpId !== undefined && rpId !== known.rpId) refuse("PIN_AUTH_INVALID");
  return known;
}

function authoriseCall(
  { context, command, request }: Call,
  { readOnly }: { readonly readOnly: boolean },
): Authorisation {
  // The tokens of the drafts know no permissions: one that is in use will do.
  const drafts =
    command === CtapCommand.credentialManagementPreview && !context.profile.options.pinUvAuthToken;
  return authorise(context, request, {
    message: credentialManagementMessage(request),
    permission: drafts ? 0 : Permission.credentialManagement,
    readOnly,
  });
}
