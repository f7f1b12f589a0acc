/** Metadata BLOBs of services of our own, signed by node:crypto alone. */
import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { toBase64, toBase64url, utf8 } from "../../../../src/core/bytes.js";
import {
  basicConstraints,
  makeCertificate,
  Oid,
  ROOT_NAME,
  testKey,
  type CertificateParts,
} from "../certificate-maker.js";

export const SERVICE_ROOT_KEY = testKey("metadata root");
export const SIGNER_KEY = testKey("metadata signer");
export const SIGNER_NAME = "mds.fidoalliance.org";

export const serviceRoot = makeCertificate({
  subject: ROOT_NAME,
  issuer: ROOT_NAME,
  key: SERVICE_ROOT_KEY,
  issuerKey: SERVICE_ROOT_KEY,
  extensions: [basicConstraints(true)],
});

export const signerCertificate = (parts: Partial<CertificateParts> = {}) =>
  makeCertificate({
    subject: [[Oid.COMMON_NAME, SIGNER_NAME]],
    issuer: ROOT_NAME,
    key: SIGNER_KEY,
    issuerKey: SERVICE_ROOT_KEY,
    extensions: [basicConstraints(false)],
    ...parts,
  });

/** How node:crypto makes the signature of a JOSE algorithm. */
const SIGNERS: Readonly<Record<string, (message: Uint8Array, key: KeyObject) => Buffer>> = {
  ES256: (message, key) => sign("sha256", message, { key, dsaEncoding: "ieee-p1363" }),
  ES384: (message, key) => sign("sha384", message, { key, dsaEncoding: "ieee-p1363" }),
  RS256: (message, key) => sign("sha256", message, key),
  PS256: (message, key) => sign("sha256", message, { key, padding: 6, saltLength: 32 }),
  EdDSA: (message, key) => sign(null, message, key),
};

/** A private key for a JOSE algorithm other than ES256. */
export const keyFor = (alg: string): { readonly privateKey: KeyObject } => {
  if (alg === "ES384") return generateKeyPairSync("ec", { namedCurve: "P-384" });
  if (alg === "EdDSA") return generateKeyPairSync("ed25519");
  return generateKeyPairSync("rsa", { modulusLength: 2048 });
};

export interface BlobParts {
  readonly alg?: string;
  readonly key?: { readonly privateKey: KeyObject };
  readonly header?: Readonly<Record<string, unknown>>;
  readonly payload?: Readonly<Record<string, unknown>>;
}

export const x5cOf = (...ders: readonly Uint8Array[]) => ders.map(toBase64);

const part = (value: unknown) => toBase64url(utf8(JSON.stringify(value)));

/** A BLOB as the service would hand it out, with whatever a test wants otherwise. */
export function makeBlob({
  alg = "ES256",
  key = SIGNER_KEY,
  header = {},
  payload = {},
}: BlobParts = {}): string {
  const head = { typ: "JWT", alg, x5c: x5cOf(signerCertificate()), ...header };
  const body = { legalHeader: "Terms of a test", no: 7, nextUpdate: "2025-06-30", entries: [], ...payload };
  const signed = `${part(head)}.${part(body)}`;
  const signature = (SIGNERS[alg] ?? SIGNERS["ES256"])?.(utf8(signed), key.privateKey) ?? Buffer.alloc(0);
  return `${signed}.${toBase64url(signature)}`;
}
