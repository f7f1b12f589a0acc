import { equalBytes } from "../../core/bytes.js";
import { readDer, type DerItem } from "./der.js";
import {
  bitsOf,
  booleanOf,
  DerTag,
  insideOf,
  integerBytes,
  isContext,
  isUniversal,
  membersOf,
  nameItem,
  numberOf,
  octetsOf,
  oidOf,
  textOf,
  timeOf,
} from "./der-values.js";
import { reading, VerificationError } from "./verification-error.js";
import { openX509, type X509 } from "./x509.js";

/** Extensions one certificate may have. */
const EXTENSIONS_MAX = 64;

/** Object identifiers of the extensions every format looks at. @see RFC 5280 §4.2.1 */
export const ExtensionOid = {
  KEY_USAGE: "2.5.29.15",
  SUBJECT_ALT_NAME: "2.5.29.17",
  BASIC_CONSTRAINTS: "2.5.29.19",
  NAME_CONSTRAINTS: "2.5.29.30",
  DISTRIBUTION_POINTS: "2.5.29.31",
  CERTIFICATE_POLICIES: "2.5.29.32",
  POLICY_MAPPINGS: "2.5.29.33",
  EXTENDED_KEY_USAGE: "2.5.29.37",
  INHIBIT_ANY_POLICY: "2.5.29.54",
  /** The authenticator model a certificate was issued for. @see WebAuthn Level 3 §8.2.1 */
  FIDO_AAGUID: "1.3.6.1.4.1.45724.1.1.4",
} as const;

export interface CertificateExtension {
  readonly critical: boolean;
  /** Content of the extension's OCTET STRING: DER of its own kind. */
  readonly value: Uint8Array;
}

export interface NameAttribute {
  readonly oid: string;
  readonly text: string;
}

/** Bits and the dotted identifier of the algorithm they belong to. */
export interface SignedOrKeyBits {
  readonly oid: string;
  readonly bits: Uint8Array;
}

/** What attestation formats ask of a certificate; signatures and keys are the library's business. */
export interface Certificate {
  readonly der: Uint8Array;
  readonly x509: X509;
  /** 1, 2 or 3. */
  readonly version: number;
  /** Empty for a certificate whose subject is in its alternative name. */
  readonly subject: readonly NameAttribute[];
  /** Content of the serial number's INTEGER, as encoded: what a revocation list names. */
  readonly serialNumber: Uint8Array;
  /** DER of the issuer's Name. */
  readonly issuerName: DerItem;
  /** DER of the subject's Name. */
  readonly subjectName: DerItem;
  /** What subjectPublicKeyInfo holds: the algorithm's identifier, and the key in that algorithm's own form. */
  readonly publicKey: SignedOrKeyBits;
  /** What the issuer signed. */
  readonly signed: Uint8Array;
  readonly signature: SignedOrKeyBits;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** By dotted object identifier. */
  readonly extensions: ReadonlyMap<string, CertificateExtension>;
}

/** @throws {VerificationError} `RP_ATTESTATION_CERTIFICATE` when the bytes are no X.509 certificate in DER. */
export function readCertificate(der: Uint8Array): Certificate {
  return reading("RP_ATTESTATION_CERTIFICATE", "certificate", () => {
    const fields = fieldsOf(readDer(der));
    return { der, x509: open(der), ...fields };
  });
}

/** The basicConstraints' cA; `undefined` when the certificate does not say. @throws {VerificationError} */
export function isAuthority(certificate: Certificate): boolean | undefined {
  const extension = certificate.extensions.get(ExtensionOid.BASIC_CONSTRAINTS);
  if (extension === undefined) return undefined;
  return reading("RP_ATTESTATION_CERTIFICATE", "basicConstraints", () => {
    const first = membersOf(readDer(extension.value))[0];
    return first !== undefined && isUniversal(first, DerTag.BOOLEAN) && booleanOf(first);
  });
}

/** Certificates further down the path it allows; `undefined` for no limit. @throws {VerificationError} */
export function pathLengthOf(certificate: Certificate): number | undefined {
  const extension = certificate.extensions.get(ExtensionOid.BASIC_CONSTRAINTS);
  if (extension === undefined) return undefined;
  return reading("RP_ATTESTATION_CERTIFICATE", "basicConstraints", () => {
    const length = membersOf(readDer(extension.value)).find((item) => isUniversal(item, DerTag.INTEGER));
    return length === undefined ? undefined : numberOf(length);
  });
}

/** Values of the attribute in the subject, in order. */
export function subjectTexts(certificate: Certificate, oid: string): readonly string[] {
  return certificate.subject.filter((attribute) => attribute.oid === oid).map(({ text }) => text);
}

/** Attributes of a Name, RDNs flattened: issuers put several into one SET as often as not. */
export function nameAttributes(name: DerItem): readonly NameAttribute[] {
  return membersOf(name).flatMap((rdn) =>
    membersOf(rdn, DerTag.SET).map((attribute) => {
      const [type, value] = membersOf(attribute);
      return { oid: oidOf(type), text: value === undefined ? "" : textOf(value) };
    }),
  );
}

function open(der: Uint8Array): X509 {
  try {
    return openX509(der);
  } catch (cause) {
    if (cause instanceof VerificationError) throw cause;
    throw new VerificationError("RP_ATTESTATION_CERTIFICATE", "not an X.509 certificate", { cause });
  }
}

function fieldsOf(certificate: DerItem) {
  const [tbs, signatureAlgorithm, signature] = membersOf(certificate);
  const members = [...membersOf(tbs)];
  const explicitVersion = members[0] !== undefined && isContext(members[0], 0) ? members.shift() : undefined;
  const version = explicitVersion === undefined ? 1 : numberOf(insideOf(explicitVersion)) + 1;
  const [serialNumber, innerAlgorithm, issuer, validity, subject, publicKey, ...tagged] = members;
  demandSameAlgorithm(innerAlgorithm, signatureAlgorithm);
  const [notBefore, notAfter] = membersOf(validity);
  const extensions = tagged.find((item) => isContext(item, 3));
  return {
    version,
    publicKey: algorithmBits(...pairOf(publicKey)),
    signed: tbs?.raw ?? new Uint8Array(),
    signature: algorithmBits(signatureAlgorithm, signature),
    serialNumber: integerBytes(serialNumber),
    issuerName: nameItem(issuer),
    subjectName: nameItem(subject),
    subject: nameAttributes(nameItem(subject)),
    notBeforeMs: timeOf(notBefore),
    notAfterMs: timeOf(notAfter),
    extensions: extensionsOf(extensions === undefined ? [] : membersOf(insideOf(extensions))),
  };
}

/** The issuer signs one of the two statements of the algorithm only. @see RFC 5280 §4.1.1.2 */
function demandSameAlgorithm(inner: DerItem | undefined, outer: DerItem | undefined): void {
  if (inner !== undefined && outer !== undefined && equalBytes(inner.raw, outer.raw)) return;
  throw new VerificationError("RP_ATTESTATION_CERTIFICATE", "states two signature algorithms");
}

function pairOf(item: DerItem | undefined): readonly [DerItem | undefined, DerItem | undefined] {
  const [first, second] = membersOf(item);
  return [first, second];
}

function algorithmBits(algorithm: DerItem | undefined, bits: DerItem | undefined): SignedOrKeyBits {
  const [oid] = membersOf(algorithm);
  return { oid: oidOf(oid), bits: bitsOf(bits) };
}

/** Members of Extensions, by object identifier. @throws {DerError} @throws {VerificationError} `RP_ATTESTATION_CERTIFICATE` */
export function extensionsOf(list: readonly DerItem[]): ReadonlyMap<string, CertificateExtension> {
  if (list.length > EXTENSIONS_MAX) {
    throw new VerificationError("RP_ATTESTATION_CERTIFICATE", `${list.length} extensions`);
  }
  const extensions = new Map<string, CertificateExtension>();
  for (const item of list) {
    const [id, second, third] = membersOf(item);
    const oid = oidOf(id);
    // With two extensions of one kind, each reader could pick a different one.
    if (extensions.has(oid)) {
      throw new VerificationError("RP_ATTESTATION_CERTIFICATE", `extension ${oid} appears twice`);
    }
    const critical = third !== undefined && booleanOf(second);
    extensions.set(oid, { critical, value: octetsOf(third ?? second) });
  }
  return extensions;
}
