import type { ErrorDetail } from "../core/errors.js";
import { HybridError } from "./hybrid-error.js";

/** The tunnel service would not let us in, or could not be reached. Nothing was asked of the phone yet. */
export class TunnelRefusedError extends HybridError {
  /** HTTP status of the answer to the upgrade; absent when there was no answer. */
  readonly httpStatus: number | undefined;

  constructor(message: string, detail: ErrorDetail & { readonly httpStatus?: number } = {}) {
    const { httpStatus, ...rest } = detail;
    super("TUNNEL_REFUSED", message, rest);
    this.httpStatus = httpStatus;
  }
}
