import type { SimExtension } from "../extension.js";
import { refuse } from "../refusal.js";

const ID = "largeBlobKey";
const KEY_BYTES = 32;

/**
 * A key for the credential's entry in the large-blob array; beside the authenticator data, because the site
 * must not see it.
 *
 * @see CTAP 2.3 §12.3
 */
export const largeBlobKey: SimExtension = {
  id: ID,
  make({ context, input, discoverable }) {
    if (input !== true || !discoverable) refuse("INVALID_OPTION");
    const key = context.env.entropy.bytes(KEY_BYTES);
    return { stored: key, largeBlobKey: key };
  },
  get({ input, credential }) {
    if (input !== true) refuse("INVALID_OPTION");
    const key = credential.extensions.get(ID);
    return key instanceof Uint8Array ? { largeBlobKey: key } : {};
  },
};
