import { createPrivateKey, createPublicKey, sign, type KeyObject } from "node:crypto";
import { concat, toBase64url, utf8 } from "../../../src/core/bytes.js";
import { defaultCrypto } from "../../../src/crypto/default.js";
import { bits, boolean, explicit, integer, octets, oid, sequence, set, text, time } from "./der-maker.js";

export const Oid = {
  COMMON_NAME: "2.5.4.3",
  COUNTRY: "2.5.4.6",
  ORGANIZATION: "2.5.4.10",
  UNIT: "2.5.4.11",
  SUBJECT_ALT_NAME: "2.5.29.17",
  BASIC_CONSTRAINTS: "2.5.29.19",
  EXTENDED_KEY_USAGE: "2.5.29.37",
  FIDO_AAGUID: "1.3.6.1.4.1.45724.1.1.4",
} as const;

export interface TestKey {
  readonly secretKey: Uint8Array;
  /** 65 bytes, uncompressed. */
  readonly publicKey: Uint8Array;
  readonly privateKey: KeyObject;
}

/** A P-256 key, always the same for a label. */
export function testKey(label: string): TestKey {
  const secretKey = defaultCrypto.sha256(utf8(label));
  const publicKey = defaultCrypto.publicKeyOf(secretKey);
  const privateKey = createPrivateKey({
    format: "jwk",
    key: {
      kty: "EC",
      crv: "P-256",
      d: toBase64url(secretKey),
      x: toBase64url(publicKey.subarray(1, 33)),
      y: toBase64url(publicKey.subarray(33)),
    },
  });
  return { secretKey, publicKey, privateKey };
}

export type NameParts = readonly (readonly [oid: string, value: string])[];

export interface ExtensionParts {
  readonly id: string;
  readonly value: Uint8Array;
  readonly critical?: boolean;
}

export interface CertificateParts {
  /** 3 when absent. */
  readonly version?: 1 | 3;
  readonly subject: NameParts;
  readonly issuer: NameParts;
  readonly key: Pick<TestKey, "privateKey">;
  readonly issuerKey: Pick<TestKey, "privateKey">;
  readonly extensions?: readonly ExtensionParts[];
  readonly notBeforeMs?: number;
  readonly notAfterMs?: number;
}

/** Half way through the validity certificates have when nothing else is said. */
export const VALID_AT_MS = Date.UTC(2025, 0, 1);

/** A certificate signed with ECDSA and SHA-256. */
export function makeCertificate(parts: CertificateParts): Uint8Array {
  const algorithm = sequence(oid("1.2.840.10045.4.3.2"));
  const spki = new Uint8Array(createPublicKey(parts.key.privateKey).export({ type: "spki", format: "der" }));
  const extensions = parts.extensions ?? [];
  const tbs = sequence(
    ...(parts.version === 1 ? [] : [explicit(0, integer(2))]),
    integer(1),
    algorithm,
    nameOf(parts.issuer),
    sequence(time(parts.notBeforeMs ?? Date.UTC(2020, 0, 1)), time(parts.notAfterMs ?? Date.UTC(2030, 0, 1))),
    nameOf(parts.subject),
    spki,
    ...(extensions.length === 0 ? [] : [explicit(3, sequence(...extensions.map(extensionOf)))]),
  );
  return sequence(tbs, algorithm, bits(new Uint8Array(sign("sha256", tbs, parts.issuerKey.privateKey))));
}

export const nameOf = (parts: NameParts) =>
  sequence(...parts.map(([id, value]) => set(sequence(oid(id), text(value)))));

export const basicConstraints = (authority: boolean, pathLength?: number): ExtensionParts => ({
  id: Oid.BASIC_CONSTRAINTS,
  critical: true,
  value: sequence(
    ...(authority ? [boolean(true)] : []),
    ...(pathLength === undefined ? [] : [integer(pathLength)]),
  ),
});

export const aaguidExtension = (aaguid: Uint8Array, critical = false): ExtensionParts => ({
  id: Oid.FIDO_AAGUID,
  critical,
  value: octets(aaguid),
});

function extensionOf({ id, value, critical = false }: ExtensionParts): Uint8Array {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), octets(value));
}

/** A name most tests do not care about. */
export const ROOT_NAME: NameParts = [[Oid.COMMON_NAME, "Test root"]];

export const AUTHENTICATOR_NAME: NameParts = [
  [Oid.COUNTRY, "SE"],
  [Oid.ORGANIZATION, "Test vendor"],
  [Oid.UNIT, "Authenticator Attestation"],
  [Oid.COMMON_NAME, "Test model"],
];

/** For messages that are signed outside a certificate. */
export function signWith(key: Pick<TestKey, "privateKey">, ...message: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(sign("sha256", concat(...message), key.privateKey));
}
