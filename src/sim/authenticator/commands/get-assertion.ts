import { Permission } from "../../../ctap/messages/client-pin.js";
import { saltsProtocol } from "../../../ctap/extensions/hmac-secret.js";
import { depthWith } from "../../../ctap/messages/prf.js";
import { parseGetAssertionRequest, type GetAssertionRequest } from "../../../ctap/messages/get-assertion.js";
import { hasQuirk } from "../../profiles/profile.js";
import { assert, type AssertionTerms } from "./assertion.js";
import {
  alwaysUv,
  builtInUvConfigured,
  isProtected,
  pinUsable,
  requireTouch,
  touchTimeout,
  type CommandContext,
  type SimCommand,
} from "../context.js";
import { CredProtect, credProtectOf, discover, locate, type UsableCredential } from "../store/credentials.js";
import { RemainingAssertions } from "./get-next-assertion.js";
import { refuse } from "../refusal.js";
import {
  answerSelectionProbe,
  checkProtocol,
  demandVerification,
  verifyUser,
  type UserAuthRequest,
  type UserEvidence,
} from "../verification/user-auth.js";

/** authenticatorGetAssertion; the numbers are the specification's steps. @see CTAP 2.3 §6.2.2 */
export const getAssertion: SimCommand = async (context, parameters) => {
  const request = parseGetAssertionRequest(parameters, {
    depthMax: depthWith(new Set(context.profile.extensions)),
  });
  checkLists(context, request);
  const auth: UserAuthRequest = {
    purpose: "get-assertion",
    rpId: request.rpId,
    clientDataHash: request.clientDataHash,
    pinUvAuthParam: request.pinUvAuthParam,
    pinUvAuthProtocol: request.pinUvAuthProtocol,
    permission: Permission.getAssertion,
  };

  // 1, 2: which of several keys is meant; whether the token's protocol is spoken here.
  await answerSelectionProbe(context, auth);
  checkProtocol(context, auth);
  checkSaltsProtocol(context, request);
  // 3, 4: no user is verified or present yet; what the options ask for.
  const wanted = readOptions(context, request);
  // 5: devices that always verify do so, except in a silent look-up.
  const uv = decideVerification(context, request, wanted);
  // 6: verification, where there is to be one.
  const evidence = await verifyUser(context, auth, { uv });
  // 7: what there is to sign with. CTAP 2.0 keys let the user touch before they answer NO_CREDENTIALS.
  const found = eligible(context, request, evidence);
  const late = hasQuirk(context.profile, "touchesBeforeNoCredentials");
  if (found.length === 0 && !late) refuseNothingFound(context, request);
  // 8, 9: presence, unless verification proved it or the client did not ask; a token is good for one touch.
  if (wanted.up) await provePresence(context, request, evidence);
  if (found.length === 0) refuseNothingFound(context, request);

  return answer(context, found, {
    rpId: request.rpId,
    clientDataHash: request.clientDataHash,
    userPresent: wanted.up || evidence.userPresent,
    userVerified: evidence.userVerified,
    extensions: request.extensions ?? new Map(),
    allowed: request.allowList?.length ?? 0,
    token: request.pinUvAuthParam && context.state.tokens.inUse,
  });
};

function checkLists({ profile }: CommandContext, { allowList = [] }: GetAssertionRequest): void {
  if (allowList.length > profile.limits.maxCredentialCountInList) refuse("LIMIT_EXCEEDED");
  if (
    hasQuirk(profile, "rejectsTransportsInDescriptors") &&
    allowList.some(({ transports }) => transports !== undefined)
  ) {
    refuse("INVALID_CBOR");
  }
}

/** Refuses salts by a protocol that the command itself does not name, as one firmware does. */
function checkSaltsProtocol(
  { profile }: CommandContext,
  { extensions, pinUvAuthProtocol }: GetAssertionRequest,
): void {
  if (pinUvAuthProtocol !== undefined || !hasQuirk(profile, "answers33ToSaltsWithoutProtocol")) return;
  if (saltsProtocol(extensions?.get("hmac-secret")) !== undefined) refuse("PIN_AUTH_INVALID");
}

function readOptions(
  context: CommandContext,
  { options = {}, pinUvAuthParam }: GetAssertionRequest,
): { readonly up: boolean; readonly uv: boolean } {
  const { profile } = context;
  const uv = pinUvAuthParam === undefined && (options.uv ?? false);
  if (uv && !builtInUvConfigured(context)) {
    refuse(hasQuirk(profile, "answers2bToUvWithoutUv") ? "UNSUPPORTED_OPTION" : "INVALID_OPTION");
  }
  if (options.rk !== undefined && !hasQuirk(profile, "acceptsRkInGetAssertion")) {
    refuse("UNSUPPORTED_OPTION");
  }
  return { up: options.up ?? true, uv };
}

/** Returns whether built-in verification takes place. */
function decideVerification(
  context: CommandContext,
  { pinUvAuthParam }: GetAssertionRequest,
  { up, uv }: { readonly up: boolean; readonly uv: boolean },
): boolean {
  if (!alwaysUv(context) || !up) return uv;
  const byPin = pinUsable(context);
  if (!isProtected(context)) demandVerification({ byPin });
  if (pinUvAuthParam !== undefined || uv) return uv;
  if (!builtInUvConfigured(context)) demandVerification({ byPin });
  return true;
}

function eligible(
  context: CommandContext,
  { allowList = [], rpId }: GetAssertionRequest,
  { userVerified }: UserEvidence,
): readonly UsableCredential[] {
  const listed = allowList.length > 0;
  const candidates = listed
    ? allowList.flatMap((descriptor) => locate(context, descriptor, rpId) ?? [])
    : discover(context, rpId);
  const openTo = listed
    ? CredProtect.userVerificationOptionalWithCredentialIdList
    : CredProtect.userVerificationOptional;
  return candidates.filter((credential) => userVerified || credProtectOf(credential) <= openTo);
}

function refuseNothingFound(
  { env, profile }: CommandContext,
  { allowList = [], rpId }: GetAssertionRequest,
): never {
  env.trace.emit({ kind: "ctap.nothing-found", rpId });
  const odd = allowList.length > 0 && hasQuirk(profile, "answers22ToUnknownCredential");
  refuse(odd ? "INVALID_CREDENTIAL" : "NO_CREDENTIALS");
}

async function provePresence(
  context: CommandContext,
  { rpId }: GetAssertionRequest,
  evidence: UserEvidence,
): Promise<void> {
  if (evidence.userPresent) return;
  if (!evidence.touchedForToken && !hasQuirk(context.profile, "assertsWithoutTouch")) {
    await requireTouch(context, { purpose: "get-assertion", rpId }, "OPERATION_DENIED");
  }
  context.state.tokens.spend();
}

/** Answers steps 11 and 12: one credential, the one the user chooses, or one after the other. */
async function answer(
  context: CommandContext,
  found: readonly UsableCredential[],
  terms: AssertionTerms,
): Promise<Uint8Array> {
  const { profile, state } = context;
  const [first, ...others] = found;
  if (first === undefined) refuse("NO_CREDENTIALS");
  if (terms.allowed > 0) return assert(context, terms, first);
  if (others.length === 0) {
    const counts = hasQuirk(profile, "countsSingleCredential");
    return assert(context, terms, first, counts ? { numberOfCredentials: 1 } : {});
  }
  if (profile.hasDisplay && (terms.userPresent || terms.userVerified)) {
    return assert(context, terms, await chooseAccount(context, found, terms), { userSelected: true });
  }
  const body = assert(context, terms, first, { numberOfCredentials: found.length });
  state.continuation = new RemainingAssertions(context, terms, others);
  return body;
}

async function chooseAccount(
  context: CommandContext,
  found: readonly UsableCredential[],
  { rpId }: AssertionTerms,
): Promise<UsableCredential> {
  const accounts = found.map(({ user }) => user?.displayName ?? user?.name ?? "");
  const choice = await context.gestures.ask({
    kind: "choose-account",
    purpose: "get-assertion",
    rpId,
    accounts,
  });
  if (choice.answer === "timed-out") throw touchTimeout(context, "OPERATION_DENIED");
  if (choice.answer !== "approved") refuse("OPERATION_DENIED");
  return found[choice.account ?? 0] ?? refuse("OPERATION_DENIED");
}
