import { setTimeout as sleep } from "node:timers/promises";

const EVERY_MS = 100;

/**
 * Waits in the guest, on its own clock, until something is there.
 *
 * @throws {Error} that names `what` when `withinMs` are over.
 */
export async function until<T>(
  what: string,
  {
    withinMs,
    probe,
  }: { readonly withinMs: number; readonly probe: () => T | undefined | Promise<T | undefined> },
): Promise<T> {
  const latest = performance.now() + withinMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (performance.now() > latest) throw new Error(`${what} did not happen within ${withinMs} ms`);
    await sleep(EVERY_MS);
  }
}
