import { UsageError } from "../command.js";

/** `HOST:PORT`; an IPv6 host may stand in brackets. @throws {UsageError} USAGE */
export function hostAndPort(text: string, options: { readonly zero?: boolean } = {}) {
  const at = text.lastIndexOf(":");
  const host = text.slice(0, at).replace(/^\[(.*)\]$/, "$1");
  const port = Number(text.slice(at + 1));
  const lowest = options.zero ? 0 : 1;
  if (at < 1 || !Number.isInteger(port) || port < lowest || port > 65_535) {
    throw new UsageError("USAGE", `"${text}" is not HOST:PORT`);
  }
  return { host, port };
}
