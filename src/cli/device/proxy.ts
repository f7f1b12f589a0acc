type Environment = Readonly<Record<string, string | undefined>>;

/** Which variable names the proxy for a scheme. Plain connections have one in lower case only, as curl has it. */
const VARIABLES: Readonly<Record<string, readonly string[]>> = {
  "wss:": ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"],
  "ws:": ["http_proxy", "all_proxy", "ALL_PROXY"],
};

/** The proxy that HTTPS_PROXY and NO_PROXY name for a URL, as other command lines read them. */
export function proxyFrom(environment: Environment): (url: URL) => string | undefined {
  const named = (names: readonly string[]) => names.map((name) => environment[name]).find((value) => value);
  const spared = (named(["no_proxy", "NO_PROXY"]) ?? "")
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .map((entry) => entry.toLowerCase());
  return (url) => {
    const proxy = named(VARIABLES[url.protocol] ?? []);
    if (proxy === undefined || spared.some((entry) => spares(entry, url))) return undefined;
    // A bare host and port is common, and means a plain proxy.
    return proxy.includes("://") ? proxy : `http://${proxy}`;
  };
}

/** `*`, a host, a domain with or without its first dot, and each with a port. */
function spares(entry: string, url: URL): boolean {
  if (entry === "*") return true;
  const [, name = "", port] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  if (port !== undefined && port !== portOf(url)) return false;
  const domain = name.replace(/^\*?\./, "");
  return url.hostname === domain || url.hostname.endsWith(`.${domain}`);
}

function portOf({ port, protocol }: URL): string {
  if (port !== "") return port;
  return protocol === "wss:" ? "443" : "80";
}
