import { equalBytes } from "../../core/bytes.js";
import { defaultCrypto } from "../../crypto/default.js";
import { certificateKey, ML_DSA_OIDS } from "./certificate-key.js";
import {
  isAuthority,
  pathLengthOf,
  readCertificate,
  unknownCritical,
  type Certificate,
} from "./certificate.js";
import type { Finding } from "./finding.js";
import { VerificationError } from "./verification-error.js";

/** How far a trust path was judged; a site without anchors gets signatures, not trust. */
export interface TrustVerdict {
  /** True when the path ends in one of the anchors given, false when there is no path; `undefined` when none were given. */
  readonly anchored: boolean | undefined;
  /** DER of the anchor the path ends in. */
  readonly anchor?: Uint8Array;
  /** False when no date was given: then nothing is known about expiry. */
  readonly datesJudged: boolean;
}

export interface TrustInput {
  /** DER certificates the site trusts: roots, intermediates, or a leaf itself. */
  readonly trustAnchors?: readonly Uint8Array[];
  /** The date to judge by, in milliseconds since 1970. */
  readonly atEpochMs?: number;
}

/**
 * Judges a trust path, leaf first: each certificate issued by the next, the last by an anchor, all valid at
 * the date. Anchors' own dates do not count, a site trusts them by decision. Revocation is not looked at.
 *
 * Without anchors nothing can be trusted, so a broken link is a finding, not a fault.
 *
 * @throws {VerificationError} `RP_ATTESTATION_CHAIN`, `RP_ATTESTATION_UNTRUSTED`, `RP_ATTESTATION_EXPIRED`,
 *   `RP_ATTESTATION_CRITICAL_EXTENSION`.
 * @see RFC 5280 §6.1
 */
export function judgeTrust(
  path: readonly Certificate[],
  { trustAnchors, atEpochMs }: TrustInput,
): { readonly verdict: TrustVerdict; readonly findings: readonly Finding[] } {
  if (path.length === 0) {
    const anchored = trustAnchors === undefined ? undefined : false;
    return { verdict: { anchored, datesJudged: false }, findings: [] };
  }
  const datesJudged = atEpochMs !== undefined;
  if (trustAnchors === undefined) {
    if (datesJudged) for (const certificate of path) judgeDate(certificate, atEpochMs);
    const broken = brokenLink(path);
    const findings = broken === undefined ? [] : [{ code: "CHAIN_LINK", detail: broken }];
    return { verdict: { anchored: undefined, datesJudged }, findings };
  }
  const { used, anchor } = anchoredPath(path, trustAnchors);
  const broken = brokenLink(used, anchor);
  if (broken !== undefined) throw new VerificationError("RP_ATTESTATION_CHAIN", broken);
  // The anchor's own extensions do not count, as its dates do not.
  for (const certificate of used) if (certificate !== anchor) judgeCritical(certificate);
  if (datesJudged) {
    for (const certificate of used) if (certificate !== anchor) judgeDate(certificate, atEpochMs);
  }
  return { verdict: { anchored: true, anchor: anchor.der, datesJudged }, findings: [] };
}

/** The shortest start of the path that ends in an anchor, the anchor included. */
function anchoredPath(path: readonly Certificate[], trustAnchors: readonly Uint8Array[]) {
  const anchors = trustAnchors.map(readCertificate);
  for (const [index, certificate] of path.entries()) {
    const itself = anchors.find(({ der }) => equalBytes(der, certificate.der));
    if (itself !== undefined) return { used: [...path.slice(0, index), itself], anchor: itself };
    const issuer = anchors.find((anchor) => isIssuedBy(certificate, anchor));
    if (issuer !== undefined) return { used: [...path.slice(0, index + 1), issuer], anchor: issuer };
  }
  throw new VerificationError(
    "RP_ATTESTATION_UNTRUSTED",
    `a path of ${path.length} reaches none of ${anchors.length} anchors`,
  );
}

/** What is wrong between a certificate and the next one; `undefined` when nothing is. */
function brokenLink(path: readonly Certificate[], anchor?: Certificate): string | undefined {
  for (let i = 0; i + 1 < path.length; i++) {
    const child = path[i] as Certificate;
    const parent = path[i + 1] as Certificate;
    if (!isIssuedBy(child, parent)) return `certificate ${i} is not issued by certificate ${i + 1}`;
    if (!mayIssue(parent, anchor)) return `certificate ${i + 1} is no authority`;
    const allowed = pathLengthOf(parent);
    if (allowed !== undefined && allowed < i)
      return `certificate ${i + 1} allows ${allowed} authorities below it`;
  }
  return undefined;
}

/**
 * Whether a certificate says of itself that it may: basicConstraints, and keyUsage where there is one.
 *
 * An anchor may be silent, as old roots of version 1 are: trusting it is the site's decision.
 */
function mayIssue(certificate: Certificate, anchor: Certificate | undefined): boolean {
  return certificate.x509.ca || (certificate === anchor && isAuthority(certificate) === undefined);
}

function isIssuedBy(child: Certificate, parent: Certificate): boolean {
  try {
    return isSignedBy(child, parent);
  } catch {
    // OpenSSL throws for a key it does not know: then the link cannot be shown to hold.
    return false;
  }
}

function isSignedBy({ signed, signature, x509 }: Certificate, parent: Certificate): boolean {
  const algorithm = ML_DSA_OIDS.get(signature.oid);
  if (algorithm === undefined) return x509.isIssuedBy(parent.x509);
  return (
    x509.namesIssuer(parent.x509) &&
    defaultCrypto.verify(algorithm, certificateKey(parent), signed, signature.bits)
  );
}

/** @see RFC 5280 §6.1.4 (o), §6.1.5 (f) */
function judgeCritical(certificate: Certificate): void {
  const oid = unknownCritical(certificate);
  if (oid === undefined) return;
  throw new VerificationError(
    "RP_ATTESTATION_CRITICAL_EXTENSION",
    `critical extension ${oid} is not known here`,
  );
}

function judgeDate(certificate: Certificate, atEpochMs: number): void {
  if (atEpochMs >= certificate.notBeforeMs && atEpochMs <= certificate.notAfterMs) return;
  const iso = (epochMs: number) => new Date(epochMs).toISOString();
  throw new VerificationError(
    "RP_ATTESTATION_EXPIRED",
    `valid ${iso(certificate.notBeforeMs)} to ${iso(certificate.notAfterMs)}, judged at ${iso(atEpochMs)}`,
  );
}
