import { equalBytes } from "../../../core/bytes.js";
import { defaultCrypto } from "../../../crypto/default.js";
import { certificateKey, sameKey } from "../certificate-key.js";
import { readDer } from "../der.js";
import { insideOf, isContext, membersOf, octetsOf } from "../der-values.js";
import { reading, VerificationError } from "../verification-error.js";
import type { AttestationInput, AttestationResult } from "./attestation-input.js";
import { signedBytes } from "./signed-by.js";
import { Statement } from "./statement.js";

/** Apple's extension that carries the nonce. @see WebAuthn Level 3 §8.8 */
const NONCE_OID = "1.2.840.113635.100.8.2";

/**
 * Apple's anonymous attestation: no signature of its own, the certificate is made for this very ceremony.
 *
 * The statement proves something only together with the chain to Apple's root: without trust anchors, any party could
 * have made the certificate.
 *
 * @see WebAuthn Level 3 §8.8
 */
export function verifyApple(input: AttestationInput): AttestationResult {
  const trustPath = new Statement("apple", input.attStmt).certificates();
  const [leaf] = trustPath;
  const extension = leaf.extensions.get(NONCE_OID);
  if (extension === undefined) {
    throw new VerificationError("RP_ATTESTATION_CERTIFICATE", "apple: the nonce extension is missing");
  }
  const stated = reading("RP_ATTESTATION_CERTIFICATE", "apple: nonce extension", () => {
    const tagged = membersOf(readDer(extension.value)).find((item) => isContext(item, 1));
    return octetsOf(tagged === undefined ? undefined : insideOf(tagged));
  });
  if (!equalBytes(stated, defaultCrypto.sha256(signedBytes(input)))) {
    throw new VerificationError(
      "RP_ATTESTATION_NONCE",
      "apple: the certificate was made for another ceremony",
    );
  }
  if (!sameKey(certificateKey(leaf), input.credential.publicKey.key)) {
    throw new VerificationError("RP_ATTESTATION_KEY", "apple: the certificate is of another key");
  }
  return { type: "anonca", trustPath, findings: [] };
}
