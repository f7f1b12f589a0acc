import type { ErrorDetail } from "../core/errors.js";
import { HybridError } from "./protocol/hybrid-error.js";

/** What an HTTP status of a tunnel service asks for. @see the statuses public services were seen to give */
const HINTS: Readonly<Partial<Record<number, string>>> = {
  403: "A proxy on the way or the service's rule on origins forbids it; the same network may let the phone through.",
  404: "Nobody waits in that tunnel any more: show a new QR code.",
  407: "The proxy wants to know who asks: put name and password into its URL.",
  418: "The phone had waited for too long: show a new QR code.",
  503: "The service is full: try again in a moment.",
};

/** The tunnel service would not let us in, or could not be reached. Nothing was asked of the phone yet. */
export class TunnelRefusedError extends HybridError {
  /** HTTP status of the answer to the upgrade; absent when there was no answer. */
  readonly httpStatus: number | undefined;

  constructor(message: string, detail: ErrorDetail & { readonly httpStatus?: number } = {}) {
    const { httpStatus, ...rest } = detail;
    const hint = httpStatus === undefined ? undefined : HINTS[httpStatus];
    super("TUNNEL_REFUSED", message, { ...(hint !== undefined && { hint }), ...rest });
    this.httpStatus = httpStatus;
  }
}
