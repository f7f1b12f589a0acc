import type { CborValue } from "../../../cbor/value.js";
import type { CommandContext } from "../context.js";
import type { SimExtension } from "../extension.js";
import { minPinLength, minPinLengthRpIds, pinComplexityPolicy } from "../verification/pin-policy.js";
import { refuse } from "../refusal.js";

/** How long a PIN must be, for sites the owner's administrator named. @see CTAP 2.3 §12.5 */
export const minPinLengthExtension = forNamedSites("minPinLength", minPinLength);

/** Whether PINs must be more than long, for the same sites. @see CTAP 2.3 §12.6 */
export const pinComplexityPolicyExtension = forNamedSites("pinComplexityPolicy", pinComplexityPolicy);

/** An answer at creation only, and only to sites on the list that setMinPINLength keeps. */
function forNamedSites(id: string, answer: (context: CommandContext) => CborValue): SimExtension {
  return {
    id,
    make({ context, input, rpId }) {
      if (typeof input !== "boolean") refuse("CBOR_UNEXPECTED_TYPE");
      return input && minPinLengthRpIds(context).includes(rpId) ? { output: answer(context) } : {};
    },
  };
}
