import type { SimExtension } from "../extension.js";
import { refuse } from "../refusal.js";

const ID = "thirdPartyPayment";

/** Whether others than the site itself may ask for a payment with this credential. @see CTAP 2.2 §12.10 */
export const thirdPartyPayment: SimExtension = {
  id: ID,
  make({ input }) {
    if (typeof input !== "boolean") refuse("CBOR_UNEXPECTED_TYPE");
    return input ? { stored: true } : {};
  },
  get({ input, credential }) {
    if (typeof input !== "boolean") refuse("CBOR_UNEXPECTED_TYPE");
    return input ? { output: credential.extensions.get(ID) === true } : {};
  },
};
