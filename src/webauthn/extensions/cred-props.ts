import type { ClientExtension } from "./client-extension.js";

/** Versions whose authenticators never make a credential discoverable unasked. @see CTAP 2.1 §6.1.2 step 18 */
const KEEPS_TO_RK = ["FIDO_2_1", "FIDO_2_2", "FIDO_2_3"];

/**
 * Reports to the site whether its credential is discoverable.
 *
 * Left open (`{}`) for CTAP 2.0 authenticators that were not asked for a discoverable one: they may make
 * one all the same. U2F authenticators never do.
 *
 * @see WebAuthn Level 3 §10.1.3
 */
export const credProps: ClientExtension = {
  id: "credProps",
  create(asked, { residentKey, session }) {
    if (asked.credProps !== true) return undefined;
    const { versions } = session.info;
    const isU2f = !versions.some((version) => version.startsWith("FIDO_"));
    const isKnown = residentKey || isU2f || versions.some((version) => KEEPS_TO_RK.includes(version));
    return { outputs: () => ({ credProps: isKnown ? { rk: residentKey } : {} }) };
  },
};
