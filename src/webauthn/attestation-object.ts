import type { CborValue } from "../cbor/value.js";
import { encodeCbor } from "../cbor/encode.js";
import type { MakeCredentialResponse } from "../ctap/messages/make-credential.js";

export type Conveyance = "none" | "indirect" | "direct" | "enterprise";

export interface AttestationObject {
  readonly bytes: Uint8Array;
  /** The authenticator data within it. */
  readonly authData: Uint8Array;
}

/** Where the model's id stands: after rp id hash, flags and counter. @see WebAuthn Level 3 §6.1 */
const AAGUID_OFFSET = 37;
const AAGUID_END = AAGUID_OFFSET + 16;

/**
 * What the site gets of the attestation.
 *
 * A site that asked for none learns nothing of the model: statement and model id are wiped. Two answers stay as they
 * are, because they identify no model: self attestation without a model id, and an authenticator that attested nothing
 * in the first place (passkey providers then keep their model id).
 *
 * @see WebAuthn Level 3 §5.1.3 (attestation conveyance), §6.5.4 (attestation object)
 */
export function buildAttestationObject(
  response: MakeCredentialResponse,
  conveyance: Conveyance,
): AttestationObject {
  if (conveyance !== "none" || response.fmt === "none" || isSelfAttestation(response)) {
    return encode(response.fmt, response.attStmt, response.authData);
  }
  const authData = response.authData.slice();
  authData.fill(0, AAGUID_OFFSET, AAGUID_END);
  return encode("none", new Map(), authData);
}

function isSelfAttestation({ fmt, attStmt, authData }: MakeCredentialResponse): boolean {
  return (
    fmt === "packed" &&
    attStmt instanceof Map &&
    !attStmt.has("x5c") &&
    authData.subarray(AAGUID_OFFSET, AAGUID_END).every((byte) => byte === 0)
  );
}

function encode(fmt: string, attStmt: CborValue, authData: Uint8Array): AttestationObject {
  const members: [string, CborValue][] = [
    ["fmt", fmt],
    ["attStmt", attStmt],
    ["authData", authData],
  ];
  return { bytes: encodeCbor(new Map(members)), authData };
}
