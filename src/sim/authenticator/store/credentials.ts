import type { CborValue } from "../../../cbor/value.js";
import { toHex } from "../../../core/bytes.js";
import { credentialTag } from "../../../core/credential-tag.js";
import type { CredentialDescriptor, UserEntity } from "../../../ctap/messages/common.js";
import type { CredentialSource } from "./credential-store.js";
import { hasQuirk } from "../../profiles/profile.js";
import { hashOfRpId, type CommandContext } from "../context.js";
import type { CredentialKey } from "../signing.js";
import { unwrapCredential } from "./wrapped-credential.js";

/** Levels of the credProtect extension. @see CTAP 2.3 §12.1 */
export const CredProtect = {
  userVerificationOptional: 1,
  userVerificationOptionalWithCredentialIdList: 2,
  userVerificationRequired: 3,
} as const;

/** A credential this device can sign with now. */
export interface UsableCredential extends CredentialKey {
  readonly id: Uint8Array;
  readonly rpId: string;
  readonly discoverable: boolean;
  /** Known for discoverable credentials only. */
  readonly user?: UserEntity;
  readonly extensions: ReadonlyMap<string, CborValue>;
}

export function credProtectOf({ extensions }: Pick<UsableCredential, "extensions">): number {
  const level = extensions.get("credProtect");
  return typeof level === "number" ? level : CredProtect.userVerificationOptional;
}

/** The label of what U2F made, which never learns what is behind the hash of its application. */
export function applicationLabel(application: Uint8Array): string {
  return `sha256:${toHex(application)}`;
}

function isApplicationLabel(rpId: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(rpId);
}

/** The credential a descriptor means, if this device made it for this site. */
export function locate(
  context: CommandContext,
  { id, type }: CredentialDescriptor,
  rpId: string,
): UsableCredential | undefined {
  if (type !== "public-key" || context.store.isRevoked(id)) return undefined;
  const stored = context.store.find(id);
  if (stored?.discoverable) return stored.rpId === rpId ? fromStore(stored) : undefined;
  const wrapped = unwrapCredential(context, id, { rpIdHash: hashOfRpId(context, rpId) });
  if (wrapped) return { ...wrapped, id, rpId, discoverable: false };
  // One that was too long for an id of this model stayed here. What U2F made has no rp id, but a label for listings.
  return stored?.rpId === rpId && !isApplicationLabel(rpId) ? withoutUser(stored) : undefined;
}

/** Discoverable credentials of a site, newest first. */
export function discover({ store }: CommandContext, rpId: string): readonly UsableCredential[] {
  return store.discoverable(rpId).map(fromStore);
}

/** Counts one more signature, as the model counts. */
export function nextSignCount({ profile, store }: CommandContext, id: Uint8Array): number {
  switch (profile.signCounter) {
    case "zero":
      return 0;
    case "global":
      return store.countGlobally();
    case "per-credential":
      return store.countFor(id) ?? store.countGlobally();
  }
}

export function traceCredential(
  { env }: Pick<CommandContext, "env">,
  change: "created" | "overwritten" | "deleted" | "used",
  credential: { readonly id: Uint8Array; readonly rpId: string; readonly userId?: Uint8Array | undefined },
): void {
  const { id, rpId, userId } = credential;
  env.trace.emit({
    kind: "ctap.credential",
    change,
    credential: credentialTag(id),
    rpId,
    user: userId === undefined ? "unknown" : credentialTag(userId),
  });
}

/** Whether the exclude list's entry stands for a credential here; some keys do not look at the site. */
export function isExcluded(
  context: CommandContext,
  descriptor: CredentialDescriptor,
  { rpId, userVerified }: { readonly rpId: string; readonly userVerified: boolean },
): boolean {
  if (hasQuirk(context.profile, "excludesForeignRp") && context.store.find(descriptor.id)) return true;
  const credential = locate(context, descriptor, rpId);
  if (credential === undefined) return false;
  return credProtectOf(credential) !== CredProtect.userVerificationRequired || userVerified;
}

function withoutUser({ id, rpId, alg, secretKey, extensions }: CredentialSource): UsableCredential {
  return { id, rpId, alg, secretKey, extensions, discoverable: false };
}

function fromStore(stored: CredentialSource): UsableCredential {
  const { userName, userDisplayName } = stored;
  return {
    ...stored,
    user: {
      id: stored.userId,
      ...(userName !== undefined && { name: userName }),
      ...(userDisplayName !== undefined && { displayName: userDisplayName }),
    },
  };
}
