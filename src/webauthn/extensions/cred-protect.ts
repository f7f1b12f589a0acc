import { PlanError } from "../client/plan-uv.js";
import type { ClientExtension } from "./client-extension.js";

/** Levels on the wire, by the page's words. @see CTAP 2.3 §12.1 (credProtect) */
const LEVELS: ReadonlyMap<string | undefined, number> = new Map([
  ["userVerificationOptional", 1],
  ["userVerificationOptionalWithCredentialIDList", 2],
  ["userVerificationRequired", 3],
]);

/**
 * How well a credential hides from those who have not verified the user. No output: the level stands in the
 * authenticator data.
 *
 * @throws {PlanError} `CRED_PROTECT_UNAVAILABLE` when the site enforces a level the authenticator lacks.
 */
export const credProtect: ClientExtension = {
  id: "credProtect",
  create(asked, { session }) {
    const level = LEVELS.get(asked.credentialProtectionPolicy);
    if (level === undefined) return undefined;
    if (session.info.extensions?.includes("credProtect"))
      return { inputs: new Map([["credProtect", level]]) };
    if (asked.enforceCredentialProtectionPolicy === true && level > 1) {
      throw new PlanError("CRED_PROTECT_UNAVAILABLE", "this authenticator has no credProtect", {
        hint: "do not enforce the policy, or use an authenticator with the extension",
      });
    }
    return undefined;
  },
};
