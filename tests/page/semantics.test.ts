/** Every case of the page's side of WebAuthn, in an unmodified Chromium and in one whose answers are the harness's. */
import { chromium, type Browser } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { programNamed } from "../helpers/programs.js";
import { CASE_GROUPS } from "./semantics/all-cases.js";
import type { SemanticsCase } from "./semantics/cases.js";
import { casesSite, runUnmodified, runWithHarness, type CasesSite } from "./semantics/two-browsers.js";

const executablePath = programNamed("chromium");
if (executablePath === undefined) {
  console.log("semantics.test.ts skips: Chromium is not installed (Debian package chromium)");
}

/** Pages at once; most of the time they wait. */
const AT_ONCE = 6;

const CASES = CASE_GROUPS.flatMap(({ cases }) => cases);

describe.skipIf(executablePath === undefined)("the harness in the place of Chromium's authenticator", () => {
  let browser: Browser;
  let site: CasesSite;
  const results = new Map<string, Promise<readonly [unmodified: unknown, harness: unknown]>>();

  beforeAll(async () => {
    browser = await chromium.launch({ ...(executablePath && { executablePath }), args: ["--no-sandbox"] });
    site = await casesSite();
    const waiting = [...CASES];
    const work = async () => {
      for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
        const result = both(one);
        results.set(one.id, result);
        await result.catch(() => undefined);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }, 240_000);

  async function both(one: SemanticsCase) {
    return [await runUnmodified(browser, site, one), await runWithHarness(browser, site, one)] as const;
  }

  afterAll(async () => {
    await browser.close();
    await site[Symbol.asyncDispose]();
  });

  test.each(CASES)("$id: $about", async ({ id, differs }) => {
    const [unmodified, harness] = await (results.get(id) as Promise<readonly [unknown, unknown]>);
    expect(unmodified).toBeDefined();
    if (differs === undefined) expect(harness).toEqual(unmodified);
    else expect(harness, "they no longer differ: take the reason away").not.toEqual(unmodified);
  });
});
