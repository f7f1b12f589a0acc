/** What real documents can do with passkeys beside one registration: log in, autofill, popups, frames, leaving. */
import { chromium, type Browser, type Page } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attach } from "../../src/page/playwright/attach.js";
import { PageRig, type PageRigOptions } from "../../src/page/rig.js";
import { programNamed } from "../helpers/programs.js";
import { passkeySite } from "./passkey-site.js";
import { casesSite, type CasesSite } from "./semantics/two-browsers.js";

const executablePath = programNamed("chromium");
if (executablePath === undefined) {
  console.log("chromium-stories.test.ts skips: Chromium is not installed (Debian package chromium)");
}

const RESIDENT = `make({ authenticatorSelection: { residentKey: "required" } })`;
const PHONE_LIKE = { "key.profile": "ctap23", "key.pinSet": true } as const;

describe.skipIf(executablePath === undefined)("documents in Chromium", () => {
  let browser: Browser;
  let site: CasesSite;

  beforeAll(async () => {
    browser = await chromium.launch({ ...(executablePath && { executablePath }), args: ["--no-sandbox"] });
    site = await casesSite();
  });

  afterAll(async () => {
    await browser.close();
    await site[Symbol.asyncDispose]();
  });

  async function opened(options: PageRigOptions) {
    const context = await browser.newContext();
    const rig = new PageRig(options);
    await attach(context, rig);
    const page = await context.newPage();
    await page.goto(site.url);
    return {
      rig,
      page,
      async [Symbol.asyncDispose]() {
        await context.close();
        rig.close();
      },
    };
  }

  /** Starts a script, and lets time pass until it is at rest. */
  async function run(rig: PageRig, page: Page, script: string): Promise<unknown> {
    const result = page.evaluate(script);
    // The call of the script has reached the harness by the time it answers another one.
    await page.evaluate("1");
    await rig.settled();
    return result;
  }

  test("log in with the passkey they made, in virtual time", async () => {
    await using it = await opened({ knobs: { ...PHONE_LIKE, "key.touchDelayMs": 20_000 } });
    const { rig, page } = it;
    await run(rig, page, `${RESIDENT}.then((made) => { window.made = made; })`);
    const got = await run(
      rig,
      page,
      `ask().then((got) => [got.id === made.id, got.response instanceof AuthenticatorAssertionResponse])`,
    );
    expect(got).toEqual([true, true]);
    expect(rig.nowMs).toBeGreaterThanOrEqual(40_000);
    expect(rig.bridge.calls.map(({ method, mediation }) => [method, mediation])).toEqual([
      ["create", undefined],
      ["get", undefined],
    ]);
  });

  test("in real time: page, site and authenticator are on one clock", async () => {
    await using shop = await passkeySite({ corrects: true });
    const knobs = { "key.touchDelayMs": 40, "key.processingMs": 0 };
    await using it = await opened({ time: "real", knobs });
    const { rig, page } = it;
    await page.goto(shop.url);
    await page.click("#create");
    await page.getByText("Your passkey is ready.").waitFor();
    const { records, explanation } = await rig.settled();
    expect(explanation).toMatchObject({ mechanism: "success", outcome: { told: "success" } });
    expect(records.at(-1)?.atMs).toBeLessThanOrEqual(rig.nowMs);
  });

  test("have a key that speaks U2F alone", async () => {
    await using it = await opened({ knobs: { "key.profile": "u2f-only" } });
    const { rig, page } = it;
    const made = await run(
      rig,
      page,
      `make().then(async (made) => { window.made = made; return made.response.getTransports(); })`,
    );
    expect(made).toEqual(["usb"]);
    const again = await run(
      rig,
      page,
      `ask({ allowCredentials: [{ type: "public-key", id: made.rawId }] }).then((got) => got.id === made.id)`,
    );
    expect(again).toBe(true);
  });

  test("offer passkeys in the autofill of a field: picked, and ignored until the page aborts", async () => {
    const script = `(async () => { const abort = new AbortController(); setTimeout(() => abort.abort(), 120000); return await ended(() => ask({}, { mediation: "conditional", signal: abort.signal })); })()`;
    for (const [autofill, ending] of [
      ["picked", "ok"],
      ["ignored", "DOMException AbortError"],
    ] as const) {
      await using it = await opened({ autofill, knobs: PHONE_LIKE });
      const { rig, page } = it;
      await run(rig, page, `${RESIDENT}.then(() => true)`);
      expect(await page.evaluate("PublicKeyCredential.isConditionalMediationAvailable()")).toBe(true);
      const result = page.evaluate(script);
      await page.evaluate("1");
      await rig.advance(130_000);
      expect(await result, autofill).toBe(ending);
    }
  });

  test("a login by button ends the offer in the autofill, as the browser's page has to", async () => {
    await using it = await opened({ knobs: PHONE_LIKE });
    const { rig, page } = it;
    await run(rig, page, `${RESIDENT}.then(() => true)`);
    const results = await run(
      rig,
      page,
      `(async () => { const offer = new AbortController(); const first = ended(ask({}, { mediation: "conditional", signal: offer.signal })); const early = await ended(ask()); offer.abort(); return [early, await first, await ended(ask())]; })()`,
    );
    expect(results).toEqual(["DOMException OperationError", "DOMException AbortError", "ok"]);
  });

  test("open popups that have passkeys of their own, and take their requests with them", async () => {
    await using it = await opened({ knobs: { "key.touchDelayMs": null } });
    const { rig, page } = it;
    const [popup] = await Promise.all([page.waitForEvent("popup"), page.evaluate(`void window.open("/")`)]);
    await popup.waitForLoadState();
    await popup.evaluate(`void ask().catch(() => undefined)`);
    await expect.poll(() => rig.bridge.open.length).toBe(1);
    expect(await popup.evaluate(`ended(ask())`), "one request in all documents of a tab").toBe(
      "DOMException OperationError",
    );
    await popup.close({ runBeforeUnload: true });
    await expect.poll(() => rig.bridge.calls[0]?.aborted).toBe(true);
    await rig.advance(1_000);
    expect(rig.bridge.open).toEqual([]);
    expect(rig.bridge.calls[0]).toMatchObject({ method: "get", aborted: true });
  });

  test("navigate away in the middle: the request ends with its document", async () => {
    await using it = await opened({ knobs: { "key.touchDelayMs": null } });
    const { rig, page } = it;
    await page.evaluate(`void make().catch(() => undefined)`);
    await page.goto(site.other);
    await expect.poll(() => rig.bridge.calls[0]?.aborted).toBe(true);
    await rig.advance(1_000);
    expect(rig.bridge.open).toEqual([]);
    const { explanation } = rig.story();
    expect(explanation.mechanism).not.toBe("success");
  });

  test("in a frame of another origin create a passkey after a click there, and not without", async () => {
    await using it = await opened({ knobs: { "key.touchDelayMs": 100 } });
    const { rig, page } = it;
    await page.evaluate(
      `(async () => { const frame = document.createElement("iframe"); frame.allow = "publickey-credentials-create"; frame.src = ${JSON.stringify(site.other)}; const ready = loaded(frame); document.body.append(frame); await ready; })()`,
    );
    const frame = page.frames().find((one) => one.url() === site.other);
    if (frame === undefined) throw new Error("no frame");
    expect(await frame.evaluate(`ended(() => make())`)).toBe("DOMException NotAllowedError");
    await frame.click("body", { position: { x: 5, y: 5 }, force: true });
    const made = frame.evaluate(`ended(() => make())`);
    await frame.evaluate("1");
    await rig.settled();
    expect(await made).toBe("ok");
  });
});
