/**
 * Calls a listener that a caller wrote. What it throws, at once or as a promise, goes to `onFailure`, and the
 * caller goes on.
 *
 * @param call calls the listener and returns what it returned.
 * @param onFailure receives what was thrown; must not throw itself.
 *
 * @example
 * notify(
 *   () => options.onLinked?.(phone),
 *   (error) => trace.emit({ kind: "link.hybrid", stage: "update", code: "LINK_NOT_KEPT" }),
 * );
 */
export function notify(call: () => unknown, onFailure: (error: unknown) => void): void {
  const run = async () => {
    await call();
  };
  run().catch(onFailure);
}
