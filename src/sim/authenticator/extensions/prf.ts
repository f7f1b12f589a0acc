import { evaluateSalts } from "../../../ctap/extensions/hmac-secret.js";
import {
  fromList,
  listValues,
  prfInput,
  prfOutput,
  saltsFor,
  type PrfValues,
} from "../../../ctap/messages/prf.js";
import type { CommandContext } from "../context.js";
import type { SimExtension } from "../extension.js";
import { refuse } from "../refusal.js";
import { credRandom, type CredRandomOf } from "./cred-random.js";

const ID = "prf";

/**
 * hmac-secret as phones have it: salts in the clear, because the link is encrypted as a whole, and results
 * among the unsigned outputs. Only verified users get results.
 *
 * @see hybrid transports; Chromium, virtual_ctap2_device.cc
 */
export const prf: SimExtension = {
  id: ID,
  make({ context, input, secretKey, userVerified }) {
    const { eval: salts, evalByCredential } = prfInput.read(input, ID);
    if (evalByCredential !== undefined) refuse("INVALID_OPTION");
    const results = answer(context, salts, { secretKey, userVerified });
    return {
      stored: true,
      unsignedOutput: prfOutput.write({ enabled: true, ...(results && { results }) }),
    };
  },
  get({ context, input, credential, userVerified }) {
    const asked = prfInput.read(input, ID);
    if (credential.extensions.get(ID) !== true) return {};
    const { secretKey } = credential;
    const results = answer(context, saltsFor(asked, credential.id), { secretKey, userVerified });
    return results ? { unsignedOutput: prfOutput.write({ results }) } : {};
  },
};

function answer(
  context: CommandContext,
  salts: PrfValues | undefined,
  whose: CredRandomOf,
): PrfValues | undefined {
  if (salts === undefined || !whose.userVerified) return undefined;
  return fromList(evaluateSalts(context.crypto, credRandom(context, whose), listValues(salts)));
}
