import { equalBytes, fromBase64url } from "../../core/bytes.js";
import type { PublicKey, SignatureAlgorithm } from "../../core/crypto-provider.js";
import type { CoseKey } from "../../ctap/messages/cose.js";
import type { Certificate } from "./certificate.js";
import { VerificationError } from "./verification-error.js";

/** Object identifiers of ML-DSA keys and signatures alike. @see RFC 9881 §2 */
export const ML_DSA_OIDS: ReadonlyMap<string, SignatureAlgorithm> = new Map([
  ["2.16.840.1.101.3.4.3.17", "ML-DSA-44"],
  ["2.16.840.1.101.3.4.3.18", "ML-DSA-65"],
  ["2.16.840.1.101.3.4.3.19", "ML-DSA-87"],
]);

/**
 * A certificate's public key as bare numbers.
 *
 * @throws {VerificationError} `RP_ALGORITHM_UNSUPPORTED` for a kind of key this library cannot use.
 */
export function certificateKey(certificate: Certificate): PublicKey {
  // Read without OpenSSL, which knows these keys only since 3.5.
  if (ML_DSA_OIDS.has(certificate.publicKey.oid)) return { kty: "AKP", pub: certificate.publicKey.bits };
  const jwk = exportedKey(certificate);
  const { kty, crv } = jwk;
  const field = (name: "x" | "y" | "n" | "e") => fromBase64url(jwk[name] ?? "");
  if (kty === "EC" && (crv === "P-256" || crv === "P-384" || crv === "P-521" || crv === "secp256k1")) {
    return { kty, crv, x: field("x"), y: field("y") };
  }
  if (kty === "OKP" && (crv === "Ed25519" || crv === "Ed448")) return { kty, crv, x: field("x") };
  if (kty === "RSA") return { kty, n: field("n"), e: field("e") };
  throw unsupported(`${kty ?? "unknown"} ${crv ?? ""}`.trim());
}

/** Whether both are the same key; leading zeros of RSA numbers do not count. */
export function sameKey(a: PublicKey, b: CoseKey["key"]): boolean {
  if (a.kty === "EC") {
    return b.kty === "EC" && a.crv === b.crv && equalBytes(a.x, b.x) && equalBytes(a.y, b.y);
  }
  if (a.kty === "OKP") return b.kty === "OKP" && a.crv === b.crv && equalBytes(a.x, b.x);
  if (a.kty === "AKP") return b.kty === "AKP" && equalBytes(a.pub, b.pub);
  return b.kty === "RSA" && equalNumbers(a.n, b.n) && equalNumbers(a.e, b.e);
}

function exportedKey(certificate: Certificate) {
  try {
    return certificate.x509.publicKeyJwk();
  } catch (cause) {
    throw unsupported(certificate.x509.keyKind(), cause);
  }
}

function unsupported(kind: string, cause?: unknown): VerificationError {
  return new VerificationError("RP_ALGORITHM_UNSUPPORTED", `certificate key of kind ${kind}`, { cause });
}

function equalNumbers(a: Uint8Array, b: Uint8Array): boolean {
  return equalBytes(withoutZeros(a), withoutZeros(b));
}

function withoutZeros(bytes: Uint8Array): Uint8Array {
  const start = bytes.findIndex((byte) => byte !== 0);
  return start === -1 ? bytes.subarray(bytes.length) : bytes.subarray(start);
}
