import type { CredentialDescriptor } from "../../ctap/messages/common.js";
import type { AuthenticatorInfo } from "../../ctap/messages/get-info.js";

export interface ListPlan {
  /** Everything that may be on this authenticator, in the site's order. */
  readonly list: readonly CredentialDescriptor[];
  /** Not empty only when `list` is more than one command may carry. */
  readonly preflight: readonly (readonly CredentialDescriptor[])[];
}

/** Entries per list an authenticator takes that does not say. Source: Chromium assumes the same. */
const COUNT_DEFAULT = 1;

/** Bytes per message an authenticator takes that does not say. @see CTAP 2.3 §6.4 (maxMsgSize) */
const MESSAGE_BYTES_DEFAULT = 1024;

/** CBOR around one id: map head, `id`, byte string head, `type`, `public-key`, rounded up. */
const DESCRIPTOR_OVERHEAD_BYTES = 32;

/** The rest of the message, generously: rp, user with three texts of 64 bytes, parameters, token proof. */
const REST_BYTES = 512;

/**
 * Cuts a site's credential list to what one command may carry.
 *
 * Ids longer than the authenticator makes them cannot be its own and are left out. A phone gets the list
 * whole: it has no such limits, and probing would use up its only command.
 *
 * @see CTAP 2.3 §6.1.1 and §6.2.1 (pre-flight)
 */
export function planLists(
  info: AuthenticatorInfo,
  wanted: readonly CredentialDescriptor[],
  { oneShot }: { readonly oneShot: boolean },
): ListPlan {
  const known = wanted.filter(({ type }) => type === "public-key");
  if (oneShot) return { list: known, preflight: [] };
  const list = known.filter(({ id }) => id.length <= (info.maxCredentialIdLength ?? Infinity));
  const chunks = cutToFit(list, info);
  return { list, preflight: chunks.length > 1 ? chunks : [] };
}

function cutToFit(
  list: readonly CredentialDescriptor[],
  info: AuthenticatorInfo,
): readonly (readonly CredentialDescriptor[])[] {
  const countMax = info.maxCredentialCountInList ?? COUNT_DEFAULT;
  const bytesMax = (info.maxMsgSize ?? MESSAGE_BYTES_DEFAULT) - REST_BYTES;
  const chunks: CredentialDescriptor[][] = [];
  let bytes = 0;
  for (const descriptor of list) {
    const size = descriptor.id.length + DESCRIPTOR_OVERHEAD_BYTES;
    const last = chunks.at(-1);
    if (last !== undefined && last.length < countMax && bytes + size <= bytesMax) {
      last.push(descriptor);
      bytes += size;
    } else {
      chunks.push([descriptor]);
      bytes = size;
    }
  }
  return chunks;
}
