import { fromHex } from "../../../core/bytes.js";
import type { Entropy } from "../../../core/entropy.js";
import type { CryptoProvider, KeyPair } from "../../../core/crypto-provider.js";
import type { AuthenticatorProfile } from "../../profiles/profile.js";
import { encodeCertificate, type CertificateContents, type CertificateName } from "./certificate.js";

const SERIAL_BYTES = 16;
const DEVICE_SERIAL_BYTES = 8;

/** @see WebAuthn Level 3 §8.2.1 (certificate requirements for packed attestation) */
const UNIT = "Authenticator Attestation";

const EXPIRED = { notBefore: "200101000000Z", notAfter: "210101000000Z" } as const;
const FUTURE = { notBefore: "480101000000Z", notAfter: "491231235959Z" } as const;
const OTHER_MODEL = fromHex("00112233445566778899aabbccddeeff");

/** The batch key of a model and what vouches for it. DER certificates. */
export interface BatchKeys {
  /** Signs statements: the certificate's own key, unless the profile asks for another. */
  readonly key: KeyPair;
  readonly root: Uint8Array;
  readonly batch: Uint8Array;
  /** The same for U2F, whose statements carry no other certificate. */
  readonly u2f: Uint8Array;
  /** Names this one device. */
  readonly enterprise: Uint8Array;
  /** What follows the first certificate in x5c, up to but without the root. */
  readonly issuers: readonly Uint8Array[];
}

interface Issuer {
  readonly name: CertificateName;
  readonly key: KeyPair;
}

/**
 * Makes a model's attestation keys, with the certificate faults its profile asks for.
 *
 * What faults and intermediates need comes from streams of their own: they change no other key.
 */
export function makeBatchKeys(
  crypto: CryptoProvider,
  entropy: Entropy,
  { attestation, name, aaguid }: AuthenticatorProfile,
): BatchKeys {
  const { fault } = attestation;
  const nameOf = (organizationalUnit: string, commonName: string): CertificateName => ({
    country: attestation.country,
    organization: attestation.organization,
    organizationalUnit,
    commonName,
  });
  const rootKey = crypto.generateKeyPair(entropy);
  const root: Issuer = {
    name: nameOf("Authenticator Root", `${attestation.organization} Root`),
    key: rootKey,
  };
  const key = crypto.generateKeyPair(entropy);
  const certify = (
    contents: Pick<CertificateContents, "subject" | "publicKey"> & Partial<CertificateContents>,
    issuer: Issuer,
  ) => {
    const serial = contents.serial ?? drawSerial(entropy);
    const whole = { isAuthority: false, ...contents, serial, issuer: issuer.name };
    return encodeCertificate(crypto, whole, issuer.key);
  };
  const rootCertificate = certify(
    { subject: root.name, publicKey: rootKey.publicKey, isAuthority: true },
    root,
  );

  const spare = entropy.fork("spare");
  const foreign = () => crypto.generateKeyPair(spare.fork("foreign"));
  const between = needsIntermediate(attestation)
    ? { name: nameOf(UNIT, `${name} Issuer`), key: crypto.generateKeyPair(spare.fork("intermediate")) }
    : undefined;
  const issuers =
    between === undefined
      ? []
      : [
          certify(
            {
              subject: between.name,
              publicKey: between.key.publicKey,
              isAuthority: fault !== "issuer-no-authority",
              serial: drawSerial(spare),
            },
            root,
          ),
        ];
  const signer: Issuer = { ...(between ?? root), ...(isForged(fault) && { key: foreign() }) };

  const model = fault === "wrong-aaguid" ? OTHER_MODEL : fromHex(aaguid.replaceAll("-", ""));
  const leaf = (kind: string, more: Partial<CertificateContents> = {}, by: Issuer = signer) =>
    certify(
      {
        subject: nameOf(fault === "wrong-subject" ? "Authenticator" : UNIT, `${name} ${kind}`),
        publicKey: key.publicKey,
        aaguid: model,
        isAuthority: fault === "leaf-is-authority",
        ...(fault === "critical-aaguid" && { aaguidIsCritical: true }),
        ...(fault === "expired" && { validity: EXPIRED }),
        ...(fault === "not-yet-valid" && { validity: FUTURE }),
        ...more,
      },
      by,
    );
  const batch = leaf("batch");
  // A statement of U2F carries one certificate, so that the root itself has to have issued it.
  const isAlone = attestation.intermediate === true && !isOfChain(fault) && !isForged(fault);
  return {
    key: fault === "foreign-key" ? foreign() : key,
    root: rootCertificate,
    batch,
    u2f: isAlone ? leaf("batch", { serial: drawSerial(spare) }, root) : batch,
    enterprise: leaf("enterprise", { deviceSerial: entropy.bytes(DEVICE_SERIAL_BYTES) }),
    issuers,
  };
}

/** Some faults are of a chain, and make one where the profile has none. */
function needsIntermediate({ intermediate, fault }: AuthenticatorProfile["attestation"]): boolean {
  return intermediate === true || isOfChain(fault);
}

function isOfChain(fault: AuthenticatorProfile["attestation"]["fault"]): boolean {
  return fault === "broken-chain" || fault === "issuer-no-authority";
}

/** The issuer's name is right, its key is not. */
function isForged(fault: AuthenticatorProfile["attestation"]["fault"]): boolean {
  return fault === "broken-chain" || fault === "untrusted-root";
}

/** Positive and of full length whatever was drawn. */
function drawSerial(entropy: Entropy): Uint8Array {
  const serial = entropy.bytes(SERIAL_BYTES);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return serial;
}
