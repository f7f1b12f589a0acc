import type { CommandContext } from "../context.js";
import type { SimExtension } from "../extension.js";
import { refuse } from "../refusal.js";

const ID = "credBlob";

/** What a device takes whose profile does not say, in bytes: the least that is allowed. @see CTAP 2.3 §6.4 */
const BYTES_MAX_DEFAULT = 32;

/** Longest credBlob, in bytes. */
export function credBlobBytesMax({ profile }: Pick<CommandContext, "profile">): number {
  return profile.limits.credBlobBytes ?? BYTES_MAX_DEFAULT;
}

/** A few bytes of the site's, kept with a discoverable credential. @see CTAP 2.3 §12.2 */
export const credBlob: SimExtension = {
  id: ID,
  make({ context, input, discoverable }) {
    if (!(input instanceof Uint8Array)) refuse("CBOR_UNEXPECTED_TYPE");
    const fits = discoverable && input.length <= credBlobBytesMax(context);
    return fits ? { output: true, stored: input } : { output: false };
  },
  get({ input, credential }) {
    if (typeof input !== "boolean") refuse("CBOR_UNEXPECTED_TYPE");
    if (!input) return {};
    return { output: credential.extensions.get(ID) ?? new Uint8Array(0) };
  },
};
