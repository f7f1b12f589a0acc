import { HarnessError } from "../../core/errors.js";

/**
 * A simulated device cannot be offered where it was asked to be.
 *
 * `EXPOSE_REMOTE_REFUSED` other machines could reach it and nobody allowed that; `EXPOSE_PATH_TAKEN` a
 * file that is no socket is there; `EXPOSE_ADDRESS_IN_USE` somebody listens there; `EXPOSE_FAILED` the
 * system refused for another reason.
 */
export class ExposeError extends HarnessError<
  "EXPOSE_REMOTE_REFUSED" | "EXPOSE_PATH_TAKEN" | "EXPOSE_ADDRESS_IN_USE" | "EXPOSE_FAILED"
> {}

/** Names what the system said when listening failed. */
export function exposeFailure(where: string, cause: unknown): ExposeError {
  const { code } = (cause ?? {}) as { readonly code?: unknown };
  if (code === "EADDRINUSE") return new ExposeError("EXPOSE_ADDRESS_IN_USE", `${where} is in use`, { cause });
  return new ExposeError("EXPOSE_FAILED", `${where} cannot be listened on`, { cause });
}
