/** What the reader of a {@link VerificationError} can do about it, by code. */
export const HINTS = {
  RP_RESPONSE: "Send the credential as PublicKeyCredential.toJSON() gives it: base64url, no missing member.",
  RP_CLIENT_DATA: "Hand over clientDataJSON byte for byte as the client hashed it; do not re-serialise it.",
  RP_TYPE: "Registrations go to verifyRegistration, assertions to verifyAssertion.",
  RP_CHALLENGE: "Compare with the challenge issued for this very ceremony; each is good for one response.",
  RP_ORIGIN: "List every origin the page may be served from, scheme and port included, no trailing slash.",
  RP_CROSS_ORIGIN: "Pass topOrigins if the ceremony may run in an iframe of another site.",
  RP_TOP_ORIGIN: "List the embedding page's origin in topOrigins.",
  RP_CREDENTIAL_ID: "Look the stored credential up by the id of this response.",
  RP_CREDENTIAL_NOT_ALLOWED:
    "The authenticator answered with another credential than those listed. A browser refuses such an answer, and so must a site.",
  RP_USER_HANDLE: "The credential belongs to another account than the one signing in.",
  RP_AUTHENTICATOR_DATA:
    "Authenticator data is rpIdHash, flags, counter, then what the flags announce; nothing more.",
  RP_ID_HASH: "The rp id asked for and the one expected must be the same domain, without scheme or port.",
  RP_USER_PRESENT: "Only a conditional registration may lack user presence; pass mediation: conditional.",
  RP_USER_VERIFIED: "Ask for userVerification: required, or accept responses without it.",
  RP_BACKUP_STATE: "BS without BE is not a legal combination of flags.",
  RP_BACKUP_ELIGIBILITY:
    "Level 3 refuses it. In the field a provider changed its mind, or a program upgrade or a restored copy did; look the record up by id before you blame the key.",
  RP_ALGORITHM: "The credential's algorithm must be one of pubKeyCredParams.",
  RP_ALGORITHM_UNSUPPORTED: "This library cannot verify that algorithm; leave it out of pubKeyCredParams.",
  RP_CREDENTIAL_KEY:
    "Refuse the registration: no signature would ever hold with this key. The authenticator made it wrong.",
  RP_CREDENTIAL_KEY_MEMBERS:
    "A credential key holds alg and what its type requires, each once, without tags and without private members.",
  RP_SIGNATURE_EMPTY:
    "Somebody sent an assertion without a signature: an authenticator's answer to a pre-flight, or a test double.",
  RP_SIGNATURE_ENCODING:
    "ECDSA signatures are DER: SEQUENCE of INTEGER r and s, each as short as it can be. Do not convert them to r and s of fixed length.",
  RP_SIGNATURE: "The stored public key must be of this credential, byte for byte as registered.",
  RP_COUNTER:
    "A counter that stands still or falls may mean a cloned authenticator; pass counterPolicy: warn to go on.",
  RP_UNKNOWN_FORMAT: "Ask for attestation: none, or for formats this library knows.",
  RP_ATTESTATION_OBJECT: "The attestation object is a CBOR map of fmt, attStmt and authData.",
  RP_ATTESTATION_STATEMENT: "The statement lacks a member its format demands, or has one of the wrong type.",
  RP_ATTESTATION_ALGORITHM: "The statement's algorithm and the key that should have signed do not fit.",
  RP_ATTESTATION_SIGNATURE:
    "The statement was not signed by the key it names, or the signed bytes were changed.",
  RP_ATTESTATION_NONCE: "The statement was made for another authenticator data or another client data.",
  RP_ATTESTATION_KEY: "The certified key is not the credential's key.",
  RP_ATTESTATION_AAGUID: "The certificate was issued for another authenticator model.",
  RP_ATTESTATION_CERTIFICATE: "The attestation certificate breaks a rule of its format.",
  RP_ATTESTATION_NO_BASIC_CONSTRAINTS:
    "Such a certificate must say that it is no authority; pass attestationPolicy: { basicConstraints: optional } for makers that leave it out.",
  RP_ATTESTATION_TPM: "The TPM's structures do not say what the format demands.",
  RP_ATTESTATION_ANDROID_KEY:
    "The key's authorization list is not that of a key made in and for this device.",
  RP_ATTESTATION_SAFETYNET: "The device failed the integrity verdict, or the verdict is not of this service.",
  RP_ATTESTATION_TIME: "The statement's timestamp is too far from the date given as atEpochMs.",
  RP_ATTESTATION_NEEDS_NODE:
    "Verify attestation certificates on the server: X.509 is read with node:crypto. Without certificates, ask for attestation: none.",
  RP_ATTESTATION_CHAIN: "Each certificate of x5c must be issued by the next; send intermediates in order.",
  RP_ATTESTATION_UNTRUSTED: "Add the vendor's root to trustAnchors, or do not demand trust.",
  RP_ATTESTATION_EXPIRED: "The certificate was not valid at the date given as atEpochMs.",
  RP_ATTESTATION_CRITICAL_EXTENSION:
    "The issuer forbids use by verifiers that do not know this extension; constraints on policies are not processed here.",
  RP_ATTESTATION_NOT_AN_AUTHORITY:
    "A certificate that issues others says so in basicConstraints, and its keyUsage allows it; look for an intermediate that is missing or out of order.",
  RP_ATTESTATION_PATH_LENGTH: "An authority of the path may not have as many authorities below it.",
  RP_ATTESTATION_NAME_CONSTRAINTS: "An authority of the path may not issue certificates for this name.",
  RP_ATTESTATION_REVOKED: "Its issuer took the certificate back; do not register this authenticator.",
  RP_ATTESTATION_REVOCATION_UNKNOWN:
    "Add a list of the issuer that is valid at the date to revocationLists, or pass revocationPolicy: if-listed.",
  RP_REVOCATION_LIST: "Give certificate revocation lists in DER as revocationLists; convert PEM files first.",
  RP_METADATA_STATUS:
    "The metadata reports a problem of this model; metadataPolicy.refuse says which reports refuse a registration.",
  RP_METADATA_UNLISTED:
    "The metadata has no entry for this model; pass metadataPolicy: { unlisted: warn } or name its roots in trustAnchorsByAaguid.",
  RP_METADATA_TYPE:
    "Authenticators of this model attest otherwise: the response may come from another one that only names its aaguid.",
  RP_METADATA_OUTDATED: "Fetch the BLOB anew: its nextUpdate has passed.",
  RP_ATTESTATION_COMPOUND: "A compound statement holds two or more statements, none of them compound.",
  RP_ATTESTATION_POLICY: "The statement is sound, but its type or format is not one this site accepts.",
} as const;

/** Every rule a relying party can find broken. */
export type RpCode = keyof typeof HINTS;
