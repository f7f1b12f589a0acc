import { HarnessError } from "../../core/errors.js";

/**
 * A simulated device cannot be offered where it was asked to be.
 *
 * `EXPOSE_REMOTE_REFUSED` other machines could reach it and the caller did not allow that; `EXPOSE_PATH_TAKEN` a file
 * that is no socket is there; `EXPOSE_ADDRESS_IN_USE` another process listens there; `EXPOSE_UHID_MISSING` this kernel
 * makes no devices for programs, or not yet; `EXPOSE_UHID_DENIED` it does not for this one; `EXPOSE_IDENTITY_INVALID`
 * no device can have that name or number; `EXPOSE_FAILED` the system refused for another reason.
 */
export class ExposeError extends HarnessError<
  | "EXPOSE_REMOTE_REFUSED"
  | "EXPOSE_PATH_TAKEN"
  | "EXPOSE_ADDRESS_IN_USE"
  | "EXPOSE_UHID_MISSING"
  | "EXPOSE_UHID_DENIED"
  | "EXPOSE_IDENTITY_INVALID"
  | "EXPOSE_FAILED"
> {}

/** Names what the system said when listening failed. */
export function exposeFailure(where: string, cause: unknown): ExposeError {
  const { code } = (cause ?? {}) as { readonly code?: unknown };
  if (code === "EADDRINUSE") return new ExposeError("EXPOSE_ADDRESS_IN_USE", `${where} is in use`, { cause });
  const why = typeof code === "string" ? ` (${code})` : "";
  return new ExposeError("EXPOSE_FAILED", `${where} cannot be listened on${why}`, { cause });
}
