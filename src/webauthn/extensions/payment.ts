import type { ExtensionsJSON } from "../json.js";
import type { ClientExtension, ExtensionContext, ExtensionRun } from "./client-extension.js";
import { hasExtension } from "./device-facts.js";

const ON_THE_WIRE = "thirdPartyPayment";

/**
 * A credential that others than its site may ask for a payment with. No output: what an assertion says of
 * it stands in the authenticator data.
 *
 * @see Secure Payment Confirmation §5 (payment extension); CTAP 2.2 §12.10 (thirdPartyPayment)
 */
export const payment: ClientExtension = { id: "payment", create: ask, get: ask };

function ask(asked: ExtensionsJSON, { session }: ExtensionContext): ExtensionRun | undefined {
  const wanted = asked["payment"];
  if (typeof wanted !== "object" || wanted === null) return undefined;
  if ((wanted as ExtensionsJSON)["isPayment"] !== true || !hasExtension(session.info, ON_THE_WIRE)) {
    return undefined;
  }
  return { inputs: new Map([[ON_THE_WIRE, true]]) };
}
