import { seconds } from "../core/seconds.js";
import type { TimerUse } from "./facts/timers.js";

export { seconds };

/** `page.guard (page, 60.000 s)` */
export function nameTimer({ timer, owner, budgetMs }: TimerUse): string {
  return `${timer} (${owner}, ${seconds(budgetMs)})`;
}

/**
 * `page.guard fired first`, or `page.guard fired` where another timer of the ceremony had fired before it.
 */
export function firedText({ timers }: { readonly timers: readonly TimerUse[] }, use: TimerUse): string {
  const firedAtMs = use.endedAtMs ?? Infinity;
  const isFirst = !timers.some(({ end, endedAtMs = Infinity }) => end === "fired" && endedAtMs < firedAtMs);
  return `${use.timer} fired${isFirst ? " first" : ""}`;
}

/** Leaves out the lines whose records a trace does not hold. */
export function evidenceOf(...lines: readonly (string | false | undefined)[]): readonly string[] {
  return lines.filter((line) => typeof line === "string");
}
