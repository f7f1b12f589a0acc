import { HarnessError, type ErrorDetail } from "../core/errors.js";

export type PageRigFault =
  /** A real authenticator cannot follow virtual time. */
  | "DEVICE_NEEDS_REAL_TIME"
  /** The page is no secure context, in which browsers have no passkeys. */
  | "PAGE_INSECURE"
  /** The page was loaded before the harness was there: its scripts have the browser's own timers and credentials. */
  | "PAGE_BEFORE_HARNESS"
  /** A script put timers of its own in the place of the harness's: virtual time does not move them. */
  | "TIMERS_REPLACED"
  /** No request for a passkey came of what was done. */
  | "NO_CEREMONY"
  /** The test ended while a page waited for a passkey. */
  | "CEREMONY_PENDING"
  /** There is no window, or no package that makes one. */
  | "NO_WINDOW"
  /** Passkeys of another test are in the window. */
  | "WINDOW_TAKEN"
  /** What belongs to a test was used outside of one. */
  | "NO_TEST_RUNNER"
  /** Two tests that share one handle run at the same time. */
  | "TESTS_OVERLAP"
  /** The browser's own virtual authenticator cannot do what was asked. */
  | "BACKEND_CANNOT";

/** A page under test cannot be played so. Nothing was done, but where the code says otherwise. */
export class PageRigError extends HarnessError<PageRigFault> {
  constructor(code: PageRigFault, message: string, detail: ErrorDetail = {}) {
    const { hint, furtherLines = [] } = detail;
    // Test runners show messages, and no members.
    super(code, message, {
      ...detail,
      furtherLines: [...(hint === undefined ? [] : [hint]), ...furtherLines],
    });
  }
}
