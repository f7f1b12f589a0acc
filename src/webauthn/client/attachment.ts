import type { Ctap2Session } from "../../ctap/client/session.js";

/** A phone across the tunnel is cross-platform, whatever it is to itself. */
export function attachmentOf({ device, info }: Ctap2Session): "platform" | "cross-platform" {
  return device.transport !== "hybrid" && info.options?.["plat"] === true ? "platform" : "cross-platform";
}

/**
 * How the credential can be reached later: what the authenticator lists and how it was reached now.
 *
 * @see WebAuthn Level 3 §5.2.1.1 ([[transports]]: unique, in lexicographical order)
 */
export function transportsOf({ device, info }: Ctap2Session): string[] {
  return [...new Set([...(info.transports ?? []), ...(device.reachableBy ?? [device.transport])])].sort();
}
