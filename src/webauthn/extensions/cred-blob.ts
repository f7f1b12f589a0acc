import { toBase64url } from "../../core/bytes.js";
import type { ClientExtension } from "./client-extension.js";
import { hasExtension } from "./device-facts.js";

const ID = "credBlob";

/**
 * A few bytes of the site's, kept with a discoverable credential: `credBlob` at creation, `getCredBlob` at
 * assertion.
 *
 * More than the authenticator takes is not even sent: the answer would be the same.
 *
 * @see CTAP 2.3 §12.2 (credBlob)
 */
export const credBlob: ClientExtension = {
  id: ID,
  create({ credBlob: blob }, { session: { info } }) {
    if (blob === undefined) return undefined;
    const fits = hasExtension(info, ID) && blob.length <= (info.maxCredBlobLength ?? 0);
    if (!fits) return { outputs: () => ({ credBlob: false }) };
    return {
      inputs: new Map([[ID, blob]]),
      outputs: ({ authenticatorData: { extensions } }) => ({ credBlob: extensions?.get(ID) === true }),
    };
  },
  get(asked, { session: { info } }) {
    if (asked.getCredBlob !== true || !hasExtension(info, ID)) return undefined;
    return {
      inputs: new Map([[ID, true]]),
      outputs({ authenticatorData: { extensions } }) {
        const blob = extensions?.get(ID);
        return blob instanceof Uint8Array ? { getCredBlob: toBase64url(blob) } : {};
      },
    };
  },
};
