/** The two Chromiums that every case runs in: unmodified with its own virtual authenticator, and with the harness's answers. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "@playwright/test";
import { attach } from "../../../src/page/playwright/attach.js";
import { PageRig } from "../../../src/page/rig.js";
import type { SemanticsCase } from "./cases.js";
import { PRELUDE } from "./prelude.js";

/** One site at two origins. */
export interface CasesSite extends AsyncDisposable {
  readonly url: string;
  readonly other: string;
}

/** Serves a page with the functions of the cases; a frame of `other` is of another origin. */
export async function casesSite(): Promise<CasesSite> {
  const serve = async () => {
    const server = createServer(({ url }, response) => {
      response.setHeader("content-security-policy", "default-src 'self' 'unsafe-eval'; frame-src *");
      if (url === "/prelude.js") {
        response.setHeader("content-type", "text/javascript");
        response.end(PRELUDE);
        return;
      }
      response.setHeader("content-type", "text/html");
      response.end(`<!doctype html><title>Cases</title><script src="/prelude.js"></script><body>`);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return server;
  };
  const servers = [await serve(), await serve()];
  const [url = "", other = ""] = servers.map(
    (server) => `http://localhost:${(server.address() as AddressInfo).port}/`,
  );
  return {
    url,
    other,
    async [Symbol.asyncDispose]() {
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

/** A passkey, so that a request without credentials named finds one and waits for a touch. */
const PASSKEY = `make({ authenticatorSelection: { residentKey: "required" } }).then(() => true)`;

/** An unmodified browser with its virtual security key. */
export async function runUnmodified(browser: Browser, site: CasesSite, one: SemanticsCase): Promise<unknown> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(site.url);
  const session = await context.newCDPSession(page);
  await session.send("WebAuthn.enable");
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      ctap2Version: "ctap2_1",
      transport: "usb",
      hasResidentKey: true,
      hasUserVerification: true,
      hasLargeBlob: true,
      hasCredBlob: true,
      hasMinPinLength: true,
      hasPrf: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  try {
    if (one.isUntouched === true) {
      await page.evaluate(PASSKEY);
      await session.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled: false });
    }
    return await evaluated(page, site, one);
  } finally {
    await context.close();
  }
}

/** A browser whose answers are the harness's. */
export async function runWithHarness(
  browser: Browser,
  site: CasesSite,
  one: SemanticsCase,
): Promise<unknown> {
  const context = await browser.newContext();
  const rig = new PageRig({
    time: "real",
    seed: one.id,
    knobs: {
      "key.profile": "ctap23",
      "key.pinSet": true,
      "key.processingMs": 0,
      "key.touchDelayMs": 5,
      "client.virtualAuthenticator": true,
      "user.pinEntryMs": 0,
      "user.closeSheetMs": 0,
    },
  });
  await attach(context, rig);
  const page = await context.newPage();
  try {
    await page.goto(site.url);
    if (one.isUntouched === true) {
      await page.evaluate(PASSKEY);
      rig.set({ "key.touchDelayMs": null });
    }
    return await evaluated(page, site, one);
  } finally {
    await context.close();
    rig.close();
  }
}

/** Runs the script of a case in a page of the site. */
export function evaluated(page: Page, { other }: CasesSite, { run }: SemanticsCase): Promise<unknown> {
  const late = `new Promise((resolve) => setTimeout(resolve, 45000, "still pending after 45 s"))`;
  return page.evaluate(
    `(() => { const other = ${JSON.stringify(other)}; return Promise.race([(async () => { ${run} })(), ${late}]); })()`,
  );
}
