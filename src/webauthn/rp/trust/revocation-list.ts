import { equalBytes } from "../../../core/bytes.js";
import {
  ExtensionOid,
  extensionsOf,
  type Certificate,
  type CertificateExtension,
  type SignedOrKeyBits,
} from "../certificate.js";
import { childrenOf, readDer, type DerItem } from "../der.js";
import {
  bitsOf,
  DerTag,
  insideOf,
  integerBytes,
  isContext,
  isUniversal,
  membersOf,
  nameItem,
  numberOf,
  oidOf,
  timeOf,
} from "../der-values.js";
import { reading } from "../verification-error.js";

/** Largest list read: makers of authenticators have some hundred entries. */
const LIST_BYTES_MAX = 4 * 1024 * 1024;

const Oid = { REASON: "2.5.29.21", ISSUING_DISTRIBUTION_POINT: "2.5.29.28" } as const;

/** Extensions of a list that change nothing of what it says here: authority key identifier, its number. */
const HARMLESS: ReadonlySet<string> = new Set(["2.5.29.35", "2.5.29.20", Oid.ISSUING_DISTRIBUTION_POINT]);

/** A certificate that its issuer has taken back. */
export interface RevokedEntry {
  /** Content of the INTEGER. */
  readonly serialNumber: Uint8Array;
  readonly atEpochMs: number;
  /** CRLReason; `undefined` when the issuer gives none. @see RFC 5280 §5.3.1 */
  readonly reason: number | undefined;
}

/** A certificate revocation list; its signature is not judged yet. @see RFC 5280 §5 */
export interface RevocationList {
  readonly issuerName: DerItem;
  readonly thisUpdateMs: number;
  readonly nextUpdateMs: number | undefined;
  readonly entries: readonly RevokedEntry[];
  readonly signed: Uint8Array;
  readonly signature: SignedOrKeyBits;
  /** Why the list does not say of every certificate of its issuer whether it is good; `undefined` when it does. */
  readonly partialFor: (certificate: Certificate) => string | undefined;
}

/** @throws {VerificationError} `RP_REVOCATION_LIST` when the bytes are no list in DER. */
export function readRevocationList(der: Uint8Array): RevocationList {
  return reading("RP_REVOCATION_LIST", "revocation list", () => {
    const [tbs, algorithm, signature] = membersOf(readDer(der, LIST_BYTES_MAX));
    const members = [...membersOf(tbs)];
    if (members[0] !== undefined && isUniversal(members[0], DerTag.INTEGER)) members.shift();
    const [, issuer, thisUpdate, ...rest] = members;
    const isTime = (item: DerItem | undefined) =>
      item !== undefined && [DerTag.UTC_TIME, DerTag.GENERALIZED_TIME].some((tag) => isUniversal(item, tag));
    const nextUpdate = isTime(rest[0]) ? rest.shift() : undefined;
    const revoked = rest[0] !== undefined && isUniversal(rest[0], DerTag.SEQUENCE) ? rest.shift() : undefined;
    const tagged = rest.find((item) => isContext(item, 0));
    const extensions = extensionsOf(tagged === undefined ? [] : membersOf(insideOf(tagged)));
    const entries = revoked === undefined ? [] : membersOf(revoked).map(entryOf);
    return {
      issuerName: nameItem(issuer),
      thisUpdateMs: timeOf(thisUpdate),
      nextUpdateMs: nextUpdate === undefined ? undefined : timeOf(nextUpdate),
      entries: entries.map(({ entry }) => entry),
      signed: tbs?.raw ?? new Uint8Array(),
      signature: { oid: oidOf(membersOf(algorithm)[0]), bits: bitsOf(signature) },
      partialFor: scopeOf(
        extensions,
        entries.some(({ isOdd }) => isOdd),
      ),
    };
  });
}

/** Entry of the certificate; `undefined` when the list has none. */
export function entryFor(list: RevocationList, { serialNumber }: Certificate): RevokedEntry | undefined {
  return list.entries.find((entry) => equalBytes(entry.serialNumber, serialNumber));
}

function entryOf(item: DerItem): { readonly entry: RevokedEntry; readonly isOdd: boolean } {
  const [serialNumber, date, more] = membersOf(item);
  const extensions = extensionsOf(more === undefined ? [] : membersOf(more));
  const reason = extensions.get(Oid.REASON);
  return {
    entry: {
      serialNumber: integerBytes(serialNumber),
      atEpochMs: timeOf(date),
      reason: reason === undefined ? undefined : numberOf(readDer(reason.value), DerTag.ENUMERATED),
    },
    // Such as certificateIssuer, of lists that speak for others as well.
    isOdd: [...extensions.values()].some(({ critical }) => critical),
  };
}

/** @see RFC 5280 §5.2.5 (issuing distribution point), §6.3.3 (b) */
function scopeOf(
  extensions: ReadonlyMap<string, CertificateExtension>,
  hasOddEntries: boolean,
): RevocationList["partialFor"] {
  const unknown = [...extensions].find(([oid, { critical }]) => critical && !HARMLESS.has(oid))?.[0];
  if (unknown !== undefined) return () => `it has the critical extension ${unknown}`;
  if (hasOddEntries) return () => "its entries have critical extensions";
  const scope = extensions.get(Oid.ISSUING_DISTRIBUTION_POINT);
  if (scope === undefined) return () => undefined;
  const members = membersOf(readDer(scope.value));
  const isSet = (tag: number) =>
    members.some((member) => isContext(member, tag) && member.content[0] === 0xff);
  const [onlyUsers, onlyAuthorities, indirect, onlyAttributes] = [1, 2, 4, 5].map(isSet);
  const someReasons = members.some((member) => isContext(member, 3));
  const points = members.filter((member) => isContext(member, 0)).flatMap(pointNames);
  return (certificate) => {
    if (indirect || onlyAttributes || someReasons)
      return "it is for other certificates, or for some reasons only";
    if (certificate.x509.ca ? onlyUsers : onlyAuthorities) return "it is not for certificates of this kind";
    const own = distributionPointsOf(certificate);
    const isMeant =
      points.length === 0 || points.some((point) => own.some((name) => equalBytes(name, point)));
    return isMeant ? undefined : "it is one part of its issuer's, and the certificate names another";
  };
}

/** DER of the names in a DistributionPointName's fullName, tagged [0] in both extensions. */
function pointNames(name: DerItem): readonly Uint8Array[] {
  return childrenOf(name)
    .filter((choice) => isContext(choice, 0))
    .flatMap((full) => childrenOf(full).map(({ raw }) => raw));
}

function distributionPointsOf({ extensions }: Certificate): readonly Uint8Array[] {
  const extension = extensions.get(ExtensionOid.DISTRIBUTION_POINTS);
  if (extension === undefined) return [];
  return reading("RP_ATTESTATION_CERTIFICATE", "distribution points", () =>
    membersOf(readDer(extension.value)).flatMap((point) =>
      membersOf(point)
        .filter((member) => isContext(member, 0))
        .flatMap(pointNames),
    ),
  );
}
