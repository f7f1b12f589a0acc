import { X509Certificate, verify } from "node:crypto";

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
  /** Whether an ES256 signature as JOSE writes it, r then s, holds. */
  verifiesJoseEs256(message: Uint8Array, signature: Uint8Array): boolean;
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

  verifiesJoseEs256(message: Uint8Array, signature: Uint8Array): boolean {
    const key = { key: this.#certificate.publicKey, dsaEncoding: "ieee-p1363" } as const;
    return verify("sha256", message, key, signature);
  }
}
