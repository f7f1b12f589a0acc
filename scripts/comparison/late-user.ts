/**
 * One page and one story, told in four ways: a page that shows an error after 60 s, and a user who touches the key after
 * 98 s. Each way is what a tester writes; the lines between its two marks are counted.
 */
import type { Browser } from "@playwright/test";
import { BrowserInjection, WebAuthnEmulator } from "nid-webauthn-emulator";
import { attach } from "../../src/page/playwright/attach.js";
import { PageRig } from "../../src/page/rig.js";

/** What a way came to: what the page told, whether a passkey exists, and whose timer it was, where that is said. */
export interface LateUserResult {
  readonly text: string | null;
  readonly passkeys: number;
  readonly verdict?: string;
}

export type LateUserWay = (browser: Browser, url: string) => Promise<LateUserResult>;

export const withHarness: LateUserWay = async (browser, url) => {
  // begin: harness
  const context = await browser.newContext();
  const rig = new PageRig({ knobs: { "key.touchDelayMs": 98_000, "key.upTimeoutMs": 200_000 } });
  await attach(context, rig);
  const page = await context.newPage();
  await page.goto(url);
  await page.click("#create");
  const { explanation } = await rig.settled();
  const text = await page.textContent("#says");
  const passkeys = rig.world.store.credentials.length;
  // end
  await context.close();
  return { text, passkeys, verdict: explanation.verdict };
};

export const withPlaywright: LateUserWay = async (browser, url) => {
  // begin: playwright
  const context = await browser.newContext();
  await context.credentials.install();
  await context.addInitScript(`
    const create = navigator.credentials.create.bind(navigator.credentials);
    navigator.credentials.create = (options) =>
      new Promise((resolve) => setTimeout(() => resolve(create(options)), 98_000));
  `);
  await context.clock.install();
  const page = await context.newPage();
  await page.goto(url);
  await Promise.all([page.waitForResponse("**/options"), page.click("#create")]);
  const finished = page.waitForResponse("**/finish");
  await page.clock.runFor(61_000);
  await page.clock.runFor(39_000);
  await finished;
  const text = await page.textContent("#says");
  const passkeys = (await context.credentials.get()).length;
  // end
  await context.close();
  return { text, passkeys };
};

export const withEmulator: LateUserWay = async (browser, url) => {
  // begin: emulator
  const context = await browser.newContext();
  const page = await context.newPage();
  const emulator = new WebAuthnEmulator();
  const { origin } = new URL(url);
  let touch = () => {};
  const touched = new Promise<void>((resolve) => (touch = resolve));
  let passkeys = 0;
  await page.exposeFunction(BrowserInjection.WebAuthnEmulatorCreate, async (options: never) => {
    await touched;
    passkeys += 1;
    return emulator.createJSON(origin, options);
  });
  await page.addInitScript(BrowserInjection.HookWebAuthnApis);
  await page.clock.install();
  await page.goto(url);
  await page.click("#create");
  await page.clock.runFor(61_000);
  await page.clock.runFor(37_000);
  const finished = page.waitForResponse("**/finish");
  touch();
  await finished;
  const text = await page.textContent("#says");
  // end
  await context.close();
  return { text, passkeys };
};

export const withDevTools: LateUserWay = async (browser, url) => {
  // begin: devtools
  const context = await browser.newContext();
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("WebAuthn.enable");
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "usb", automaticPresenceSimulation: false },
  });
  await page.clock.install();
  await page.goto(url);
  await page.click("#create");
  await page.clock.runFor(61_000);
  await page.clock.runFor(37_000);
  const finished = page.waitForResponse("**/finish", { timeout: 5_000 }).catch(() => undefined);
  await session.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled: true });
  await finished;
  const text = await page.textContent("#says");
  const passkeys = (await session.send("WebAuthn.getCredentials", { authenticatorId })).credentials.length;
  // end
  await context.close();
  return { text, passkeys };
};
