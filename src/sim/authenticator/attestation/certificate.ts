import { concat, utf8 } from "../../../core/bytes.js";
import type { CryptoProvider, KeyPair } from "../../../core/crypto-provider.js";
import { der } from "./der.js";

/** @see RFC 5758 §3.2, RFC 5480 §2.1.1, RFC 5280 §4.2.1, WebAuthn Level 3 §8.2.1 */
const OID = {
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  ecPublicKey: "1.2.840.10045.2.1",
  p256: "1.2.840.10045.3.1.7",
  country: "2.5.4.6",
  organization: "2.5.4.10",
  organizationalUnit: "2.5.4.11",
  commonName: "2.5.4.3",
  keyUsage: "2.5.29.15",
  basicConstraints: "2.5.29.19",
  subjectAltName: "2.5.29.17",
  fidoAaguid: "1.3.6.1.4.1.45724.1.1.4",
  fidoEnterpriseSerial: "1.3.6.1.4.1.45724.1.1.2",
} as const;

/** Validity is fixed, so that a run of any date gives the same bytes, and ends later than any run. */
const VALIDITY = { notBefore: "200101000000Z", notAfter: "491231235959Z" } as const;

/** Bits 5 (keyCertSign) and 6 (cRLSign) of keyUsage, with one unused bit. */
const KEY_USAGE_CA = { bits: 0x06, unusedBits: 1 } as const;

export interface CertificateName {
  /** Two letters. */
  readonly country: string;
  readonly organization: string;
  readonly organizationalUnit: string;
  readonly commonName: string;
}

export interface CertificateContents {
  readonly subject: CertificateName;
  readonly issuer: CertificateName;
  /** 65 bytes, uncompressed P-256 point. */
  readonly publicKey: Uint8Array;
  /** Positive integer, big endian, at most 20 bytes. */
  readonly serial: Uint8Array;
  readonly isAuthority: boolean;
  /** 16 bytes; for attestation certificates. */
  readonly aaguid?: Uint8Array;
  /** Against the rule: relying parties refuse it. */
  readonly aaguidIsCritical?: boolean;
  /** Distinguishes one device from all others: enterprise attestation only. */
  readonly deviceSerial?: Uint8Array;
  /** Names and addresses a server answers to. */
  readonly hosts?: readonly string[];
  /** `YYMMDDhhmmssZ` each; from 2020 to 2049 when absent. */
  readonly validity?: { readonly notBefore: string; readonly notAfter: string };
}

/**
 * An X.509 version 3 certificate, signed with ECDSA P-256 over SHA-256.
 *
 * @see RFC 5280 §4.1, WebAuthn Level 3 §8.2.1 (certificate requirements for packed attestation)
 */
export function encodeCertificate(
  crypto: CryptoProvider,
  contents: CertificateContents,
  issuerKey: KeyPair,
): Uint8Array {
  const algorithm = der.sequence(der.oid(OID.ecdsaWithSha256));
  const { notBefore, notAfter } = contents.validity ?? VALIDITY;
  const body = der.sequence(
    der.context(0, der.integer(Uint8Array.of(2))),
    der.integer(contents.serial),
    algorithm,
    encodeName(contents.issuer),
    der.sequence(der.utcTime(notBefore), der.utcTime(notAfter)),
    encodeName(contents.subject),
    der.sequence(
      der.sequence(der.oid(OID.ecPublicKey), der.oid(OID.p256)),
      der.bitString(contents.publicKey),
    ),
    der.context(3, encodeExtensions(contents)),
  );
  return der.sequence(body, algorithm, der.bitString(crypto.signEs256(issuerKey.secretKey, body)));
}

function encodeName(name: CertificateName): Uint8Array {
  const part = (oid: string, value: Uint8Array) => der.set(der.sequence(der.oid(oid), value));
  return der.sequence(
    part(OID.country, der.printableString(name.country)),
    part(OID.organization, der.utf8String(name.organization)),
    part(OID.organizationalUnit, der.utf8String(name.organizationalUnit)),
    part(OID.commonName, der.utf8String(name.commonName)),
  );
}

function encodeExtensions(contents: CertificateContents): Uint8Array {
  const { isAuthority, aaguid, aaguidIsCritical = false, deviceSerial, hosts } = contents;
  const extension = (oid: string, value: Uint8Array, critical: Uint8Array = new Uint8Array(0)) =>
    der.sequence(der.oid(oid), critical, der.octetString(value));
  const keyUsage = der.bitString(Uint8Array.of(KEY_USAGE_CA.bits), KEY_USAGE_CA.unusedBits);
  return der.sequence(
    extension(OID.basicConstraints, isAuthority ? der.sequence(der.true()) : der.sequence(), der.true()),
    isAuthority ? extension(OID.keyUsage, keyUsage, der.true()) : concat(),
    aaguid
      ? extension(OID.fidoAaguid, der.octetString(aaguid), aaguidIsCritical ? der.true() : concat())
      : concat(),
    hosts ? extension(OID.subjectAltName, der.sequence(...hosts.map(encodeHost))) : concat(),
    deviceSerial ? extension(OID.fidoEnterpriseSerial, der.octetString(deviceSerial)) : concat(),
  );
}

/** dNSName, or iPAddress for an IPv4 address. @see RFC 5280 §4.2.1.6 */
function encodeHost(host: string): Uint8Array {
  const isAddress = /^\d+(\.\d+){3}$/.test(host);
  return isAddress ? der.implicit(7, Uint8Array.from(host.split("."), Number)) : der.implicit(2, utf8(host));
}
