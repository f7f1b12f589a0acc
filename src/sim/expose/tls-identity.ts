import { concat } from "../../core/bytes.js";
import type { Env } from "../../core/env.js";
import { encodeCertificate } from "../authenticator/attestation/certificate.js";
import { der } from "../authenticator/attestation/der.js";

/** What a TLS server shows, in PEM. */
export interface TlsIdentity {
  readonly cert: string;
  /** Secret. */
  readonly key: string;
}

const SERIAL_BYTES = 8;
const P256 = "1.2.840.10045.3.1.7";

/**
 * Creates a self-signed certificate: clients have to be configured to trust it. For test relays, never for the public
 * internet.
 *
 * @param hosts names and IPv4 addresses the server answers to.
 */
export function selfMadeTlsIdentity(env: Env, hosts: readonly string[]): TlsIdentity {
  const { crypto } = env;
  const pair = crypto.generateKeyPair(env.entropy);
  const name = {
    country: "AA",
    organization: "passkey-harness",
    organizationalUnit: "Test relay",
    commonName: hosts[0] ?? "localhost",
  };
  const serial = concat(Uint8Array.of(1), env.entropy.bytes(SERIAL_BYTES));
  const contents = {
    subject: name,
    issuer: name,
    publicKey: pair.publicKey,
    serial,
    isAuthority: false,
    hosts,
  };
  return {
    cert: pem("CERTIFICATE", encodeCertificate(crypto, contents, pair)),
    key: pem("EC PRIVATE KEY", encodePrivateKey(pair)),
  };
}

/** @see RFC 5915 §3 (ECPrivateKey) */
function encodePrivateKey(pair: {
  readonly secretKey: Uint8Array;
  readonly publicKey: Uint8Array;
}): Uint8Array {
  return der.sequence(
    der.integer(Uint8Array.of(1)),
    der.octetString(pair.secretKey),
    der.context(0, der.oid(P256)),
    der.context(1, der.bitString(pair.publicKey)),
  );
}

/** @see RFC 7468 §2 */
function pem(label: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
