import { credentialTag } from "../core/credential-tag.js";
import type { QrContents } from "./qr.js";

/**
 * Short name of a QR code for traces: the same for who shows it and who scans it.
 *
 * Made of the public key in the code and never of the secret beside it, so that a trace gives nothing away.
 */
export function codeTag({ publicKey }: Pick<QrContents, "publicKey">): string {
  return credentialTag(publicKey);
}
