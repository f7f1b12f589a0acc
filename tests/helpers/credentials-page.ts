/** A page in Chromium with a virtual authenticator: what the browser itself makes of options. */
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Chromium } from "../../lab/services/chromium.js";
import type { ChromiumPage } from "../../lab/services/chromium-page.js";

export const PAGE_ORIGIN = "https://login.example.com";

/** What happened to options in Chromium. */
export interface ChromiumAnswer {
  /** What parseCreationOptionsFromJSON or parseRequestOptionsFromJSON made of them, bytes as `{ bytes: base64url }`. */
  readonly parsed?: unknown;
  /** Name of the error it threw instead. */
  readonly parseError?: string;
  /** Name of the error of create() or get() with what was parsed; `none` when they resolved. */
  readonly called?: string;
  /** What the authenticator then had stored of a new credential. */
  readonly stored?: unknown;
}

interface Asked {
  readonly method: "create" | "get";
  readonly options: unknown;
}

/** Evaluated in the page; gives answers back as JSON. */
const ASK = `async ({ method, options, limitMs }) => {
  const toText = (buffer) => {
    const bytes = ArrayBuffer.isView(buffer) ? new Uint8Array(buffer.buffer) : new Uint8Array(buffer);
    let text = ""; for (const byte of bytes) text += String.fromCharCode(byte);
    return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  };
  const plain = (value) => {
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return { bytes: toText(value) };
    if (Array.isArray(value)) return value.map(plain);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
  };
  let parsed;
  try {
    parsed = method === "create"
      ? PublicKeyCredential.parseCreationOptionsFromJSON(options)
      : PublicKeyCredential.parseRequestOptionsFromJSON(options);
  } catch (error) { return { parseError: error.name }; }
  const answer = { parsed: plain(parsed) };
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(new DOMException("", "TimeoutError")), limitMs);
  try {
    await navigator.credentials[method]({ publicKey: parsed, signal: abort.signal });
    return { ...answer, called: "none" };
  } catch (error) { return { ...answer, called: error.name }; }
  finally { clearTimeout(timer); }
}`;

/** Longer than anything the virtual authenticator has to think about. */
const LIMIT_MS = 2_000;

const AUTHENTICATOR = {
  protocol: "ctap2",
  ctap2Version: "ctap2_1",
  transport: "usb",
  hasResidentKey: true,
  hasUserVerification: true,
  hasLargeBlob: true,
  hasCredBlob: true,
  hasMinPinLength: true,
  hasPrf: true,
  automaticPresenceSimulation: true,
  isUserVerified: true,
};

export class CredentialsPage {
  readonly version: string;
  readonly #browser: Chromium;
  readonly #page: ChromiumPage;
  readonly #folder: string;
  readonly #held: object;

  private constructor(
    browser: Chromium,
    {
      page,
      folder,
      heldId,
    }: { readonly page: ChromiumPage; readonly folder: string; readonly heldId: string },
  ) {
    this.version = browser.version;
    this.#held = passkey(heldId);
    this.#browser = browser;
    this.#page = page;
    this.#folder = folder;
  }

  /** @param heldId id of the passkey that authenticators hold for get(), base64url. */
  static async open(heldId: string): Promise<CredentialsPage> {
    const folder = mkdtempSync(join(tmpdir(), "credentials-page-"));
    const browser = await Chromium.start({ log: join(folder, "log") });
    const page = await browser.open("about:blank");
    // The page's site is nowhere: every request is answered here.
    page.on("Fetch.requestPaused", ({ requestId }) => {
      const body = Buffer.from("<!doctype html><title>login</title>").toString("base64");
      void page.send("Fetch.fulfillRequest", { requestId, responseCode: 200, body });
    });
    await page.send("Fetch.enable", { patterns: [{ urlPattern: `${PAGE_ORIGIN}/*` }] });
    await page.go(`${PAGE_ORIGIN}/`);
    await page.send("WebAuthn.enable");
    return new CredentialsPage(browser, { page, folder, heldId });
  }

  /** Asks an authenticator that was never asked before; for get() it holds one passkey. */
  async ask({ method, options }: Asked): Promise<ChromiumAnswer> {
    const page = this.#page;
    const { authenticatorId } = await page.send<{ authenticatorId: string }>(
      "WebAuthn.addVirtualAuthenticator",
      { options: AUTHENTICATOR },
    );
    try {
      if (method === "get") {
        await page.send("WebAuthn.addCredential", { authenticatorId, credential: this.#held });
      }
      const asked = JSON.stringify({ method, options, limitMs: LIMIT_MS });
      const answer = await page.evaluate<ChromiumAnswer>(`(${ASK})(${asked})`, { asUser: true });
      if (method === "get" || answer.called !== "none") return answer;
      const { credentials } = await page.send<{ credentials: readonly StoredCredential[] }>(
        "WebAuthn.getCredentials",
        { authenticatorId },
      );
      return { ...answer, stored: credentials.map(storedOf) };
    } finally {
      await page.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId });
    }
  }

  async close(): Promise<void> {
    await this.#browser.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A discoverable passkey of example.com, as the debugging protocol takes it: base64. */
function passkey(id: string): object {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    credentialId: Buffer.from(id, "base64url").toString("base64"),
    isResidentCredential: true,
    rpId: "example.com",
    privateKey: privateKey.export({ type: "pkcs8", format: "der" }).toString("base64"),
    userHandle: Buffer.from("user-1").toString("base64"),
    signCount: 1,
  };
}

interface StoredCredential {
  readonly isResidentCredential: boolean;
  readonly rpId?: string;
  readonly userHandle?: string;
  readonly userName?: string;
  readonly userDisplayName?: string;
}

function storedOf({ isResidentCredential, rpId, userName = "", userDisplayName = "" }: StoredCredential) {
  return { discoverable: isResidentCredential, rpId, userName, userDisplayName };
}
