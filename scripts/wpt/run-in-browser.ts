/** Runs one file of web-platform-tests, in an unmodified browser and in one whose answers are the harness's. */
import type { Browser, Page } from "@playwright/test";
import { attach } from "../../src/page/playwright/attach.js";
import { PageRig } from "../../src/page/rig.js";
import type { KnobOverrides } from "../../src/sim/knobs/knobs.js";
import { DRIVER, RESULT } from "./wpt-site.js";

/** What testdriver asks for. */
export interface WptAuthenticator {
  readonly protocol: string;
  readonly transport?: string;
  readonly hasResidentKey?: boolean;
  readonly hasUserVerification?: boolean;
  readonly isUserConsenting?: boolean;
  readonly isUserVerified?: boolean;
  readonly extensions?: readonly string[];
}

export interface WptTest {
  readonly name: string;
  /** 0: passed. */
  readonly status: number;
  readonly message: string | null;
}

export interface WptRun {
  readonly tests: readonly WptTest[];
  /** The authenticators that the file asked for. */
  readonly asked: readonly WptAuthenticator[];
}

interface AddedCredential {
  readonly id: string;
  readonly credential: {
    readonly credentialId: string;
    readonly isResidentCredential: boolean;
    readonly rpId: string;
    readonly privateKey: string;
    readonly signCount: number;
  };
}

const PATIENCE_MS = 60_000;

/** With Chromium's own virtual authenticators. */
export async function runOwn(browser: Browser, url: string): Promise<WptRun> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("WebAuthn.enable");
  const asked: WptAuthenticator[] = [];
  await page.exposeFunction(DRIVER, async (command: string, config: WptAuthenticator & string) => {
    if (command === "remove") {
      await session.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId: config });
      return;
    }
    if (command === "addCredential") {
      const { id: authenticatorId, credential } = config as unknown as AddedCredential;
      const binary = (text: string) => Buffer.from(text, "base64url").toString("base64");
      await session.send("WebAuthn.addCredential", {
        authenticatorId,
        credential: {
          ...credential,
          credentialId: binary(credential.credentialId),
          privateKey: binary(credential.privateKey),
        },
      });
      return;
    }
    if (command !== "add") throw new Error(`no ${command} here`);
    asked.push(config);
    const {
      protocol,
      transport = "usb",
      hasResidentKey,
      hasUserVerification,
      isUserVerified,
      extensions = [],
    } = config;
    const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: protocol === "ctap1/u2f" ? "u2f" : "ctap2",
        ...(protocol === "ctap2_1" && { ctap2Version: "ctap2_1" }),
        transport: transport as "usb",
        hasResidentKey: hasResidentKey ?? false,
        hasUserVerification: hasUserVerification ?? false,
        isUserVerified: isUserVerified ?? false,
        hasLargeBlob: extensions.includes("largeBlob"),
        hasCredBlob: extensions.includes("credBlob"),
        hasPrf: extensions.includes("prf"),
        automaticPresenceSimulation: config.isUserConsenting !== false,
      },
    });
    return authenticatorId;
  });
  try {
    return { tests: await resultOf(page, url), asked };
  } finally {
    await context.close();
  }
}

/** With the harness: its authenticator is like the first one that the file asks for. */
export async function runWithHarness(
  browser: Browser,
  url: string,
  asked: readonly WptAuthenticator[],
): Promise<WptRun> {
  const context = await browser.newContext();
  const rig = new PageRig({ time: "real", knobs: knobsFor(asked[0]) });
  await attach(context, rig);
  const page = await context.newPage();
  await page.exposeFunction(DRIVER, (command: string) => {
    if (command !== "add" && command !== "remove") throw new Error(`no ${command} here`);
    return command === "add" ? "harness" : undefined;
  });
  try {
    return { tests: await resultOf(page, url), asked };
  } finally {
    await context.close();
    rig.close();
  }
}

function knobsFor(
  { protocol, isUserVerified, isUserConsenting, extensions = [] }: WptAuthenticator = { protocol: "ctap2" },
): KnobOverrides {
  const full = extensions.length > 0;
  return {
    "key.profile": protocol === "ctap1/u2f" ? "u2f-only" : full ? "ctap23" : "generic",
    ...(protocol !== "ctap1/u2f" && { "key.pinSet": isUserVerified === true }),
    "key.processingMs": 0,
    "key.touchDelayMs": isUserConsenting === false ? null : 2,
    "user.pinEntryMs": 0,
    "user.closeSheetMs": 0,
    "client.virtualAuthenticator": true,
  };
}

async function resultOf(page: Page, url: string): Promise<readonly WptTest[]> {
  await page.goto(url);
  const result = await page
    .waitForFunction(`window.${RESULT}`, undefined, { timeout: PATIENCE_MS })
    .catch(() => undefined);
  if (result === undefined)
    return [{ name: "(the file)", status: 2, message: `no result after ${PATIENCE_MS / 1000} s` }];
  return ((await result.jsonValue()) as { readonly tests: readonly WptTest[] }).tests;
}
