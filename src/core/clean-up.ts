import type { Clock } from "./clock.js";

/** How a clean-up ended that did not end well. */
export type CleanUpFailure =
  { readonly kind: "failed"; readonly error: unknown } | { readonly kind: "late"; readonly limitMs: number };

/** Time that a port gets to be released, in milliseconds: twice what a busy adapter was seen to need. */
export const CLEAN_UP_MS = 5_000;

/**
 * Runs a clean-up whose end decides nothing, for at most {@link CLEAN_UP_MS}: what is torn down cannot hold back or
 * change the outcome of the work before it.
 *
 * @param timer names the wait on the clock, such as `phone.withdraw`.
 * @returns what kept it from ending well; undefined when it ended well.
 *
 * @example
 * const failure = await cleanUp(env.clock, "phone.withdraw", () => broadcast[Symbol.asyncDispose]());
 */
export function cleanUp(
  clock: Clock,
  timer: string,
  work: () => PromiseLike<unknown>,
): Promise<CleanUpFailure | undefined> {
  return new Promise((resolve) => {
    const disarm = clock.arm(CLEAN_UP_MS, timer, () => resolve({ kind: "late", limitMs: CLEAN_UP_MS }));
    const run = async () => {
      await work();
    };
    run()
      .then(
        () => resolve(undefined),
        (error: unknown) => resolve({ kind: "failed", error }),
      )
      .finally(disarm);
  });
}
