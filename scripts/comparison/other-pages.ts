/** Pages for the cases of tests/page/semantics whose authenticator is neither the harness's nor Chromium's. */
import type { Browser, BrowserContext, Page } from "@playwright/test";
import { BrowserInjection, WebAuthnEmulator } from "nid-webauthn-emulator";
import type { SemanticsCase } from "../../tests/page/semantics/cases.js";
import { evaluated, type CasesSite } from "../../tests/page/semantics/two-browsers.js";

export type Prepare = (context: BrowserContext, page: Page, origin: string) => Promise<void>;

export const preparePlaywright: Prepare = async (context) => {
  await context.credentials.install();
};

export const prepareEmulator: Prepare = async (_context, page, origin) => {
  const emulator = new WebAuthnEmulator();
  const { WebAuthnEmulatorCreate, WebAuthnEmulatorGet, HookWebAuthnApis } = BrowserInjection;
  await page.exposeFunction(WebAuthnEmulatorCreate, (options: never) => emulator.createJSON(origin, options));
  await page.exposeFunction(WebAuthnEmulatorGet, (options: never) => emulator.getJSON(origin, options));
  await page.exposeFunction(BrowserInjection.WebAuthnEmulatorSignalUnknownCredential, (options: never) =>
    emulator.signalUnknownCredential(options),
  );
  await page.addInitScript(HookWebAuthnApis);
};

/** Runs a case; what fails in the page's own preparation is its result. */
export async function runPrepared(
  browser: Browser,
  site: CasesSite,
  { one, prepare }: { readonly one: SemanticsCase; readonly prepare: Prepare },
): Promise<unknown> {
  const context = await browser.newContext();
  const page = await context.newPage();
  try {
    await prepare(context, page, new URL(site.url).origin);
    await page.goto(site.url);
    return await evaluated(page, site, one);
  } catch (error) {
    return `failed: ${error instanceof Error ? error.name : "?"}`;
  } finally {
    await context.close();
  }
}
