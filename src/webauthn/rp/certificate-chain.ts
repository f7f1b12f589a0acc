import { equalBytes } from "../../core/bytes.js";
import { readCertificate, type Certificate } from "./certificate.js";
import type { Finding } from "./finding.js";
import { judgeRevocation, type RevocationInput } from "./trust/judge-revocation.js";
import { isSignedBy, demandDate, validatePath } from "./trust/validate-path.js";
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

export interface TrustInput extends RevocationInput {
  /** DER certificates the site trusts: roots, intermediates, or a leaf itself. */
  readonly trustAnchors?: readonly Uint8Array[];
}

/**
 * Judges a trust path, leaf first: each certificate issued by the next, the last by an anchor, all valid at
 * the date and on none of the revocation lists given. Anchors' own dates do not count, a site trusts them by decision.
 *
 * Without anchors nothing can be trusted, so a broken link is a finding, not a fault.
 *
 * @throws {VerificationError} `RP_ATTESTATION_UNTRUSTED`, and what {@link validatePath} and {@link judgeRevocation} throw.
 * @see RFC 5280 §6.1
 */
export function judgeTrust(
  path: readonly Certificate[],
  input: TrustInput,
): { readonly verdict: TrustVerdict; readonly findings: readonly Finding[] } {
  const { trustAnchors, atEpochMs } = input;
  if (path.length === 0) {
    const anchored = trustAnchors === undefined ? undefined : false;
    return { verdict: { anchored, datesJudged: false }, findings: [] };
  }
  const datesJudged = atEpochMs !== undefined;
  if (trustAnchors === undefined) {
    if (datesJudged) for (const certificate of path) demandDate(certificate, atEpochMs);
    return { verdict: { anchored: undefined, datesJudged }, findings: faultsOf(path) };
  }
  const { used, anchor } = anchoredPath(path, trustAnchors, atEpochMs);
  const findings = judgeRevocation(used, input);
  return { verdict: { anchored: true, anchor: anchor.der, datesJudged }, findings };
}

interface AnchoredPath {
  /** Leaf first, the anchor last. */
  readonly used: readonly Certificate[];
  readonly anchor: Certificate;
}

/**
 * The first valid one of the paths that end in an anchor, the shortest first: anchors may share a name and a key, and
 * still not allow the same.
 */
function anchoredPath(
  path: readonly Certificate[],
  trustAnchors: readonly Uint8Array[],
  atEpochMs: number | undefined,
): AnchoredPath {
  let refusal: VerificationError | undefined;
  for (const candidate of candidates(path, trustAnchors.map(readCertificate))) {
    try {
      validatePath(candidate.used, { anchored: true, atEpochMs });
      return candidate;
    } catch (error) {
      if (!(error instanceof VerificationError)) throw error;
      refusal ??= error;
    }
  }
  throw (
    refusal ??
    new VerificationError(
      "RP_ATTESTATION_UNTRUSTED",
      `a path of ${path.length} reaches none of ${trustAnchors.length} anchors`,
    )
  );
}

function* candidates(path: readonly Certificate[], anchors: readonly Certificate[]): Iterable<AnchoredPath> {
  for (const [index, certificate] of path.entries()) {
    for (const anchor of anchors) {
      if (equalBytes(anchor.der, certificate.der)) yield { used: [...path.slice(0, index), anchor], anchor };
      else if (isSignedBy(certificate, anchor)) yield { used: [...path.slice(0, index + 1), anchor], anchor };
    }
  }
}

/** What is wrong with a path that nobody was asked to trust. */
function faultsOf(path: readonly Certificate[]): readonly Finding[] {
  try {
    validatePath(path, { anchored: false });
    return [];
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error;
    return [{ code: "CHAIN_LINK", detail: error.message }];
  }
}
