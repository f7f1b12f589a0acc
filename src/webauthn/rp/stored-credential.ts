import type { Base64url } from "../json.js";

/** A site's record of one passkey: made by a registration, brought up to date by each sign-in. */
export interface CredentialRecord {
  readonly id: Base64url;
  /** The COSE key as registered. */
  readonly publicKeyCose: Uint8Array;
  readonly signCount: number;
  /** Absent or null in records from before the flag existed: then its constancy is not judged. */
  readonly backupEligible?: boolean | null;
  readonly backedUp?: boolean | null;
  /** Whether any ceremony so far verified the user. */
  readonly uvInitialized?: boolean;
  /** As the client reported them at registration. */
  readonly transports?: readonly string[];
}
