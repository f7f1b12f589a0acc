import {
  AuthenticatorDataError,
  parseAuthenticatorData,
  type AuthenticatorData,
} from "../../ctap/messages/authenticator-data.js";
import { CoseKeyError } from "../../ctap/messages/cose.js";
import type { Finding } from "./finding.js";
import { repairEddsaKey } from "./repair-eddsa-key.js";
import { VerificationError } from "./verification-error.js";

/**
 * Authenticator data as a site reads it: encoding rules broken in the wild become findings.
 *
 * @throws {VerificationError} `RP_AUTHENTICATOR_DATA`, `RP_BACKUP_STATE`, `RP_ALGORITHM_UNSUPPORTED`.
 */
export function readAuthenticatorData(bytes: Uint8Array): {
  readonly parsed: AuthenticatorData;
  readonly findings: readonly Finding[];
} {
  const repaired = repairEddsaKey(bytes);
  const findings: Finding[] = [];
  if (repaired !== undefined) {
    findings.push({
      code: "KEY_WITH_TEXT_LABELS",
      detail: "an Ed25519 key with text labels, read all the same",
    });
  }
  try {
    const parsed = parseAuthenticatorData(repaired ?? bytes, (fault, offset) =>
      findings.push({ code: `CBOR_${fault}`, detail: `authenticator data, offset ${offset}` }),
    );
    return { parsed, findings };
  } catch (error) {
    if (!(error instanceof AuthenticatorDataError)) throw error;
    throw new VerificationError(codeOf(error), error.message, { cause: error });
  }
}

function codeOf({ code, cause }: AuthenticatorDataError) {
  if (code === "AUTH_DATA_BACKUP_STATE") return "RP_BACKUP_STATE";
  return cause instanceof CoseKeyError && cause.code === "COSE_UNSUPPORTED"
    ? "RP_ALGORITHM_UNSUPPORTED"
    : "RP_AUTHENTICATOR_DATA";
}
