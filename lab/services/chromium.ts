import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { CdpConnection } from "./cdp-connection.js";
import { ChromiumPage } from "./chromium-page.js";

export interface ChromiumOptions {
  /** False wants a display: `DISPLAY` in `env`. True when absent. */
  readonly headless?: boolean;
  /** Beside those that keep it quiet. */
  readonly flags?: readonly string[];
  /** What it prints goes here; with `--enable-logging=stderr --vmodule=*fido*=2` what it thinks. */
  readonly log: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Until it answers: 120 s when absent. */
  readonly withinMs?: number;
}

/** The emulated machine is root's, has no network and no graphics. */
const QUIET_FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  // Drawing by a graphics card in software dies under emulation, and after a few deaths takes the browser with it.
  "--disable-software-rasterizer",
  "--disable-gpu-process-crash-limit",
  "--disable-quic",
  "--no-first-run",
  "--no-default-browser-check",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-extensions",
  "--password-store=basic",
  "--remote-debugging-pipe",
];

const WITHIN_MS = 120_000;
/** How long it may take to leave when asked to. */
const LEAVE_MS = 10_000;
const LOG_TAIL_CHARS = 1_000;

/** The Chromium of this machine, as Debian ships it, driven by its debugging protocol; for programs in the guest. */
export class Chromium {
  /** `Chrome/156.0.8078.79` */
  readonly version: string;
  readonly #child: ChildProcess;
  readonly #connection: CdpConnection;
  readonly #profile: string;

  private constructor(
    version: string,
    parts: { readonly child: ChildProcess; readonly connection: CdpConnection; readonly profile: string },
  ) {
    this.version = version;
    this.#child = parts.child;
    this.#connection = parts.connection;
    this.#profile = parts.profile;
  }

  /** @throws {Error} with the end of its log when it ends at once or does not answer in time. */
  static async start({
    headless = true,
    flags = [],
    log,
    env = {},
    withinMs = WITHIN_MS,
  }: ChromiumOptions): Promise<Chromium> {
    const profile = mkdtempSync(join(tmpdir(), "lab-chromium-"));
    const logFile = openSync(log, "a");
    const all = [...QUIET_FLAGS, ...(headless ? ["--headless=new"] : []), ...flags];
    // The debugger's pipe: commands on descriptor 3, answers on 4.
    const child = spawn("chromium", [...all, `--user-data-dir=${profile}`, "about:blank"], {
      stdio: ["ignore", logFile, logFile, "pipe", "pipe"],
      env: { ...process.env, ...env },
    });
    closeSync(logFile);
    const [, , , commands, answers] = child.stdio as unknown as [null, null, null, Writable, Readable];
    const connection = new CdpConnection(commands, answers);
    const told = new AbortController();
    const ended = once(child, "close", { signal: told.signal }).then(() => {
      throw new Error(`Chromium ended: ${tailOf(log)}`);
    });
    const overdue = AbortSignal.timeout(withinMs);
    const late = new Promise<never>((_, reject) =>
      overdue.addEventListener("abort", () =>
        reject(new Error(`Chromium says nothing for ${withinMs} ms: ${tailOf(log)}`)),
      ),
    );
    try {
      const asked = connection.send<{ product: string }>("Browser.getVersion");
      const { product } = await Promise.race([asked, ended, late]);
      return new Chromium(product, { child, connection, profile });
    } catch (error) {
      child.kill("SIGKILL");
      throw error;
    } finally {
      ended.catch(() => undefined);
      late.catch(() => undefined);
      told.abort();
    }
  }

  /**
   * Opens a page in a tab of its own and waits until it is loaded.
   *
   * @param apart with cookies and storage of its own, as in a private window.
   */
  async open(url: string, { apart = false }: { readonly apart?: boolean } = {}): Promise<ChromiumPage> {
    const context = apart
      ? await this.#connection.send<{ browserContextId: string }>("Target.createBrowserContext")
      : {};
    const { targetId } = await this.#connection.send<{ targetId: string }>("Target.createTarget", {
      url: "about:blank",
      ...context,
    });
    const { sessionId } = await this.#connection.send<{ sessionId: string }>("Target.attachToTarget", {
      targetId,
      flatten: true,
    });
    const page = new ChromiumPage({ connection: this.#connection, targetId, sessionId });
    await page.begin();
    await page.go(url);
    return page;
  }

  /** Any command of the browser itself. @see Chrome DevTools Protocol */
  send<Result>(method: string, params: object = {}): Promise<Result> {
    return this.#connection.send<Result>(method, params);
  }

  /** Asks it to leave, and makes it. */
  async close(): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode === null && signalCode === null) {
      const closed = once(this.#child, "close");
      this.#connection.send("Browser.close").catch(() => undefined);
      const force = setTimeout(() => this.#child.kill("SIGKILL"), LEAVE_MS);
      await closed;
      clearTimeout(force);
    }
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

function tailOf(log: string): string {
  return readFileSync(log, "utf8").slice(-LOG_TAIL_CHARS);
}
