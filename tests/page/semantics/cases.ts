/** One case of the page's side of WebAuthn, run in an unmodified Chromium and in one whose answers are the harness's. */
export interface SemanticsCase {
  readonly id: string;
  readonly about: string;
  /** Body of an async function in the page; what it returns is compared. */
  readonly run: string;
  /** The virtual authenticator is left untouched, and the simulated user does not touch. */
  readonly isUntouched?: boolean;
  /** Why the two differ; absent where they must not. */
  readonly differs?: string;
}
