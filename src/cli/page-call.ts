import { effectiveTimeoutMs, isHarnessError, SPEC_L3, toPageError, type ClientContext } from "../index.js";
import type { Workbench } from "./workbench.js";

export interface PageCall {
  readonly method: "create" | "get";
  readonly client: ClientContext;
  /** What the site asks for. */
  readonly timeoutMs: number | undefined;
}

/** Tells of a ceremony what a page would see of it, so that its trace can be explained. */
export async function calledByPage<T>(
  { env }: Workbench,
  { method, client, timeoutMs }: PageCall,
  ceremony: () => Promise<T>,
): Promise<T> {
  const trace = env.trace.as("browser");
  const profile = client.profile ?? SPEC_L3;
  const effectiveMs = effectiveTimeoutMs(profile, timeoutMs);
  trace.emit({
    kind: "page.called",
    method,
    ...(timeoutMs !== undefined && { timeoutMs }),
    effectiveMs,
  });
  try {
    const response = await ceremony();
    trace.emit({ kind: "page.settled", method, outcome: "resolved" });
    return response;
  } catch (error) {
    if (isHarnessError(error)) {
      const { name, reason } = toPageError(error, { method, profile });
      trace.emit({ kind: "page.settled", method, outcome: "rejected", name, reason });
    }
    throw error;
  }
}
