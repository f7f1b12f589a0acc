/** Node's codes of a certificate that was not taken, and what helps against each. @see OpenSSL, X509_V_ERR_* */
const HINTS: readonly (readonly [code: RegExp, hint: string])[] = [
  [
    /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|UNABLE_TO_VERIFY_LEAF_SIGNATURE)$/,
    "the certificate is of an issuer that Node does not know: name the issuer's file with NODE_EXTRA_CA_CERTS",
  ],
  [/^(CERT_HAS_EXPIRED|CERT_NOT_YET_VALID)$/, "the certificate is out of date, or this machine's clock is"],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    "the certificate is for another host name: use the name that it was made for",
  ],
  [/^(CERT_|ERR_TLS_CERT)/, "the certificate was refused: openssl s_client -connect HOST:PORT shows it"],
];

/**
 * Returns what helps where a TLS connection failed over the other side's certificate.
 *
 * @param code of the error, such as `DEPTH_ZERO_SELF_SIGNED_CERT`.
 * @returns undefined for failures of any other cause.
 */
export function certificateHint(code: string): string | undefined {
  return HINTS.find(([pattern]) => pattern.test(code))?.[1];
}
