import { concat, equalBytes } from "../../../core/bytes.js";
import { defaultCrypto } from "../../../crypto/default.js";
import { sameKey } from "../certificate-key.js";
import { ExtensionOid, nameAttributes, type Certificate } from "../certificate.js";
import { readDer } from "../der.js";
import { insideOf, isContext, membersOf, oidOf } from "../der-values.js";
import type { Finding } from "../finding.js";
import { hashOfAlgorithm } from "../signature.js";
import { readCertifyInfo, readPublicArea, tpmHash } from "../tpm-structures.js";
import { isTpmVendor } from "../tpm-vendors.js";
import { reading, VerificationError } from "../verification-error.js";
import type { AttestationInput, AttestationResult } from "./attestation-input.js";
import { demandAaguid, demandEndEntity, demandSignedByCertificate, signedBytes } from "./signed-by.js";
import { Statement } from "./statement.js";

/** @see TCG Credential Profile EK 2.0 §3.2.9, §3.2.16 */
const TpmOid = {
  MANUFACTURER: "2.23.133.2.1",
  MODEL: "2.23.133.2.2",
  VERSION: "2.23.133.2.3",
  AIK_CERTIFICATE: "2.23.133.8.3",
} as const;

/** GeneralName's choice for a directory name. @see RFC 5280 §4.2.1.6 */
const DIRECTORY_NAME = 4;

/**
 * Keys of a trusted platform module, certified by its attestation key.
 *
 * The signature is read as bare bytes: what every platform sends, though the text speaks of TPMT_SIGNATURE.
 *
 * @see WebAuthn Level 3 §8.3
 */
export function verifyTpm(input: AttestationInput): AttestationResult {
  const statement = new Statement("tpm", input.attStmt);
  if (statement.text("ver") !== "2.0") {
    throw new VerificationError("RP_ATTESTATION_STATEMENT", "tpm: ver is not 2.0");
  }
  const alg = statement.algorithm();
  const certInfo = statement.bytes("certInfo");
  const pubArea = statement.bytes("pubArea");
  const trustPath = statement.certificates();
  const [leaf] = trustPath;
  demandSignedByCertificate(leaf, { alg, message: certInfo, signature: statement.bytes("sig") });
  demandCertifiedKey({ pubArea, certInfo, alg }, input);
  const manufacturer = demandAttestationKeyCertificate(leaf);
  demandAaguid(leaf, input.credential.aaguid);
  const findings = [...demandEndEntity(leaf, input.policy)];
  if (!isTpmVendor(manufacturer)) findings.push(unknownVendor(manufacturer));
  return { type: "attca", trustPath, findings };
}

function demandCertifiedKey(
  tpm: { readonly pubArea: Uint8Array; readonly certInfo: Uint8Array; readonly alg: number },
  input: AttestationInput,
): void {
  const { nameAlg, key } = readPublicArea(tpm.pubArea);
  if (!sameKey(key, input.credential.publicKey.key)) {
    throw new VerificationError("RP_ATTESTATION_KEY", "tpm: pubArea is of another key");
  }
  const { extraData, name } = readCertifyInfo(tpm.certInfo);
  const nameHash = tpmHash(nameAlg);
  if (nameHash === undefined) throw new VerificationError("RP_ATTESTATION_TPM", `tpm: nameAlg ${nameAlg}`);
  const ownName = concat(
    Uint8Array.of(nameAlg >> 8, nameAlg & 0xff),
    defaultCrypto.hash(nameHash, tpm.pubArea),
  );
  if (!equalBytes(name, ownName)) {
    throw new VerificationError("RP_ATTESTATION_TPM", "tpm: certInfo is about another key than pubArea");
  }
  const hash = hashOfAlgorithm(tpm.alg);
  if (hash === undefined) {
    throw new VerificationError(
      "RP_ATTESTATION_ALGORITHM",
      `tpm: algorithm ${tpm.alg} has no hash of its own`,
    );
  }
  if (!equalBytes(extraData, defaultCrypto.hash(hash, signedBytes(input)))) {
    throw new VerificationError("RP_ATTESTATION_NONCE", "tpm: certInfo was made for another ceremony");
  }
}

/** @returns the manufacturer it names. @see WebAuthn Level 3 §8.3.1 */
function demandAttestationKeyCertificate(leaf: Certificate): string {
  const refuse = (what: string): never => {
    throw new VerificationError("RP_ATTESTATION_CERTIFICATE", `tpm: ${what}`);
  };
  if (leaf.subject.length > 0) refuse("the subject is not empty");
  const alternative = leaf.extensions.get(ExtensionOid.SUBJECT_ALT_NAME);
  const usage = leaf.extensions.get(ExtensionOid.EXTENDED_KEY_USAGE);
  if (alternative === undefined) return refuse("the alternative name is missing");
  if (usage === undefined) return refuse("the extended key usage is missing");
  return reading("RP_ATTESTATION_CERTIFICATE", "tpm: attestation key certificate", () => {
    if (!membersOf(readDer(usage.value)).map(oidOf).includes(TpmOid.AIK_CERTIFICATE)) {
      refuse("the certificate is not one of an attestation key");
    }
    const names = membersOf(readDer(alternative.value))
      .filter((name) => isContext(name, DIRECTORY_NAME))
      .flatMap((name) => nameAttributes(insideOf(name)));
    const textOf = (oid: string) => names.find((attribute) => attribute.oid === oid)?.text;
    const manufacturer = textOf(TpmOid.MANUFACTURER);
    const complete = textOf(TpmOid.MODEL) !== undefined && textOf(TpmOid.VERSION) !== undefined;
    if (manufacturer === undefined || !complete) return refuse("manufacturer, model or version is missing");
    return manufacturer;
  });
}

function unknownVendor(manufacturer: string): Finding {
  return {
    code: "TPM_VENDOR",
    detail: `manufacturer ${JSON.stringify(manufacturer)} is not in the registry`,
  };
}
