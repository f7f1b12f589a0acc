import { HarnessError } from "../core/errors.js";

/**
 * A page under test cannot be played so. `DEVICE_NEEDS_REAL_TIME`: a real authenticator cannot follow virtual time;
 * `PAGE_INSECURE`: the page is no secure context, in which browsers have no passkeys; `BACKEND_CANNOT`: the browser's own
 * virtual authenticator cannot do what was asked. Nothing was done.
 */
export class PageRigError extends HarnessError<
  "DEVICE_NEEDS_REAL_TIME" | "PAGE_INSECURE" | "BACKEND_CANNOT"
> {}
