/**
 * Compiled by `npm run types`, never run: the matchers on each `expect`, with the causes that there are, and the fixtures
 * with the types that a test sees.
 */
import { expect as jestExpect } from "expect";
import { expect as playwrightExpect, test as playwrightTest } from "../../src/entry/playwright.js";
import { usePasskeys } from "../../src/entry/jest.js";
import { expect as vitestExpect, test as vitestTest } from "../../src/entry/vitest.js";
import type { PageStory } from "../../src/page/rig.js";

export function matchers(story: PageStory): void {
  vitestExpect(story).toTellTruth();
  vitestExpect(story).not.toEndAs("late-delivery");
  vitestExpect(story).toHaveEndedBy("page.guard", { atMs: 60_000 });
  jestExpect(story).toLeaveOrphan();
  jestExpect(story).not.toEndAs(["late-delivery", "success"]);
  playwrightExpect(story).toEndAs("success");
  playwrightExpect(story).not.toTellTruth();
  // @ts-expect-error -- there is no such cause
  vitestExpect(story).toEndAs("late-delivry");
  // @ts-expect-error -- there is no such cause
  jestExpect(story).toEndAs("late-delivry");
  // @ts-expect-error -- there is no such cause
  playwrightExpect(story).toEndAs("late-delivry");
}

vitestTest("fixtures of vitest", async ({ passkeys, key, phone, site, clock }) => {
  const window = await passkeys.open("http://localhost:3000/");
  const story: PageStory = await passkeys.register(() => window.document.querySelector("button")?.click());
  site.finishRegistration(await key.lateFinger(clock.nowMs()).register(site.registrationOptions("a"), site));
  site.finishLogin(await phone.logIn(site.loginOptions(), site));
  matchers(story);
});

playwrightTest.use({ passkeyOptions: { device: "phone", client: "gecko", time: "real" } });
// @ts-expect-error -- there is no such device
playwrightTest.use({ passkeyOptions: { device: "phon" } });
playwrightTest("fixtures of Playwright", async ({ page, passkeys }) => {
  await passkeys.delayCalls("**/finish", { answerMs: 1 });
  matchers(await passkeys.register(page.getByRole("button")));
});

usePasskeys({ reportFolder: "reports" }).lateFinger(98_000);
