import type { PageErrorName, PageReason } from "../../webauthn/profiles/page-error-name.js";

/** What a page's promise rejects with. A page may look at `name` only; `reason` is for the trace. */
export class PageRejection extends Error {
  override readonly name: PageErrorName;
  readonly reason: PageReason;

  constructor(name: PageErrorName, reason: PageReason) {
    super("The operation either timed out or was not allowed.");
    this.name = name;
    this.reason = reason;
  }
}
