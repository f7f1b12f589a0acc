import type { CborValue } from "../../../cbor/value.js";
import {
  evaluateSalts,
  hmacSecretInput,
  openSalts,
  sealOutputs,
} from "../../../ctap/extensions/hmac-secret.js";
import { supportedProtocol, type CommandContext } from "../context.js";
import type { SimExtension } from "../extension.js";
import { sharedSecretWith } from "../verification/key-agreement.js";
import { refuse } from "../refusal.js";
import { credRandom, type CredRandomOf } from "./cred-random.js";

/**
 * Two secrets per credential, one of them for verified users only, each a function of salts.
 *
 * @see CTAP 2.3 §12.7
 */
export const hmacSecret: SimExtension = {
  id: "hmac-secret",
  make({ input }) {
    if (typeof input !== "boolean") refuse("CBOR_UNEXPECTED_TYPE");
    return input ? { output: true, stored: true } : {};
  },
  get({ context, input, credential, userPresent, userVerified }) {
    if (!userPresent) refuse("UNSUPPORTED_OPTION");
    if (credential.extensions.get("hmac-secret") !== true) return {};
    const { secretKey } = credential;
    return { output: answerSalts(context, input, { secretKey, userVerified }) };
  },
};

/** The same at creation, so that a site has its secret with one gesture. @see CTAP 2.2 §12.8 */
export const hmacSecretMc: SimExtension = {
  id: "hmac-secret-mc",
  make({ context, input, inputs, secretKey, userVerified }) {
    if (inputs.get("hmac-secret") !== true) refuse("MISSING_PARAMETER");
    return { output: answerSalts(context, input, { secretKey, userVerified }) };
  },
};

function answerSalts(context: CommandContext, input: CborValue, whose: CredRandomOf): Uint8Array {
  const asked = hmacSecretInput.read(input, "hmac-secret");
  const protocol = supportedProtocol(context, asked.pinUvAuthProtocol ?? 1);
  const sharedSecret = sharedSecretWith(context, protocol, asked.keyAgreement);
  const salts = openSalts({ protocol, sharedSecret }, asked);
  const outputs = evaluateSalts(context.crypto, credRandom(context, whose), salts);
  return sealOutputs({ protocol, sharedSecret }, outputs, context.env.entropy);
}
