/** What Chromium was recorded to come to with a key on USB, where its virtual authenticator does otherwise; no lab is needed. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { programNamed } from "../helpers/programs.js";
import { PROJECT } from "../helpers/project.js";
import { CASE_GROUPS } from "./semantics/all-cases.js";
import { casesSite, type CasesSite } from "./semantics/cases-site.js";
import { USB_RECORD, type UsbRecord } from "./semantics/usb-cases.js";
import { CALL_MS, runWithUsbKey } from "./semantics/with-usb-key.js";

const executablePath = programNamed("chromium");
if (executablePath === undefined) {
  console.log("semantics-usb.test.ts skips: Chromium is not installed (Debian package chromium)");
}

/** A sheet stands between the key's answer and the page, or no password manager is there. */
const BY_THE_BROWSER = ["create-excluded", "get-unknown-credential", "conditional-with-list"];

const CASES = CASE_GROUPS.flatMap(({ cases }) => cases).filter(({ id }) => BY_THE_BROWSER.includes(id));

describe.skipIf(executablePath === undefined)("the harness with a key that Chromium had on USB", () => {
  const record = JSON.parse(readFileSync(join(PROJECT, USB_RECORD), "utf8")) as UsbRecord;
  let browser: Browser;
  let site: CasesSite;

  beforeAll(async () => {
    browser = await chromium.launch({ ...(executablePath && { executablePath }), args: ["--no-sandbox"] });
    site = await casesSite(CALL_MS);
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await site[Symbol.asyncDispose]();
  });

  test.each(CASES)("$id: $about", { timeout: 120_000 }, async (one) => {
    const recorded = record.cases.find(({ id }) => id === one.id)?.inChromium;
    expect(recorded).toBeDefined();
    expect(await runWithUsbKey(browser, site, one)).toEqual(recorded);
  });
});
