import type { Env } from "../../core/env.js";
import { isHarnessError } from "../../core/errors.js";
import { within } from "../../core/within.js";
import type { Fetch } from "./hardware.js";

/** Longest that a rig's HTTP server may take for one request, in milliseconds. */
const HTTP_MS = 30_000;

/**
 * Sends one request to a server that moves fingers or switches.
 *
 * @returns what kept it from being answered well, in words; `undefined` when the answer is one of success.
 */
export async function sendRequest(
  env: Env,
  fetch: Fetch,
  { method, url }: { readonly method: "GET" | "POST"; readonly url: string },
): Promise<string | undefined> {
  try {
    const budget = { timer: "rig.http", budgetMs: HTTP_MS, aftermath: "none" } as const;
    const { ok, status } = await within(env, budget, async (signal) => {
      const response = await fetch(url, { method, signal });
      // Read to the end, so that the connection may serve the next request.
      await response.text();
      return response;
    });
    return ok ? undefined : `${method} ${url} was answered with ${status}`;
  } catch (error) {
    if (isHarnessError(error)) return `${method} ${url} was not answered within ${HTTP_MS} ms`;
    return `${method} ${url} cannot be reached`;
  }
}
