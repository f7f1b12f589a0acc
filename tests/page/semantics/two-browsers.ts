/** The two Chromiums that every case runs in: unmodified with its own virtual authenticator, and with the harness's answers. */
import type { Browser, Page } from "@playwright/test";
import { attach } from "../../../src/page/playwright/attach.js";
import { PageRig } from "../../../src/page/rig.js";
import type { SemanticsCase } from "./cases.js";
import { PASSKEY, scriptOf, type CasesSite } from "./cases-site.js";

export { casesSite, type CasesSite } from "./cases-site.js";

/** An unmodified browser with its virtual security key. */
export async function runUnmodified(browser: Browser, site: CasesSite, one: SemanticsCase): Promise<unknown> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(site.url);
  const session = await context.newCDPSession(page);
  await session.send("WebAuthn.enable");
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      ctap2Version: "ctap2_1",
      transport: "usb",
      hasResidentKey: true,
      hasUserVerification: true,
      hasLargeBlob: true,
      hasCredBlob: true,
      hasMinPinLength: true,
      hasPrf: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  try {
    if (one.isUntouched === true) {
      await page.evaluate(PASSKEY);
      await session.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled: false });
    }
    return await evaluated(page, site, one);
  } finally {
    await context.close();
  }
}

/** A browser whose answers are the harness's. */
export async function runWithHarness(
  browser: Browser,
  site: CasesSite,
  one: SemanticsCase,
): Promise<unknown> {
  const context = await browser.newContext();
  const rig = new PageRig({
    time: "real",
    seed: one.id,
    knobs: {
      "key.profile": "ctap23",
      "key.pinSet": true,
      "key.processingMs": 0,
      "key.touchDelayMs": 5,
      "client.virtualAuthenticator": true,
      "user.pinEntryMs": 0,
      "user.closeSheetMs": 0,
    },
  });
  await attach(context, rig);
  const page = await context.newPage();
  try {
    await page.goto(site.url);
    if (one.isUntouched === true) {
      await page.evaluate(PASSKEY);
      rig.set({ "key.touchDelayMs": null });
    }
    return await evaluated(page, site, one);
  } finally {
    await context.close();
    rig.close();
  }
}

/** Runs the script of a case in a page of the site. */
export function evaluated(page: Page, site: CasesSite, one: SemanticsCase): Promise<unknown> {
  return page.evaluate(scriptOf(one, site));
}
