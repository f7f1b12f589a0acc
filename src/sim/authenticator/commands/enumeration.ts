import { equalBytes } from "../../../core/bytes.js";
import { startDeadline, type Deadline } from "../../../core/timer.js";
import {
  CredentialManagementSubcommand,
  encodeCredentialManagementResponse,
  type CredentialManagementCommand,
  type CredentialManagementResponse,
} from "../../../ctap/messages/credential-management.js";
import type { CredentialSource } from "../store/credential-store.js";
import { hasQuirk } from "../../profiles/profile.js";
import { hashOfRpId, type CommandContext } from "../context.js";
import { credProtectOf } from "../store/credentials.js";
import { refuse } from "../refusal.js";
import { publicKeyOf } from "../signing.js";
import type { Continuation } from "../store/state.js";
import { truncateRpId } from "../store/stored-name.js";

/** The request that begins an enumeration: its command, and the token it was signed with. */
interface EnumerationStart {
  readonly command: CredentialManagementCommand;
  readonly token: object | undefined;
}

/** What is left of an enumeration, and which subcommand may go on with it. */
export class EnumerationRest implements Continuation {
  readonly command: CredentialManagementCommand;
  readonly subCommand: number;
  readonly left: readonly CredentialManagementResponse[];
  readonly token: object | undefined;
  readonly age: Deadline;

  constructor(
    { env, profile }: CommandContext,
    parts: EnumerationStart & Pick<EnumerationRest, "subCommand" | "left">,
  ) {
    this.command = parts.command;
    this.subCommand = parts.subCommand;
    this.left = parts.left;
    this.token = parts.token;
    this.age = startDeadline(env, {
      timer: "key.nextEntry",
      budgetMs: profile.timeouts.nextAssertionMs,
      endsAt: "after-budget",
    });
  }

  discard(): void {
    this.age.disarm();
  }
}

/** The first site and how many there are; sites in the order of their oldest credential. */
export function beginRelyingParties(context: CommandContext, start: EnumerationStart): Uint8Array {
  const sites = new Map<string, CredentialSource>();
  for (const credential of context.store.credentials) {
    // The name is the last one the site gave.
    if (credential.discoverable) sites.set(credential.rpId, credential);
  }
  const entries = [...sites.values()].map((credential) => describeRelyingParty(context, credential));
  if (entries.length === 0) return answerNoSites(context);
  const subCommand = CredentialManagementSubcommand.enumerateRpsGetNextRp;
  return begin(context, { ...start, subCommand, entries, total: { totalRps: entries.length } });
}

/** The newest credential of a site and how many there are. @throws {Refusal} NO_CREDENTIALS */
export function beginCredentials(
  context: CommandContext,
  start: EnumerationStart,
  rpIdHash: Uint8Array,
): Uint8Array {
  const found = context.store.credentials
    .filter(({ discoverable, rpId }) => discoverable && equalBytes(hashOfRpId(context, rpId), rpIdHash))
    .sort((a, b) => b.serial - a.serial);
  if (found.length === 0) refuse("NO_CREDENTIALS");
  const entries = found.map((credential) => describeCredential(context, credential));
  const subCommand = CredentialManagementSubcommand.enumerateCredentialsGetNextCredential;
  return begin(context, { ...start, subCommand, entries, total: { totalCredentials: entries.length } });
}

/** The next entry. @throws {Refusal} NOT_ALLOWED when there is none, or it comes too late. */
export function nextEntry(
  context: CommandContext,
  subCommand: number,
  rest: EnumerationRest | undefined,
): Uint8Array {
  const { state } = context;
  if (rest?.subCommand !== subCommand) refuse("NOT_ALLOWED");
  const [next, ...left] = rest.left;
  if (next === undefined) refuse("NOT_ALLOWED");
  if (rest.age.isOver()) refuse("NOT_ALLOWED");
  rest.age.disarm();
  state.continuation = new EnumerationRest(context, {
    command: rest.command,
    token: rest.token,
    subCommand,
    left,
  });
  return encodeCredentialManagementResponse(next);
}

function begin(
  context: CommandContext,
  enumeration: EnumerationStart & {
    readonly subCommand: number;
    readonly entries: readonly CredentialManagementResponse[];
    readonly total: CredentialManagementResponse;
  },
): Uint8Array {
  const { entries, total, ...start } = enumeration;
  const [first, ...left] = entries;
  context.state.continuation = new EnumerationRest(context, { ...start, left });
  return encodeCredentialManagementResponse({ ...first, ...total });
}

function answerNoSites({ profile }: CommandContext): Uint8Array {
  if (hasQuirk(profile, "countsNoRpsWhenEmpty")) return encodeCredentialManagementResponse({ totalRps: 0 });
  if (hasQuirk(profile, "answersEmptyMapWhenNoRps")) return encodeCredentialManagementResponse({});
  return refuse("NO_CREDENTIALS");
}

function describeRelyingParty(
  context: CommandContext,
  { rpId, rpName }: CredentialSource,
): CredentialManagementResponse {
  return {
    rp: {
      id: truncateRpId(rpId, context.profile.limits.shownRpIdBytes),
      ...(rpName !== undefined && { name: rpName }),
    },
    rpIdHash: hashOfRpId(context, rpId),
  };
}

function describeCredential(
  { crypto, profile }: CommandContext,
  credential: CredentialSource,
): CredentialManagementResponse {
  const { id, userId, userName, userDisplayName, extensions } = credential;
  const largeBlobKey = extensions.get("largeBlobKey");
  const can = (extension: string) => profile.extensions.includes(extension);
  return {
    user: {
      id: userId,
      ...(userName !== undefined && { name: userName }),
      ...(userDisplayName !== undefined && { displayName: userDisplayName }),
    },
    credentialId: { id, type: "public-key" },
    publicKey: publicKeyOf(crypto, credential),
    ...(can("credProtect") && { credProtect: credProtectOf(credential) }),
    ...(largeBlobKey instanceof Uint8Array && { largeBlobKey }),
    ...(can("thirdPartyPayment") && {
      thirdPartyPayment: extensions.get("thirdPartyPayment") === true,
    }),
  };
}
