/** The site of the cases, at two origins, and the script that plays a case in its page. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { SemanticsCase } from "./cases.js";
import { preludeFor } from "./prelude.js";

/** One site at two origins. */
export interface CasesSite extends AsyncDisposable {
  readonly url: string;
  readonly other: string;
}

/**
 * Serves a page with the functions of the cases; a frame of `other` is of another origin.
 *
 * @param limitMs how long one call may be pending before its page aborts it; as long as the case when absent.
 */
export async function casesSite(limitMs?: number): Promise<CasesSite> {
  const prelude = preludeFor(limitMs);
  const serve = async () => {
    const server = createServer(({ url }, response) => {
      response.setHeader("content-security-policy", "default-src 'self' 'unsafe-eval'; frame-src *");
      if (url === "/prelude.js") {
        response.setHeader("content-type", "text/javascript");
        response.end(prelude);
        return;
      }
      response.setHeader("content-type", "text/html");
      response.end(`<!doctype html><title>Cases</title><script src="/prelude.js"></script><body>`);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return server;
  };
  const servers = [await serve(), await serve()];
  const [url = "", other = ""] = servers.map(
    (server) => `http://localhost:${(server.address() as AddressInfo).port}/`,
  );
  return {
    url,
    other,
    async [Symbol.asyncDispose]() {
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

/** A passkey, so that a request without credentials named finds one and waits for a touch. */
export const PASSKEY = `make({ authenticatorSelection: { residentKey: "required" } }).then(() => true)`;

/** Returns the expression that plays a case in a page of the site; its value says so when the case does not end in time. */
export function scriptOf({ run }: SemanticsCase, { other }: CasesSite, withinMs = 45_000): string {
  const late = `new Promise((resolve) => setTimeout(resolve, ${withinMs}, "still pending after ${withinMs / 1_000} s"))`;
  return `(() => { const other = ${JSON.stringify(other)}; return Promise.race([(async () => { ${run} })(), ${late}]); })()`;
}

/** Returns an expression whose value says what a script threw. */
export function caught(script: string): string {
  return `${script}.catch((error) => ({ thrown: String(error?.name ?? error) }))`;
}
