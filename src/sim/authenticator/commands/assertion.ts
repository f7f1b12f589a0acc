import type { CborValue } from "../../../cbor/value.js";
import { concat } from "../../../core/bytes.js";
import { encodeAuthenticatorData } from "../../../ctap/messages/authenticator-data.js";
import {
  encodeGetAssertionResponse,
  type GetAssertionResponse,
} from "../../../ctap/messages/get-assertion.js";
import { hasQuirk } from "../../profiles/profile.js";
import { hashOfRpId, type CommandContext } from "../context.js";
import { nextSignCount, traceCredential, type UsableCredential } from "../store/credentials.js";
import { runExtensions } from "../extensions/table.js";
import { signWith } from "../signing.js";

/** Everything all assertions of one request share. */
export interface AssertionTerms {
  readonly rpId: string;
  readonly clientDataHash: Uint8Array;
  readonly userPresent: boolean;
  readonly userVerified: boolean;
  readonly extensions: ReadonlyMap<string, CborValue>;
  /** Entries of the allow list; 0 without one. */
  readonly allowed: number;
  /** The token that the request was signed with, if it was. */
  readonly token: object | undefined;
}

/** Steps 10 and 13 of getAssertion: extensions, then the signature. */
export function assert(
  context: CommandContext,
  terms: AssertionTerms,
  credential: UsableCredential,
  more: Pick<GetAssertionResponse, "numberOfCredentials" | "userSelected"> = {},
): Uint8Array {
  const { crypto, profile } = context;
  const known = context.store.find(credential.id);
  const { userPresent, userVerified, allowed } = terms;
  const { outputs, unsignedOutputs, largeBlobKey } = runExtensions(
    context,
    terms.extensions,
    (extension, input) => extension.get?.({ context, input, credential, userPresent, userVerified, allowed }),
  );
  const authData = encodeAuthenticatorData({
    rpIdHash: hashOfRpId(context, terms.rpId),
    userPresent,
    userVerified,
    backupEligible: profile.backup !== "none",
    backedUp: profile.backup === "backed-up" || (profile.backup === "eligible" && known?.backedUp === true),
    signCount: nextSignCount(context, credential.id),
    ...(outputs.size > 0 && { extensions: outputs }),
  });
  traceCredential(context, "used", { ...credential, userId: known?.userId });
  const implied = allowed === 1 && hasQuirk(profile, "omitsSingleCredential");
  return encodeGetAssertionResponse({
    ...(!implied && { credential: { id: credential.id, type: "public-key" } }),
    authData,
    signature: signWith(crypto, credential, concat(authData, terms.clientDataHash)),
    // Names are returned only to a verified user.
    ...(credential.user && { user: userVerified ? credential.user : { id: credential.user.id } }),
    ...more,
    ...(largeBlobKey && { largeBlobKey }),
    ...(unsignedOutputs.size > 0 && { unsignedExtensionOutputs: unsignedOutputs }),
  });
}
