import { HarnessError, type ErrorDetail } from "../../../core/errors.js";

const HINTS = {
  METADATA_FORMAT:
    "A BLOB is a JWS in compact form, as the metadata service hands it out; pass the file's text unchanged.",
  METADATA_TOO_LARGE: "A BLOB is a few megabytes; is this another file?",
  METADATA_ALGORITHM:
    "The header's alg must be one of RS, PS, ES or EdDSA, and of the kind of the certificate's key.",
  METADATA_CERTIFICATES:
    "The certificates of the signer must lead to one of trustAnchors; where the header names only x5u, fetch them yourself and pass certificates.",
  METADATA_SIGNER:
    "The signer's certificate must be the metadata service's; pass signerName for another service.",
  METADATA_SIGNATURE: "The BLOB was changed after it was signed, or was cut.",
  METADATA_ROLLBACK: "An older BLOB than the one known would bring back models that have been revoked since.",
} as const;

export type MetadataCode = keyof typeof HINTS;

/**
 * A metadata BLOB that cannot be relied on. Nothing of it was used.
 *
 * @example
 * if (error instanceof MetadataError) console.log(error.code); // METADATA_SIGNATURE
 */
export class MetadataError extends HarnessError<MetadataCode> {
  constructor(code: MetadataCode, message: string, detail: ErrorDetail = {}) {
    super(code, message, { hint: HINTS[code], ...detail });
  }
}
