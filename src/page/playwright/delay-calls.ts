import type { BrowserContext, Route } from "@playwright/test";
import type { PageRig } from "../rig.js";

/** What becomes of calls to the site; times in milliseconds of the test's time. */
export interface CallDelay {
  /** From the page's call to the site getting it. */
  readonly requestMs?: number;
  /** From the site's answer to the page getting it. */
  readonly answerMs?: number;
  /** The site gets the call, and its answer is lost. */
  readonly losesAnswer?: boolean;
}

/** Delays the calls that fit, led by the conductor: time goes on for everything else meanwhile. */
export async function delayCalls(
  context: BrowserContext,
  rig: PageRig,
  calls: { readonly url: string | RegExp; readonly delay: CallDelay },
): Promise<void> {
  await context.route(calls.url, (route) =>
    // A site that is not there ends the call; the page, or the test, may be over by then.
    delayed(route, rig, calls.delay).catch(() => route.abort().catch(() => undefined)),
  );
}

async function delayed(route: Route, rig: PageRig, delay: CallDelay): Promise<void> {
  const { requestMs = 0, answerMs = 0, losesAnswer = false } = delay;
  const call = route.request();
  if (requestMs > 0) await rig.hold(call, requestMs);
  if (answerMs === 0 && !losesAnswer) return route.fallback();
  const response = await route.fetch();
  if (answerMs > 0) await rig.hold(call, answerMs);
  return losesAnswer ? route.abort("connectionreset") : route.fulfill({ response });
}
