/** Chromium's own virtual authenticator as a backend, and what it cannot do. */
import { chromium } from "@playwright/test";
import { describe, expect, test } from "vitest";
import {
  browserAuthenticator,
  virtualAuthenticator,
} from "../../src/page/playwright/browser-authenticator.js";
import type { KnobOverrides } from "../../src/sim/knobs/knobs.js";
import { programNamed } from "../helpers/programs.js";
import { casesSite } from "./semantics/two-browsers.js";

const executablePath = programNamed("chromium");
if (executablePath === undefined) {
  console.log("browser-authenticator.test.ts skips: Chromium is not installed (Debian package chromium)");
}

test.each<[string, KnobOverrides]>([
  ["a late touch", { "key.touchDelayMs": 98_000 }],
  ["a fault", { "link.breaks": "before-request" }],
  ["another profile", { "key.profile": "yubikey5" }],
])("refuses %s at once", (_, knobs) => {
  expect(() => virtualAuthenticator(knobs)).toThrow(
    expect.objectContaining({ code: "BACKEND_CANNOT", hint: expect.stringContaining("rig") as string }),
  );
});

test("reads the knobs that it obeys", () => {
  expect(
    virtualAuthenticator({ "key.touchDelayMs": null, "key.pinSet": true, "key.transport": "nfc" }),
  ).toEqual({
    transport: "nfc",
    hasUserVerification: true,
    automaticPresenceSimulation: false,
  });
});

describe.skipIf(executablePath === undefined)("in Chromium", () => {
  test("answers a request at once; one that is pending stays so when presence comes later", async () => {
    await using site = await casesSite();
    const browser = await chromium.launch({
      ...(executablePath && { executablePath }),
      args: ["--no-sandbox"],
    });
    const page = await browser.newPage();
    await page.goto(site.url);
    const key = await browserAuthenticator(page);
    expect(await page.evaluate(`ended(make())`)).toBe("ok");
    const { session, authenticatorId } = key;
    await session.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled: false });
    await page.evaluate(`void make().then(() => { window.late = true; }, () => undefined)`);
    await session.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled: true });
    const wait = `new Promise((resolve) => setTimeout(() => resolve(window.late === true), 1500))`;
    expect(await page.evaluate(wait)).toBe(false);
    await key[Symbol.asyncDispose]();
    await browser.close();
  });
});
