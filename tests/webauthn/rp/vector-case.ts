import { readFileSync } from "node:fs";
import { encodeCbor } from "../../../src/cbor/encode.js";
import { decodeLenient } from "../../../src/cbor/lenient.js";
import type { CborKey, CborMap, CborValue } from "../../../src/cbor/value.js";
import { fromBase64url, toBase64url, utf8 } from "../../../src/core/bytes.js";
import { defaultCrypto } from "../../../src/crypto/default.js";
import type { RegistrationResponseJSON } from "../../../src/webauthn/json.js";
import type { AttestationPolicy } from "../../../src/webauthn/rp/attestation/attestation-input.js";
import type { AttestationObject } from "../../../src/webauthn/rp/attestation-object.js";
import { isAuthority, readCertificate } from "../../../src/webauthn/rp/certificate.js";
import { hexOf, loadVectors } from "../../helpers/vectors.js";

/** One row of attestation.json; binary members in hex. */
export interface AttestationCase {
  readonly id: string;
  readonly fmt: string;
  readonly kind: string;
  readonly attestationObject?: string;
  readonly ctap2Response?: string;
  readonly clientDataHash: string | null;
  readonly clientDataJSON?: string;
  readonly signatureVerified: boolean | null;
  readonly source: string;
  readonly note?: string;
  readonly expected: {
    /** Absent where the authenticator data cannot be read. */
    readonly rpIdHash?: string;
    readonly flags: number;
    readonly signCount: number;
    readonly aaguid?: string;
    readonly credentialId?: string;
    readonly publicKeyCose?: string;
    readonly alg?: number | null;
    readonly attType?: string;
  };
  readonly cbor: { readonly issues: readonly string[] };
  readonly w3c?: Readonly<Record<string, string>>;
}

export const ATTESTATIONS = loadVectors<AttestationCase>("attestation");

const { w3cAttestationRoot } = JSON.parse(
  readFileSync(new URL("../../vectors/attestation.json", import.meta.url), "utf8"),
) as { readonly w3cAttestationRoot: { readonly certificate: string } };

/** Root of the specification's own vectors, DER. */
export const W3C_ROOT = hexOf(w3cAttestationRoot.certificate);

export function attestationCase(id: string): AttestationCase {
  const found = ATTESTATIONS.find((row) => row.id === id);
  if (found === undefined) throw new Error(`no vector ${id}`);
  return found;
}

/** The object's members, whichever way the row came: a page's attestation object or a CTAP response. */
export function objectOf(row: AttestationCase): AttestationObject {
  const text = row.attestationObject !== undefined;
  const map = decodeLenient(hexOf(row.attestationObject ?? row.ctap2Response)).value as CborMap;
  const member = (name: string, key: number) => map.get(text ? name : key) as CborValue;
  return {
    fmt: member("fmt", 1) as string,
    authData: member("authData", 2) as Uint8Array,
    attStmt: member("attStmt", 3),
  };
}

/**
 * What a site has to allow for the row to verify: one maker's test certificates do not say that they are no authorities,
 * which §8.2.1 and §8.3.1 want. No device's certificate among the rows is silent.
 */
export function policyFor(row: AttestationCase): AttestationPolicy {
  const { attStmt } = objectOf(row);
  const x5c = attStmt instanceof Map && row.fmt !== "none" ? (attStmt as CborMap).get("x5c") : undefined;
  if (!Array.isArray(x5c) || !["packed", "tpm"].includes(row.fmt)) return {};
  const leaf = readCertificate(x5c[0] as Uint8Array);
  const isSilent = leaf.version === 3 && isAuthority(leaf) === undefined;
  return isSilent ? { basicConstraints: "optional" } : {};
}

/** As the page would have sent it: the bytes themselves, or for a CTAP response what a client makes of it. */
export function objectBytes(row: AttestationCase): Uint8Array {
  return row.attestationObject === undefined ? encodeObject(objectOf(row)) : hexOf(row.attestationObject);
}

export function encodeObject({ fmt, attStmt, authData }: AttestationObject): Uint8Array {
  return encodeCbor(
    new Map<CborKey, CborValue>([
      ["fmt", fmt],
      ["attStmt", attStmt],
      ["authData", authData],
    ]),
  );
}

export interface ClientDataFields {
  readonly challenge: string;
  readonly origin: string;
  readonly crossOrigin?: boolean;
  readonly topOrigin?: string;
}

export function clientDataOf(json: Uint8Array): ClientDataFields {
  return JSON.parse(new TextDecoder().decode(json)) as ClientDataFields;
}

/** Rp ids the vectors' sources used that are no suffix of the origin. */
const OTHER_RP_IDS = ["localhost", "example.com", "example.org"];

/** The rp id behind a hash: the origin, its host, or a domain above it; `undefined` when it is none of them. */
export function rpIdOf(rpIdHash: Uint8Array, origin: string): string | undefined {
  const host = URL.canParse(origin) ? new URL(origin).hostname : "";
  const labels = host.split(".");
  const suffixes = labels.map((_, index) => labels.slice(index).join("."));
  return [...suffixes, origin, ...OTHER_RP_IDS].find(
    (candidate) => toBase64url(defaultCrypto.sha256(utf8(candidate))) === toBase64url(rpIdHash),
  );
}

/** A moment every library accepts: when the verdict was made, or when every certificate was valid. */
export function momentOf(statement: CborMap): number {
  const response = statement.get("response");
  if (response instanceof Uint8Array) {
    const [, payload = ""] = new TextDecoder().decode(response).split(".");
    const text = new TextDecoder().decode(fromBase64url(payload));
    return (JSON.parse(text) as { readonly timestampMs: number }).timestampMs;
  }
  const path = ((statement.get("x5c") ?? []) as readonly Uint8Array[]).map(readCertificate);
  return Math.max(0, ...path.map(({ notBeforeMs }) => notBeforeMs)) + 1000;
}

/** A complete response around the given parts. */
export function registrationResponse(parts: {
  readonly credentialId: Uint8Array;
  readonly clientDataJSON: Uint8Array;
  readonly attestationObject: Uint8Array;
  readonly authData: Uint8Array;
  readonly alg: number;
}): RegistrationResponseJSON {
  const id = toBase64url(parts.credentialId);
  return {
    id,
    rawId: id,
    type: "public-key",
    clientExtensionResults: {},
    response: {
      clientDataJSON: toBase64url(parts.clientDataJSON),
      attestationObject: toBase64url(parts.attestationObject),
      authenticatorData: toBase64url(parts.authData),
      publicKeyAlgorithm: parts.alg,
      transports: ["usb"],
    },
  };
}
