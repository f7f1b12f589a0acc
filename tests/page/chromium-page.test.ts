/** A real page in the system's own Chromium, its authenticator and its time the harness's. */
import { chromium, type Browser, type BrowserContext, type Page } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attach } from "../../src/page/playwright/attach.js";
import { PageRig, type PageRigOptions } from "../../src/page/rig.js";
import { programNamed } from "../helpers/programs.js";
import { passkeySite, type PasskeySite } from "./passkey-site.js";

const executablePath = programNamed("chromium");
if (executablePath === undefined) {
  console.log("chromium-page.test.ts skips: Chromium is not installed (Debian package chromium)");
}

const LATE = { "key.touchDelayMs": 98_000, "key.upTimeoutMs": 200_000 };

describe.skipIf(executablePath === undefined)("a page in Chromium", () => {
  let browser: Browser;
  let site: PasskeySite;
  let corrected: PasskeySite;

  beforeAll(async () => {
    browser = await chromium.launch({ ...(executablePath && { executablePath }), args: ["--no-sandbox"] });
    site = await passkeySite({ corrects: false });
    corrected = await passkeySite({ corrects: true });
  });

  afterAll(async () => {
    await browser.close();
    await site[Symbol.asyncDispose]();
    await corrected[Symbol.asyncDispose]();
  });

  async function opened(options: PageRigOptions, url = site.url) {
    const context: BrowserContext = await browser.newContext();
    const rig = new PageRig(options);
    await attach(context, rig);
    const page: Page = await context.newPage();
    await page.goto(url);
    return { rig, page, close: () => context.close() };
  }

  test("that gives up too early: the verdict names its timer, the same in every run", async () => {
    const orders: string[] = [];
    for (const _ of [1, 2]) {
      const { rig, page, close } = await opened({ knobs: LATE });
      await page.click("#create");
      const { explanation, records } = await rig.settled();
      await close();
      expect(explanation.mechanism).toBe("late-delivery");
      expect(explanation.decidedBy).toMatchObject({
        timer: "page.guard",
        budgetMs: 60_000,
        firedAtMs: 60_000,
      });
      const text = JSON.stringify(records);
      expect(text).not.toContain("AAECAwQFBgcICQoLDA0ODw");
      orders.push(records.map(({ kind, atMs, actor }) => `${atMs} ${actor} ${kind}`).join("\n"));
    }
    expect(orders[1]).toBe(orders[0]);
  });

  test("gets the objects of its browser's own interfaces", async () => {
    const { rig, page, close } = await opened({ knobs: { "key.touchDelayMs": 2_000 } }, corrected.url);
    await page.click("#create");
    const { explanation } = await rig.settled();
    expect(explanation).toMatchObject({ mechanism: "success", outcome: { told: "success" } });
    const found = await page.evaluate(`(() => {
      const { response } = made;
      return {
        isCredential: made instanceof PublicKeyCredential && made instanceof Credential,
        isAttestation: response instanceof AuthenticatorAttestationResponse,
        buffers: [made.rawId, response.clientDataJSON, response.attestationObject, response.getPublicKey()].map((b) => b instanceof ArrayBuffer),
        own: Object.getOwnPropertyNames(made),
        tag: String(made),
        transports: response.getTransports(),
        json: made.toJSON().id === made.id,
        same: made.rawId === made.rawId,
        binding: Object.keys(window).filter((name) => /harness/i.test(name)),
        illegal: (() => { try { return PublicKeyCredential.prototype.rawId; } catch (error) { return error.name; } })(),
      };
    })()`);
    await close();
    expect(found).toEqual({
      isCredential: true,
      isAttestation: true,
      buffers: [true, true, true, true],
      own: [],
      tag: "[object PublicKeyCredential]",
      transports: ["usb"],
      json: true,
      same: true,
      binding: [],
      illegal: "TypeError",
    });
  });

  test("sees the errors of a browser: options, abort, a second request, a time-out", async () => {
    const { rig, page, close } = await opened({ knobs: { "key.touchDelayMs": null } });
    const names = page.evaluate(`(async () => {
      const name = (promise) => promise.then(() => "none", (error) => error.name + (error instanceof DOMException ? "" : " (no DOMException)"));
      const publicKey = { rp: { name: "x" }, user: { id: new Uint8Array(3), name: "a", displayName: "a" }, challenge: new Uint8Array(16), pubKeyCredParams: [{ type: "public-key", alg: -7 }] };
      const abort = new AbortController();
      const first = name(navigator.credentials.create({ publicKey, signal: abort.signal }));
      const second = await name(navigator.credentials.create({ publicKey }));
      abort.abort();
      return {
        noRp: await name(navigator.credentials.create({ publicKey: { ...publicKey, rp: undefined } })),
        text: await name(navigator.credentials.create({ publicKey: { ...publicKey, challenge: "AAAA" } })),
        otherSite: await name(navigator.credentials.create({ publicKey: { ...publicKey, rp: { name: "x", id: "other.example" } } })),
        longUser: await name(navigator.credentials.create({ publicKey: { ...publicKey, user: { ...publicKey.user, id: new Uint8Array(65) } } })),
        aborted: await name(navigator.credentials.create({ publicKey, signal: AbortSignal.abort() })),
        first: await first, second,
        uvpaa: await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable(),
      };
    })()`);
    expect(await names).toEqual({
      noRp: "TypeError (no DOMException)",
      text: "TypeError (no DOMException)",
      otherSite: "SecurityError",
      longUser: "TypeError (no DOMException)",
      aborted: "AbortError",
      first: "AbortError",
      second: "OperationError",
      uvpaa: false,
    });
    await page.evaluate(
      `void navigator.credentials.get({ publicKey: { challenge: new Uint8Array(16), timeout: 1000 } }).catch((error) => { window.failed = error.name + " " + Math.round(performance.now() / 1000); })`,
    );
    await rig.advance(600_000);
    expect(await page.evaluate("window.failed")).toMatch(/^NotAllowedError \d+$/);
    await close();
  });
});
