import type { CredentialDescriptor } from "../../ctap/messages/common.js";
import type { AuthenticatorInfo } from "../../ctap/messages/get-info.js";
import type { Ctap2Session } from "../../ctap/client/session.js";

/** What one command may carry. */
export interface ListLimits {
  /** Entries of a list. */
  readonly count: number;
  /** Bytes of the whole request, command byte included. */
  readonly bytes: number;
}

/** Returns the bytes of the whole request that carries this list. */
export type RequestSize = (list: readonly CredentialDescriptor[]) => number;

/** Entries per list an authenticator takes that does not say. Source: Chromium assumes the same. */
const COUNT_DEFAULT = 1;

/**
 * Returns the credentials of a site's list that may be on this authenticator, in the site's order.
 *
 * Ids longer than the authenticator makes them, or than the messages it takes, cannot be its own. A phone gets the list
 * whole: it names no limits.
 *
 * @see CTAP 2.3 §6.1.1 and §6.2.1 (pre-flight)
 */
export function eligibleCredentials(
  { maxCredentialIdLength, maxMsgSize }: AuthenticatorInfo,
  wanted: readonly CredentialDescriptor[],
  { oneShot }: { readonly oneShot: boolean },
): readonly CredentialDescriptor[] {
  const known = wanted.filter(({ type }) => type === "public-key");
  if (oneShot) return known;
  // A limit of zero says nothing.
  const longest = Math.min(maxCredentialIdLength || Infinity, maxMsgSize || Infinity);
  return known.filter(({ id }) => id.length <= longest);
}

/** Returns what one command to this authenticator may carry; a phone names no limits and takes lists whole. */
export function listLimits({
  device,
  info,
  requestBytesMax,
}: Pick<Ctap2Session, "device" | "info" | "requestBytesMax">): ListLimits {
  if (device.oneShot) return { count: Infinity, bytes: Infinity };
  return { count: info.maxCredentialCountInList || COUNT_DEFAULT, bytes: requestBytesMax };
}

/** Returns whether one command may carry the whole list. */
export function fitsWhole(
  list: readonly CredentialDescriptor[],
  { count, bytes }: ListLimits,
  size: RequestSize,
): boolean {
  return list.length <= count && (bytes === Infinity || size(list) <= bytes);
}

/** Cuts a list into lists that one command each may carry. An id that fits into no command is left out. */
export function cutToFit(
  list: readonly CredentialDescriptor[],
  limits: ListLimits,
  size: RequestSize,
): readonly (readonly CredentialDescriptor[])[] {
  const chunks: CredentialDescriptor[][] = [];
  for (const descriptor of list) {
    const last = chunks.at(-1);
    if (last !== undefined && fitsWhole([...last, descriptor], limits, size)) last.push(descriptor);
    else if (fitsWhole([descriptor], limits, size)) chunks.push([descriptor]);
  }
  return chunks;
}
