import type { PageRig } from "../rig.js";

/** What becomes of calls to the site; times in milliseconds of the test's time. */
export interface HeldCalls {
  readonly url: string | RegExp;
  /** From the page's call to the site getting it. */
  readonly requestMs?: number;
  /** From the site's answer to the page getting it. */
  readonly answerMs?: number;
  /** The site gets the call, and its answer is lost. */
  readonly losesAnswer?: boolean;
}

export interface WatchDeps {
  readonly rig: PageRig;
  /** Calls that are held back, the latest rule first. */
  readonly held: () => readonly HeldCalls[];
}

/** Returns what becomes of a call to this address: the latest rule that fits, or none. */
export function ruleFor(url: string, held: readonly HeldCalls[]): Partial<HeldCalls> {
  const fits = ({ url: of }: HeldCalls) => (typeof of === "string" ? url.includes(of) : matches(of, url));
  return held.find(fits) ?? {};
}

/** An expression with `g` or `y` would begin where it found something last. */
function matches({ source, flags }: RegExp, url: string): boolean {
  return new RegExp(source, flags.replaceAll(/[gy]/g, "")).test(url);
}
