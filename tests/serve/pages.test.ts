/** A page in Chromium whose passkeys come from the control server, with the script injected as each suite can. */
import { chromium, type Browser, type Page } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { controlServer, type ControlServer } from "../../src/serve/control-server.js";
import { programNamed } from "../helpers/programs.js";
import { passkeySite } from "../page/passkey-site.js";
import { casesSite, type CasesSite } from "../page/semantics/two-browsers.js";

const executablePath = programNamed("chromium");
if (executablePath === undefined) {
  console.log("tests/serve/pages.test.ts skips: Chromium is not installed (Debian package chromium)");
}

describe.skipIf(executablePath === undefined)("a page that asks the control server", () => {
  let browser: Browser;
  let site: CasesSite;
  let server: ControlServer;

  beforeAll(async () => {
    browser = await chromium.launch({ ...(executablePath && { executablePath }), args: ["--no-sandbox"] });
    site = await casesSite();
    server = await controlServer();
  });

  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
    await site[Symbol.asyncDispose]();
  });

  const ask = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${server.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${server.token}` },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, text: await answer.text() };
  };
  const newRig = async (body: object) =>
    JSON.parse((await ask("POST", "/rigs", body)).text) as { id: string; script: string };

  async function opened(): Promise<Page> {
    return (await browser.newContext({ bypassCSP: true })).newPage();
  }

  test.each([
    ["that gives up too early", false, "late-delivery"],
    ["that takes its error back", true, "success"],
  ] as const)(
    "by Page.addScriptToEvaluateOnNewDocument: a page %s, in virtual time",
    async (_, corrects, mechanism) => {
      await using shop = await passkeySite({ corrects });
      const { id } = await newRig({
        knobs: { "key.touchDelayMs": corrects ? 2_000 : 98_000, "key.upTimeoutMs": 200_000 },
      });
      const page = await opened();
      await page.addInitScript({ content: (await ask("GET", `/rigs/${id}/script`)).text });
      await page.goto(shop.url);
      await page.click("#create");
      const told = (await ask("POST", `/rigs/${id}/settled`)).text;
      const { explanation } = JSON.parse(told) as {
        explanation?: { mechanism: string; decidedBy?: object };
      };
      // What the server says otherwise is the message of a test that fails.
      if (explanation === undefined) throw new Error(told);
      expect(explanation.mechanism).toBe(mechanism);
      if (!corrects) expect(explanation.decidedBy).toMatchObject({ timer: "page.guard", budgetMs: 60_000 });
      expect(JSON.parse((await ask("GET", `/rigs/${id}/credentials`)).text)).toMatchObject({
        credentials: [{ rpId: "localhost" }],
      });
      await page.close();
    },
  );

  test("by a script element, in real time; and once its rig has ended", async () => {
    const { id, script } = await newRig({
      time: "real",
      knobs: { "key.touchDelayMs": 10, "key.processingMs": 0 },
    });
    const page = await opened();
    await page.goto(site.url);
    await page.addScriptTag({ url: script });
    expect(await page.evaluate(`ended(make())`)).toBe("ok");
    await ask("PATCH", `/rigs/${id}/knobs`, { "key.decision": "decline" });
    expect(await page.evaluate(`ended(make({ timeout: 1000 }))`)).toBe("DOMException NotAllowedError");
    const trace = (await ask("GET", `/rigs/${id}/trace`)).text;
    expect(trace).toContain("refused-by-user");
    expect(trace).not.toContain(server.token);
    await page.close();
  });
});
