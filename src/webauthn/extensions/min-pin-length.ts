import type { ClientExtension } from "./client-extension.js";

/**
 * Asks for the authenticator's minimum PIN length; it answers, in the authenticator data, only sites on its list.
 *
 * @see CTAP 2.3 §12.5 (minPinLength)
 */
export const minPinLength: ClientExtension = {
  id: "minPinLength",
  create(asked, { session }) {
    if (asked.minPinLength !== true || !session.info.extensions?.includes("minPinLength")) return undefined;
    return { inputs: new Map([["minPinLength", true]]) };
  },
};
