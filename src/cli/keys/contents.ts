import {
  bioEnrollment,
  credentialManagement,
  type CredentialManager,
  type KnownCredential,
  type KnownRelyingParty,
  type Listing,
  Permission,
  type PinUvAuthToken,
  toBase64url,
  toHex,
} from "../../entry/ctap.js";
import { UserVerificationError } from "../../entry/webauthn.js";
import { printable } from "../../core/printable.js";
import { counted } from "../options.js";
import type { OpenKey } from "./open-key.js";
import { tokenIfGiven } from "./key-token.js";

/** A passkey as a list shows it; the large blob key stays out, because it is secret. */
export interface ShownCredential {
  readonly rpId?: string;
  /** Of a site that the key does not name. */
  readonly rpIdHash?: string;
  readonly id: string;
  readonly userId?: string;
  readonly name?: string;
  readonly displayName?: string;
  readonly credProtect?: number;
  /** Of a key of an unknown kind. */
  readonly publicKeyCose?: string;
  readonly hasLargeBlobKey?: true;
}

/** A passkey, as a list shows it and as the key said it. */
export interface FoundCredential {
  readonly shown: ShownCredential;
  readonly said: KnownCredential;
}

/** What could not be listed. */
export interface NotListed {
  readonly what: string;
  readonly count: number;
  readonly why: string;
}

/** Lists the passkeys on a key, of one site or of all. */
export async function credentialsOn(
  manager: CredentialManager,
  { settle, options }: Pick<OpenKey, "settle" | "options">,
  site?: (rp: KnownRelyingParty) => boolean,
): Promise<{ readonly found: readonly FoundCredential[]; readonly notListed: readonly NotListed[] }> {
  const sites = await settle(manager.relyingParties(options));
  const found: FoundCredential[] = [];
  const missing = [missingOf("sites", sites)];
  for (const known of sites.filter((one) => site?.(one) ?? true)) {
    const named = known.rp === undefined ? { rpIdHash: toBase64url(known.rpIdHash) } : { rpId: known.rp.id };
    const listed = await settle(manager.credentials(known.rpIdHash, options));
    missing.push(missingOf(`passkeys of ${siteNameOf(named)}`, listed));
    found.push(...listed.map((said) => ({ said, shown: shownOf(named, said) })));
  }
  return { found, notListed: missing.filter((one) => one !== undefined) };
}

function shownOf(
  site: { readonly rpId: string } | { readonly rpIdHash: string },
  { id, user, publicKey, publicKeyCose, credProtect, largeBlobKey }: KnownCredential,
): ShownCredential {
  const { name, displayName } = user ?? {};
  return {
    ...site,
    id: toBase64url(id),
    ...(user && { userId: toBase64url(user.id) }),
    ...(name !== undefined && { name }),
    ...(displayName !== undefined && { displayName }),
    ...(credProtect !== undefined && { credProtect }),
    ...(!publicKey && publicKeyCose && { publicKeyCose: toBase64url(publicKeyCose) }),
    ...(largeBlobKey && { hasLargeBlobKey: true as const }),
  };
}

function missingOf(what: string, { missing }: Listing<unknown>): NotListed | undefined {
  return missing && { what, count: missing.count, why: missing.cause.code };
}

/** A site whose id the key does not say is known by the hash of it. */
export function siteNameOf({ rpId, rpIdHash }: Pick<ShownCredential, "rpId" | "rpIdHash">): string {
  return rpId ?? `site of hash ${rpIdHash}`;
}

/** One line for a passkey. */
export function credentialLine({ id, name, displayName, publicKeyCose, ...site }: ShownCredential): string {
  return (
    `  ${id}  ${printable(siteNameOf(site))}  ${printable(name ?? displayName ?? "no name")}` +
    (publicKeyCose === undefined ? "" : ", key of an unknown kind")
  );
}

/** What a reset would delete, as far as the key says it; what it does not say stands in `unknown`. */
export interface KeyContents {
  readonly pinIsSet: boolean;
  readonly credentials?: readonly ShownCredential[];
  readonly fingerprints?: readonly { readonly id: string; readonly name?: string }[];
  readonly unknown: readonly string[];
}

/** Looks at what is on a key; lists need its PIN, which the user may decline to give. */
export async function contentsOf(key: OpenKey): Promise<KeyContents> {
  const { clientPin, credMgmt, credentialMgmtPreview, bioEnroll, userVerificationMgmtPreview } =
    key.session.info.options ?? {};
  const lists = credMgmt === true || credentialMgmtPreview === true;
  const hasFingers = bioEnroll === true || userVerificationMgmtPreview === true;
  const permissions =
    (lists ? Permission.credentialManagement : 0) | (hasFingers ? Permission.bioEnrollment : 0);
  const token = permissions === 0 ? undefined : await tokenUnlessDeclined(key, permissions);
  const listed = lists && token !== undefined ? await passkeysOn(key, token) : undefined;
  const fingers = hasFingers && token !== undefined ? await fingersOn(key, token) : undefined;
  return {
    pinIsSet: clientPin === true,
    ...(listed && { credentials: listed.credentials }),
    ...(fingers && { fingerprints: fingers }),
    unknown: [
      ...(listed === undefined
        ? [`which passkeys are on it${lists ? ": their list needs the PIN" : ""}`]
        : listed.unknown),
      ...(hasFingers && fingers === undefined
        ? ["which fingers are enrolled: their list needs the PIN"]
        : []),
      "which sites use it without a passkey on it, as a second factor",
    ],
  };
}

/** A PIN that is forgotten or blocked is a usual reason for a reset, and must not stop it. */
const WITHOUT_PIN: readonly string[] = ["PIN_DECLINED", "PIN_BLOCKED", "PIN_AUTH_BLOCKED", "UV_BLOCKED"];

async function tokenUnlessDeclined(key: OpenKey, permissions: number): Promise<PinUvAuthToken | undefined> {
  try {
    return await tokenIfGiven(key, { permissions, does: "lists what it holds" });
  } catch (error) {
    if (error instanceof UserVerificationError && WITHOUT_PIN.includes(error.code)) return undefined;
    throw error;
  }
}

async function passkeysOn(key: OpenKey, token: PinUvAuthToken) {
  const { found, notListed } = await credentialsOn(credentialManagement(key.session, token), key);
  return {
    credentials: found.map(({ shown }) => shown),
    unknown: notListed.map(({ what, count, why }) => `${count} of the ${what} (${why})`),
  };
}

async function fingersOn({ session, settle, options }: OpenKey, token: PinUvAuthToken) {
  const templates = await settle(bioEnrollment(session, token).templates(options));
  return templates.map(({ templateId, friendlyName }) => ({
    id: toHex(templateId),
    ...(friendlyName !== undefined && { name: friendlyName }),
  }));
}

/** What would be deleted, a line each. */
export function contentsLines({
  pinIsSet,
  credentials,
  fingerprints,
  unknown,
}: KeyContents): readonly string[] {
  return [
    pinIsSet ? "the PIN" : "no PIN: none is set",
    ...(credentials === undefined
      ? []
      : [counted(credentials.length, "passkey"), ...credentials.map(credentialLine)]),
    ...(fingerprints === undefined
      ? []
      : [
          counted(fingerprints.length, "finger"),
          ...fingerprints.map(({ id, name }) => `  ${id}  ${printable(name ?? "no name")}`),
        ]),
    "every credential that sites keep for it as a second factor, U2F included; settings and large blobs",
    ...unknown.map((what) => `not known: ${printable(what)}`),
  ];
}
