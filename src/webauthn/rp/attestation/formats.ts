import { verifyAndroidKey } from "./android-key.js";
import { verifyAndroidSafetyNet } from "./android-safetynet.js";
import { verifyApple } from "./apple.js";
import type { AttestationVerifier } from "./attestation-input.js";
import { verifyCompound } from "./compound.js";
import { verifyFidoU2f } from "./fido-u2f.js";
import { verifyNone } from "./none.js";
import { verifyPacked } from "./packed.js";
import { verifyTpm } from "./tpm.js";

/** Every format of the registry. @see IANA WebAuthn Attestation Statement Format Identifiers */
export const ATTESTATION_FORMATS: ReadonlyMap<string, AttestationVerifier> = new Map([
  ["none", verifyNone],
  ["packed", verifyPacked],
  ["fido-u2f", verifyFidoU2f],
  ["tpm", verifyTpm],
  ["android-key", verifyAndroidKey],
  ["android-safetynet", verifyAndroidSafetyNet],
  ["apple", verifyApple],
  ["compound", verifyCompound],
]);
