/** The harness's side of the comparison with a key on USB: the same key, taken as a real device by the page's rig. */
import type { Browser } from "@playwright/test";
import { LoopbackDevice, systemEnv } from "../../../src/entry/sim.js";
import { attach } from "../../../src/page/playwright/attach.js";
import { PageRig } from "../../../src/page/rig.js";
import { PASSKEY, caught, scriptOf, type CasesSite } from "./cases-site.js";
import type { SemanticsCase } from "./cases.js";
import { SemanticsKey } from "./semantics-key.js";

/** How long a call may be pending here: nothing takes a second, but for what stays pending. */
export const CALL_MS = 3_000;

/**
 * Plays a case in a browser whose answers are the harness's, with nobody to close its sheets, as in the lab.
 *
 * @param site made with {@link CALL_MS}.
 */
export async function runWithUsbKey(browser: Browser, site: CasesSite, one: SemanticsCase): Promise<unknown> {
  const context = await browser.newContext();
  const env = systemEnv();
  const key = new SemanticsKey(env, { touchMs: 5 });
  const rig = new PageRig({
    time: "real",
    device: () => Promise.resolve(new LoopbackDevice(env, key.handle)),
    knobs: { "user.closeSheetMs": null, "os.hybridSupported": false },
  });
  await attach(context, rig);
  const page = await context.newPage();
  try {
    await page.goto(site.url);
    if (one.isUntouched === true) {
      await page.evaluate(PASSKEY);
      key.isUntouched = true;
    }
    return await page.evaluate(caught(scriptOf(one, site, 240_000)));
  } finally {
    await context.close();
    rig.close();
  }
}
