/** What pages do to a test: they call early, go away in the middle, open others, have timers of their own, wait for the site. */
import { chromium, type Browser, type BrowserContext, type Page } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PasskeyOptions } from "../../src/page/passkeys.js";
import { PlaywrightPasskeys } from "../../src/page/playwright/playwright-passkeys.js";
import { programNamed } from "../helpers/programs.js";
import { passkeySite, type PasskeySite } from "./passkey-site.js";

const executablePath = programNamed("chromium");
if (executablePath === undefined) {
  console.log("chromium-manners.test.ts skips: Chromium is not installed (Debian package chromium)");
}

/** A request that nobody answers before it is ended. */
const ASK = `navigator.credentials.get({ publicKey: { challenge: new Uint8Array(16) } })`;

describe.skipIf(executablePath === undefined)("a page under test in Chromium", () => {
  let browser: Browser;
  let site: PasskeySite;

  beforeAll(async () => {
    browser = await chromium.launch({ ...(executablePath && { executablePath }), args: ["--no-sandbox"] });
    site = await passkeySite({ corrects: true });
  });

  afterAll(async () => {
    await browser.close();
    await site[Symbol.asyncDispose]();
  });

  async function opened(options: PasskeyOptions = {}) {
    const context: BrowserContext = await browser.newContext();
    const passkeys = new PlaywrightPasskeys(options);
    await passkeys.attach(context);
    const page: Page = await context.newPage();
    await page.goto(site.url);
    return { context, passkeys, page, [Symbol.asyncDispose]: () => context.close() };
  }

  test("that was loaded before the harness is refused by name", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(site.url);
    const early = new PlaywrightPasskeys();
    await expect(early.attach(context)).rejects.toMatchObject({ code: "PAGE_BEFORE_HARNESS" });
    await context.close();
  });

  test("that is navigated in mid-ceremony ends its request, and the next page works", async () => {
    await using run = await opened();
    const { passkeys, page } = run;
    passkeys.nobodyTouches();
    await page.evaluate(`void ${ASK}.catch(() => {})`);
    await passkeys.advance(1_000);
    expect(passkeys.rig.bridge.open).toHaveLength(1);
    await page.goto(`${site.url}?again`);
    await passkeys.settled();
    expect(passkeys.rig.bridge.calls[0]).toMatchObject({ aborted: true });
    passkeys.set({ "key.touchDelayMs": 1_000 });
    const { explanation } = await passkeys.register(page.locator("#create"));
    expect(explanation.ceremonies.at(-1)?.mechanism).toBe("success");
  });

  test("that is closed, or loses the frame that asked, leaves nothing pending", async () => {
    await using run = await opened();
    const { passkeys, page, context } = run;
    passkeys.nobodyTouches();
    await page.evaluate(`(async () => {
      const frame = document.createElement("iframe");
      frame.src = "/frame";
      document.body.append(frame);
      await new Promise((resolve) => { frame.onload = resolve; });
    })()`);
    const [, frame] = page.frames();
    await frame?.evaluate(`void ${ASK}.catch(() => {})`);
    await passkeys.advance(1_000);
    expect(passkeys.rig.bridge.open).toHaveLength(1);
    await page.evaluate(`document.querySelector("iframe").remove()`);
    await passkeys.settled();
    expect(passkeys.rig.bridge.open).toHaveLength(0);

    const other = await context.newPage();
    await other.goto(site.url);
    await other.evaluate(`void ${ASK}.catch(() => {})`);
    await passkeys.advance(1_000);
    expect(passkeys.rig.bridge.open).toHaveLength(1);
    await other.close();
    await passkeys.settled();
    expect(passkeys.rig.bridge.calls.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  test("opens a popup, which is led as well", async () => {
    await using run = await opened();
    const { passkeys, page } = run;
    passkeys.set({ "key.touchDelayMs": 40_000, "key.upTimeoutMs": 60_000 });
    const [popup] = await Promise.all([
      page.waitForEvent("popup"),
      page.evaluate(`void window.open(location.href)`),
    ]);
    await popup.waitForLoadState();
    const { explanation } = await passkeys.register(popup.locator("#create"));
    expect(explanation.mechanism).toBe("success");
    await expect(popup.locator("#says").textContent()).resolves.toBe("Your passkey is ready.");
  });

  test("with fake timers of its own is named; one that wraps the timers is not", async () => {
    await using run = await opened();
    const { passkeys, page } = run;
    await page.evaluate(`{
      const arm = window.setTimeout;
      window.setTimeout = (handler, delay, ...args) => arm(handler, delay, ...args);
    }`);
    await passkeys.settled();
    await page.evaluate(`{
      const timers = [];
      window.setTimeout = (handler, delay) => timers.push({ handler, delay });
      window.clearTimeout = () => {};
    }`);
    await expect(passkeys.settled()).rejects.toMatchObject({ code: "TIMERS_REPLACED" });
  });

  test("waits for calls that are delayed in the test's time, and no longer", async () => {
    await using run = await opened();
    const { passkeys, page } = run;
    await passkeys.delayCalls("**/options", { requestMs: 20_000 });
    await passkeys.delayCalls("**/finish", { answerMs: 30_000 });
    passkeys.set({ "key.touchDelayMs": 5_000 });
    const { records } = await passkeys.register(page.locator("#create"));
    const calls = records.flatMap((record) =>
      record.kind === "rp.request" || record.kind === "rp.response"
        ? [`${record.kind} ${record.call} ${Math.round(record.atMs / 1_000)}`]
        : [],
    );
    expect(calls).toEqual([
      "rp.request registration/options 0",
      "rp.response registration/options 20",
      "rp.request registration/finish 25",
      "rp.response registration/finish 55",
    ]);
  });

  test("whose site's answer is lost is told of a registration that may be there", async () => {
    await using run = await opened();
    const { passkeys, page } = run;
    await passkeys.delayCalls("**/finish", { losesAnswer: true });
    const { records } = await passkeys.register(page.locator("#create"));
    expect(records).toContainEqual(
      expect.objectContaining({ kind: "rp.no-answer", call: "registration/finish" }),
    );
  });

  test("that never asks is said to", async () => {
    await using run = await opened();
    await expect(run.passkeys.logIn(run.page.locator("#create"))).rejects.toMatchObject({
      code: "NO_CEREMONY",
    });
  });

  test("is refused by its user, and finds no key, with the browser's own names", async () => {
    for (const [habit, name] of [
      ["cancelled", "NotAllowedError"],
      // The site set no time-out, and the browser's is twenty hours: there is no error yet.
      ["noKey", undefined],
      ["nobodyTouches", undefined],
    ] as const) {
      await using run = await opened();
      run.passkeys[habit]();
      await run.passkeys.register(run.page.locator("#create"));
      await expect(run.page.evaluate("window.failed?.name")).resolves.toBe(name);
    }
  });

  test("lives in real time where the test asks for it", async () => {
    await using run = await opened({ time: "real" });
    run.passkeys.set({ "key.touchDelayMs": 300, "key.processingMs": 0 });
    const { explanation, records } = await run.passkeys.register(run.page.locator("#create"));
    expect(explanation.mechanism).toBe("success");
    const answered = records.find(({ kind }) => kind === "user.answered");
    const prompted = records.find(({ kind }) => kind === "user.prompted");
    expect((answered?.atMs ?? 0) - (prompted?.atMs ?? 0)).toBeGreaterThanOrEqual(290);
  });
});
