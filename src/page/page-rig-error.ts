import { HarnessError } from "../core/errors.js";

/**
 * A page under test cannot be played so. `DEVICE_NEEDS_REAL_TIME`: a real authenticator cannot follow virtual time;
 * `PAGE_INSECURE`: the page is no secure context, in which browsers have no passkeys. Nothing was done.
 */
export class PageRigError extends HarnessError<"DEVICE_NEEDS_REAL_TIME" | "PAGE_INSECURE"> {}
