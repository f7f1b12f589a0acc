import { readDer } from "../der.js";
import { bitsOf } from "../der-values.js";
import { ExtensionOid, type Certificate } from "../certificate.js";
import { defaultCrypto } from "../../../crypto/default.js";
import { certificateKey, ML_DSA_OIDS } from "../certificate-key.js";
import type { Finding } from "../finding.js";
import { reading, VerificationError } from "../verification-error.js";
import { isSameName } from "./names.js";
import { entryFor, readRevocationList, type RevocationList } from "./revocation-list.js";

/** Bit of keyUsage that lets a certificate sign lists, in its first byte. @see RFC 5280 §4.2.1.3 */
const CRL_SIGN = 0x02;

/** CRLReason of a certificate that is no longer on hold. */
const REMOVED_FROM_LIST = 8;

export interface RevocationInput {
  /** DER of certificate revocation lists, from files or wherever the site keeps them: nothing is fetched. */
  readonly revocationLists?: readonly Uint8Array[];
  /**
   * "if-listed" (default): a certificate is refused when a list names it. "required": also when no list that is valid at
   * the date says of it that it is good.
   */
  readonly revocationPolicy?: "if-listed" | "required";
  /** The date to judge by, in milliseconds since 1970. */
  readonly atEpochMs?: number;
}

/**
 * Judges whether the certificates of a valid path were revoked by who issued them.
 *
 * A list counts when the issuer's own key signed it. An old list still revokes; that a certificate is good, only a list
 * in its time and made for all of its issuer's certificates says.
 *
 * @param path leaf first, the anchor last; the anchor itself is not judged.
 * @throws {VerificationError} `RP_ATTESTATION_REVOKED`, `RP_ATTESTATION_REVOCATION_UNKNOWN`; `RP_REVOCATION_LIST` for
 *   bytes that are no list.
 * @see RFC 5280 §6.3
 */
export function judgeRevocation(
  path: readonly Certificate[],
  { revocationLists = [], revocationPolicy, atEpochMs }: RevocationInput,
): readonly Finding[] {
  const lists = revocationLists.map(readRevocationList);
  const findings: Finding[] = [];
  for (const [index, certificate] of path.slice(0, -1).entries()) {
    const reasons = judgeOne(certificate, path[index + 1] as Certificate, { lists, atEpochMs });
    if (reasons === undefined) continue;
    const detail = `certificate ${index}: ${reasons.length === 0 ? "no list of its issuer" : reasons.join("; ")}`;
    if (revocationPolicy === "required") {
      throw new VerificationError("RP_ATTESTATION_REVOCATION_UNKNOWN", detail);
    }
    if (reasons.length > 0) findings.push({ code: "REVOCATION_UNKNOWN", detail });
  }
  return findings;
}

/** Why nothing says that the certificate is good; `undefined` when a list does. */
function judgeOne(
  certificate: Certificate,
  issuer: Certificate,
  { lists, atEpochMs }: { readonly lists: readonly RevocationList[]; readonly atEpochMs: number | undefined },
): readonly string[] | undefined {
  const reasons: string[] = [];
  let isGood = false;
  for (const list of lists.filter(({ issuerName }) => isSameName(issuerName, issuer.subjectName))) {
    const useless = signatureFault(list, issuer);
    if (useless !== undefined) {
      reasons.push(useless);
      continue;
    }
    demandUnlisted(list, certificate);
    const doubt = list.partialFor(certificate) ?? dateFault(list, atEpochMs);
    if (doubt === undefined) isGood = true;
    else reasons.push(doubt);
  }
  return isGood ? undefined : reasons;
}

function demandUnlisted(list: RevocationList, certificate: Certificate): void {
  const entry = entryFor(list, certificate);
  if (entry === undefined || entry.reason === REMOVED_FROM_LIST) return;
  const since = new Date(entry.atEpochMs).toISOString();
  const why = entry.reason === undefined ? "" : `, reason ${entry.reason}`;
  throw new VerificationError("RP_ATTESTATION_REVOKED", `its issuer revoked a certificate at ${since}${why}`);
}

function signatureFault({ signed, signature }: RevocationList, issuer: Certificate): string | undefined {
  if (!maySignLists(issuer)) return "its issuer may not sign lists";
  const algorithm = ML_DSA_OIDS.get(signature.oid);
  const holds =
    algorithm === undefined
      ? issuer.x509.verifiesX509(signature.oid, signed, signature.bits)
      : reading("RP_REVOCATION_LIST", "signature", () =>
          defaultCrypto.verify(algorithm, certificateKey(issuer), signed, signature.bits),
        );
  if (holds === undefined)
    return `signature algorithm ${signature.oid} is not known here, or not of the issuer's key`;
  return holds ? undefined : "its signature does not hold";
}

function maySignLists({ extensions }: Certificate): boolean {
  const usage = extensions.get(ExtensionOid.KEY_USAGE);
  if (usage === undefined) return true;
  return reading("RP_ATTESTATION_CERTIFICATE", "keyUsage", () => {
    const [bits = 0] = bitsOf(readDer(usage.value));
    return (bits & CRL_SIGN) !== 0;
  });
}

function dateFault(
  { thisUpdateMs, nextUpdateMs }: RevocationList,
  atEpochMs: number | undefined,
): string | undefined {
  if (atEpochMs === undefined) return undefined;
  if (atEpochMs < thisUpdateMs) return "it was made after the date";
  if (nextUpdateMs !== undefined && atEpochMs > nextUpdateMs) return "it is older than the date allows";
  return undefined;
}
