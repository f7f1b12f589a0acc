import { writeFileSync } from "node:fs";
import { chromium } from "@playwright/test";
import { test } from "vitest";
import { CASE_GROUPS } from "./semantics/all-cases.js";
import { casesSite } from "./semantics/cases-site.js";
import { CALL_MS, runWithUsbKey } from "./semantics/with-usb-key.js";
test("all", { timeout: 600_000 }, async () => {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  const site = await casesSite(CALL_MS);
  const only = (process.env["ONLY"] ?? "").split(" ").filter(Boolean);
  const waiting = CASE_GROUPS.flatMap(({ cases }) => cases).filter(
    ({ id }) => only.length === 0 || only.includes(id),
  );
  const out: Record<string, unknown> = {};
  const work = async () => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      const began = performance.now();
      out[one.id] = await runWithUsbKey(browser, site, one).catch((error: unknown) => ({
        failed: String(error),
      }));
      console.log(one.id, Math.round(performance.now() - began));
      writeFileSync(process.env["OUT"] ?? "/tmp/pagelab-fixture.json", JSON.stringify(out, null, 1));
    }
  };
  await Promise.all([work(), work(), work(), work()]);
  await browser.close();
  await site[Symbol.asyncDispose]();
});
