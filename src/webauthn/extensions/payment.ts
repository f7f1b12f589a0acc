import type { ExtensionInputs } from "../idl/parse-options.js";
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

function ask({ payment: wanted }: ExtensionInputs, { session }: ExtensionContext): ExtensionRun | undefined {
  if (wanted?.isPayment !== true || !hasExtension(session.info, ON_THE_WIRE)) return undefined;
  return { inputs: new Map([[ON_THE_WIRE, true]]) };
}
