import { ClientError } from "../client-error.js";
import type { ClientExtension } from "./client-extension.js";

/**
 * Refuses the AppIDs of U2F where a browser does, and says whether a login went by one: authenticate.ts asks for the
 * credentials of the list under the AppID where the authenticator has none under the rp id.
 *
 * @see WebAuthn Level 3 §10.1.1 (appid), §10.1.2 (appidExclude)
 */
export const appId: ClientExtension = {
  id: "appid",
  checkCreate({ appid, appidExclude }) {
    if (appid !== undefined) {
      throw new ClientError("EXTENSION_NOT_SUPPORTED", "appid is for get() only", {
        hint: "use appidExclude at registration",
      });
    }
    checkUrl("appidExclude", appidExclude);
  },
  checkGet({ appid }) {
    checkUrl("appid", appid);
  },
  get: ({ appid }) =>
    appid === undefined ? undefined : { outputs: ({ appIdUsed = false }) => ({ appid: appIdUsed }) },
};

/** An empty text stands for the page's own origin. */
function checkUrl(member: string, text: string | undefined): void {
  if (text === undefined || text === "" || URL.canParse(text)) return;
  throw new ClientError("EXTENSION_SYNTAX", `${member} is not a URL`);
}
