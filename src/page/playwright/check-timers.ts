import type { BrowserContext, Page } from "@playwright/test";
import { PageRigError } from "../page-rig-error.js";
import { TIMER_PROBE_MS, type PageRig } from "../rig.js";

const NAME = '[Symbol.for("passkey-harness.setTimeout")]';

/** Notes in every document which `setTimeout` the harness put there, before scripts of the page run. */
export const TIMERS_MARK = `Object.defineProperty(globalThis, Symbol.for("passkey-harness.setTimeout"), { value: globalThis.setTimeout, configurable: true });`;

/** Arms and clears a timer where another `setTimeout` stands now: wrappers such as zone.js hand it on, fakes do not. */
const PROBE = `(() => {
  if (!(Symbol.for("passkey-harness.setTimeout") in globalThis) || globalThis.setTimeout === globalThis${NAME}) return "own";
  clearTimeout(setTimeout(() => {}, ${TIMER_PROBE_MS}));
  return "other";
})()`;

/**
 * Looks whether the timers of the pages are still the harness's.
 *
 * @throws {PageRigError} `TIMERS_REPLACED` where a page, or the test, has put fake timers in their place.
 */
export async function checkTimers(contexts: readonly BrowserContext[], rig: PageRig): Promise<void> {
  if (!rig.isVirtual) return;
  for (const page of contexts.flatMap((context) => context.pages())) {
    const before = rig.timersProbed;
    if ((await probed(page)) === "other" && rig.timersProbed === before) {
      throw new PageRigError(
        "TIMERS_REPLACED",
        `${new URL(page.url()).pathname} has fake timers of its own: virtual time does not move them`,
        {
          hint: 'leave out page.clock, sinon and the like under virtual time, or use time: "real"',
        },
      );
    }
  }
}

/** A page that is on its way elsewhere has nothing to say. */
async function probed(page: Page): Promise<unknown> {
  return page.evaluate(PROBE).catch(() => "own");
}
