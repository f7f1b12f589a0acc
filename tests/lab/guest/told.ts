import { type CtapHandler, nameOfCommand, nameOfStatus } from "../../../src/entry/ctap.js";
import type { Env } from "../../../src/entry/sim.js";

/** The host is a browser and traces nothing; what it says and hears is told from the key's side. */
export function told({ trace }: Env, handle: CtapHandler): CtapHandler {
  return async (request, options = {}) => {
    const command = nameOfCommand(request[0] ?? 0);
    trace.emit({ kind: "ctap.request", command, bytes: request.length });
    const cancelled = () => trace.emit({ kind: "ctap.cancel", command });
    options.signal?.addEventListener("abort", cancelled, { once: true });
    const response = await handle(request, options);
    options.signal?.removeEventListener("abort", cancelled);
    const status = nameOfStatus(response[0] ?? 0);
    trace.emit({ kind: "ctap.response", command, status, bytes: response.length });
    return response;
  };
}
