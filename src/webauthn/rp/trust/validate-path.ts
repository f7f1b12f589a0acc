import { defaultCrypto } from "../../../crypto/default.js";
import { certificateKey, ML_DSA_OIDS } from "../certificate-key.js";
import { ExtensionOid, isAuthority, pathLengthOf, type Certificate } from "../certificate.js";
import { VerificationError } from "../verification-error.js";
import { demandNames, nameConstraintsOf } from "./name-constraints.js";
import { isSameName, isSelfIssued } from "./names.js";

/**
 * Extensions that path validation here can honour. Policies, and what limits or maps them, bind nobody who asks for none,
 * unless an authority requires one (policyConstraints): that one is refused. What a format demands of key usages and
 * alternative names, the format checks.
 */
const HONOURED: ReadonlySet<string> = new Set([
  ExtensionOid.KEY_USAGE,
  ExtensionOid.SUBJECT_ALT_NAME,
  ExtensionOid.BASIC_CONSTRAINTS,
  ExtensionOid.NAME_CONSTRAINTS,
  ExtensionOid.DISTRIBUTION_POINTS,
  ExtensionOid.CERTIFICATE_POLICIES,
  ExtensionOid.POLICY_MAPPINGS,
  ExtensionOid.INHIBIT_ANY_POLICY,
  ExtensionOid.EXTENDED_KEY_USAGE,
]);

export interface PathOptions {
  /** True when the last certificate is an anchor: the site trusts it, whatever its dates and extensions say. */
  readonly anchored: boolean;
  /** The date to judge by, in milliseconds since 1970; without one, no date is judged. */
  readonly atEpochMs?: number | undefined;
}

/**
 * Validates a certification path, leaf first: each certificate issued by the next, which is an authority that may have
 * as many below it and allows their names, without critical extensions that nothing here knows, all valid at the date.
 *
 * Of an anchor's own extensions those count that limit what is below it (basicConstraints, name constraints); that it
 * states none is no fault, as old roots of version 1 do not.
 *
 * @throws {VerificationError} `RP_ATTESTATION_CHAIN`, `RP_ATTESTATION_NOT_AN_AUTHORITY`, `RP_ATTESTATION_PATH_LENGTH`,
 *   `RP_ATTESTATION_NAME_CONSTRAINTS`, `RP_ATTESTATION_CRITICAL_EXTENSION`, `RP_ATTESTATION_EXPIRED`.
 * @see RFC 5280 §6.1; certificate policies are not asked for (any policy will do)
 */
export function validatePath(path: readonly Certificate[], { anchored, atEpochMs }: PathOptions): void {
  const own = anchored ? path.slice(0, -1) : path;
  for (const [index, parent] of path.entries()) {
    const child = path[index - 1];
    if (child !== undefined) demandIssued({ child, parent, index, isAnchor: index >= own.length });
  }
  for (const [index, parent] of path.entries()) demandLength(parent, path.slice(1, index));
  for (const certificate of own) demandKnownExtensions(certificate);
  for (const [index, certificate] of own.entries()) {
    // A certificate that an authority issues to itself, such as for a new key, keeps its name; the last one counts.
    if (index > 0 && isSelfIssued(certificate)) continue;
    const above = path.slice(index + 1).flatMap((authority) => nameConstraintsOf(authority) ?? []);
    demandNames(certificate, above);
  }
  if (atEpochMs !== undefined) for (const certificate of own) demandDate(certificate, atEpochMs);
}

/** Whether the names fit and the parent's key signed: what makes a certificate a candidate for the next one up. */
export function isSignedBy(child: Certificate, parent: Certificate): boolean {
  return isSameName(child.issuerName, parent.subjectName) && signatureHolds(child, parent);
}

/** @throws {VerificationError} `RP_ATTESTATION_EXPIRED` */
export function demandDate({ notBeforeMs, notAfterMs }: Certificate, atEpochMs: number): void {
  if (atEpochMs >= notBeforeMs && atEpochMs <= notAfterMs) return;
  const [from, to, at] = [notBeforeMs, notAfterMs, atEpochMs].map((epochMs) =>
    new Date(epochMs).toISOString(),
  );
  throw new VerificationError("RP_ATTESTATION_EXPIRED", `valid ${from} to ${to}, judged at ${at}`);
}

interface Link {
  readonly child: Certificate;
  readonly parent: Certificate;
  /** The parent's place in the path. */
  readonly index: number;
  readonly isAnchor: boolean;
}

function demandIssued({ child, parent, index, isAnchor }: Link): void {
  const notIssued = () =>
    new VerificationError(
      "RP_ATTESTATION_CHAIN",
      `certificate ${index - 1} is not issued by certificate ${index}`,
    );
  if (!isSameName(child.issuerName, parent.subjectName)) throw notIssued();
  if (!mayIssue(parent, isAnchor)) {
    throw new VerificationError("RP_ATTESTATION_NOT_AN_AUTHORITY", `certificate ${index} is no authority`);
  }
  if (!signatureHolds(child, parent) || !child.x509.namesIssuer(parent.x509)) throw notIssued();
}

/** By basicConstraints, and keyUsage where there is one. */
function mayIssue(certificate: Certificate, isAnchor: boolean): boolean {
  return certificate.x509.ca || (isAnchor && isAuthority(certificate) === undefined);
}

/** @param between the authorities between the parent and the leaf @see RFC 5280 §6.1.4 (l), (m) */
function demandLength(parent: Certificate, between: readonly Certificate[]): void {
  const allowed = pathLengthOf(parent);
  const used = between.filter((certificate) => !isSelfIssued(certificate)).length;
  if (allowed === undefined || used <= allowed) return;
  throw new VerificationError(
    "RP_ATTESTATION_PATH_LENGTH",
    `an authority allows ${allowed} authorities below it, not ${used}`,
  );
}

/** @see RFC 5280 §6.1.4 (o), §6.1.5 (f) */
function demandKnownExtensions({ extensions }: Certificate): void {
  const [oid] = [...extensions].find(([id, { critical }]) => critical && !HONOURED.has(id)) ?? [];
  if (oid === undefined) return;
  throw new VerificationError(
    "RP_ATTESTATION_CRITICAL_EXTENSION",
    `critical extension ${oid} is not known here`,
  );
}

function signatureHolds({ signed, signature, x509 }: Certificate, parent: Certificate): boolean {
  try {
    const algorithm = ML_DSA_OIDS.get(signature.oid);
    if (algorithm === undefined) return x509.isSignedBy(parent.x509);
    return defaultCrypto.verify(algorithm, certificateKey(parent), signed, signature.bits);
  } catch {
    // OpenSSL throws for a key it does not know: then the link cannot be shown to hold.
    return false;
  }
}
