import type { ClientExtension } from "./client-extension.js";
import { hasExtension } from "./device-facts.js";

const ID = "pinComplexityPolicy";

/**
 * Asks whether the authenticator insists on more than long PINs; it answers, in the authenticator data, only
 * sites on its list.
 *
 * @see CTAP 2.3 §12.6 (pinComplexityPolicy)
 */
export const pinComplexityPolicy: ClientExtension = {
  id: ID,
  create(asked, { session }) {
    if (asked.pinComplexityPolicy !== true || !hasExtension(session.info, ID)) return undefined;
    return { inputs: new Map([[ID, true]]) };
  },
};
