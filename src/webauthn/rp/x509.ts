import { constants, X509Certificate, verify, type KeyObject } from "node:crypto";

/** A public key as a JSON Web Key; members that are missing are not of its kind. */
export interface JsonWebKeyFields {
  readonly kty?: string | undefined;
  readonly crv?: string | undefined;
  readonly x?: string | undefined;
  readonly y?: string | undefined;
  readonly n?: string | undefined;
  readonly e?: string | undefined;
}

/** What certificates need of a library for X.509: keys, signatures, and the rules about issuers. */
export interface X509 {
  /** Whether basicConstraints and keyUsage let it issue certificates. */
  readonly ca: boolean;
  /** @throws for a kind of key the library does not know; `kind` is what it calls it. */
  publicKeyJwk(): JsonWebKeyFields;
  /**
   * Returns the library's name for the kind of the public key; `unknown` when the library cannot determine the kind.
   */
  keyKind(): string;
  /** Whether the issuer's key signed it. @throws for an unknown kind of key. */
  isSignedBy(issuer: X509): boolean;
  /** Whether names, key identifiers and key usage fit. */
  namesIssuer(issuer: X509): boolean;
  /**
   * Whether a signature as JOSE writes it (ECDSA: r then s) holds by the certificate's key; `undefined` for an algorithm
   * that is not one of a key pair, or not one of this key.
   */
  verifiesJose(alg: string, message: Uint8Array, signature: Uint8Array): boolean | undefined;
  /** The same for a signature as X.509 writes it; `oid` is that of the algorithm. */
  verifiesX509(oid: string, message: Uint8Array, signature: Uint8Array): boolean | undefined;
}

/** @throws {Error} when the bytes are no X.509 certificate in DER. */
export function openX509(der: Uint8Array): X509 {
  return new NodeX509(new X509Certificate(der));
}

class NodeX509 implements X509 {
  readonly #certificate: X509Certificate;

  constructor(certificate: X509Certificate) {
    this.#certificate = certificate;
  }

  get ca(): boolean {
    return this.#certificate.ca;
  }

  publicKeyJwk(): JsonWebKeyFields {
    return this.#certificate.publicKey.export({ format: "jwk" });
  }

  keyKind(): string {
    try {
      return this.#certificate.publicKey.asymmetricKeyType ?? "unknown";
    } catch {
      return "unknown";
    }
  }

  namesIssuer(issuer: X509): boolean {
    return issuer instanceof NodeX509 && this.#certificate.checkIssued(issuer.#certificate);
  }

  isSignedBy(issuer: X509): boolean {
    return issuer instanceof NodeX509 && this.#certificate.verify(issuer.#certificate.publicKey);
  }

  verifiesJose(alg: string, message: Uint8Array, signature: Uint8Array): boolean | undefined {
    const rule = JOSE.get(alg);
    const key = this.#keyFor(rule);
    if (rule === undefined || key === undefined) return undefined;
    const padding = rule.pss === true ? PSS : {};
    return verify(rule.hash, message, { key, dsaEncoding: "ieee-p1363", ...padding }, signature);
  }

  verifiesX509(oid: string, message: Uint8Array, signature: Uint8Array): boolean | undefined {
    const rule = X509_ALGORITHMS.get(oid);
    const key = this.#keyFor(rule);
    return rule === undefined || key === undefined ? undefined : verify(rule.hash, message, key, signature);
  }

  #keyFor(rule: SignatureRule | undefined): KeyObject | undefined {
    try {
      const { publicKey } = this.#certificate;
      const { asymmetricKeyType = "", asymmetricKeyDetails } = publicKey;
      const fits = rule?.keys.includes(asymmetricKeyType) === true;
      const ofCurve = rule?.curve === undefined || rule.curve === asymmetricKeyDetails?.namedCurve;
      return fits && ofCurve ? publicKey : undefined;
    } catch {
      return undefined;
    }
  }
}

/** How node:crypto verifies an algorithm, and the keys it goes with. */
interface SignatureRule {
  /** `null` where the algorithm has a hash of its own. */
  readonly hash: string | null;
  readonly keys: readonly string[];
  readonly curve?: string;
  readonly pss?: true;
}

const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
const EDWARDS = ["ed25519", "ed448"];

/** @see RFC 7518 §3.1, RFC 8037 §3.1 */
const JOSE: ReadonlyMap<string, SignatureRule> = new Map<string, SignatureRule>([
  ...(["256", "384", "512"] as const).flatMap((bits): [string, SignatureRule][] => [
    [`RS${bits}`, { hash: `sha${bits}`, keys: ["rsa"] }],
    [`PS${bits}`, { hash: `sha${bits}`, keys: ["rsa"], pss: true }],
  ]),
  ["ES256", { hash: "sha256", keys: ["ec"], curve: "prime256v1" }],
  ["ES384", { hash: "sha384", keys: ["ec"], curve: "secp384r1" }],
  ["ES512", { hash: "sha512", keys: ["ec"], curve: "secp521r1" }],
  ["EdDSA", { hash: null, keys: EDWARDS }],
]);

/** @see RFC 5758 §3.2, RFC 4055 §5, RFC 8410 §3 */
const X509_ALGORITHMS: ReadonlyMap<string, SignatureRule> = new Map<string, SignatureRule>([
  ["1.2.840.10045.4.3.2", { hash: "sha256", keys: ["ec"] }],
  ["1.2.840.10045.4.3.3", { hash: "sha384", keys: ["ec"] }],
  ["1.2.840.10045.4.3.4", { hash: "sha512", keys: ["ec"] }],
  ["1.2.840.113549.1.1.11", { hash: "sha256", keys: ["rsa"] }],
  ["1.2.840.113549.1.1.12", { hash: "sha384", keys: ["rsa"] }],
  ["1.2.840.113549.1.1.13", { hash: "sha512", keys: ["rsa"] }],
  ["1.3.101.112", { hash: null, keys: ["ed25519"] }],
  ["1.3.101.113", { hash: null, keys: ["ed448"] }],
]);
