import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Marionette } from "./marionette.js";
import { until } from "./until.js";

export interface FirefoxOptions {
  /** Beside those that keep it quiet and let it talk to USB keys. */
  readonly prefs?: Readonly<Record<string, string | number | boolean>>;
  /** What it prints goes here; what it thinks too, with `MOZ_LOG` in `env`. */
  readonly log: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Until it answers: 120 s when absent. */
  readonly withinMs?: number;
}

const PORT = 2828;
const WITHIN_MS = 120_000;
const LEAVE_MS = 10_000;
const LOG_TAIL_CHARS = 1_000;

const PREFS: Readonly<Record<string, string | number | boolean>> = {
  "marionette.port": PORT,
  "security.webauth.webauthn_enable_usbtoken": true,
  "security.webauth.webauthn_enable_softtoken": false,
  "app.update.disabledForTesting": true,
  "browser.aboutwelcome.enabled": false,
  "browser.shell.checkDefaultBrowser": false,
  "browser.startup.page": 0,
  "browser.newtabpage.enabled": false,
  "browser.safebrowsing.malware.enabled": false,
  "browser.safebrowsing.phishing.enabled": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "dom.ipc.processPrelaunch.enabled": false,
  "extensions.update.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "data:,#remote-settings-dummy/v1",
  "toolkit.telemetry.enabled": false,
};

/** The Firefox of this machine, as Debian ships it, without a window and by its remote control; for programs in the guest. */
export class Firefox {
  /** `firefox 153.7.0` */
  readonly version: string;
  readonly #child: ChildProcess;
  readonly #marionette: Marionette;
  readonly #profile: string;

  private constructor(
    version: string,
    parts: { readonly child: ChildProcess; readonly marionette: Marionette; readonly profile: string },
  ) {
    this.version = version;
    this.#child = parts.child;
    this.#marionette = parts.marionette;
    this.#profile = parts.profile;
  }

  /** @throws {Error} with the end of its log when it does not answer in time. */
  static async start({ prefs = {}, log, env = {}, withinMs = WITHIN_MS }: FirefoxOptions): Promise<Firefox> {
    const profile = mkdtempSync(join(tmpdir(), "lab-firefox-"));
    const lines = Object.entries({ ...PREFS, ...prefs }).map(
      ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
    );
    writeFileSync(join(profile, "user.js"), lines.join(""));
    const logFile = openSync(log, "a");
    const child = spawn("firefox-esr", ["--headless", "--marionette", "--no-remote", "--profile", profile], {
      stdio: ["ignore", logFile, logFile],
      env: { ...process.env, ...env },
    });
    closeSync(logFile);
    try {
      const marionette = await until("Firefox listens", {
        withinMs,
        probe: () => {
          if (child.exitCode !== null) throw new Error("Firefox ended");
          return Marionette.at(PORT).catch(() => undefined);
        },
      });
      const { capabilities } = await marionette.send<{
        capabilities: { browserName: string; browserVersion: string };
      }>("WebDriver:NewSession", { capabilities: { alwaysMatch: { timeouts: { pageLoad: withinMs } } } });
      const version = `${capabilities.browserName} ${capabilities.browserVersion}`;
      return new Firefox(version, { child, marionette, profile });
    } catch (cause) {
      child.kill("SIGKILL");
      throw new Error(`Firefox did not start: ${readFileSync(log, "utf8").slice(-LOG_TAIL_CHARS)}`, {
        cause,
      });
    }
  }

  /** Goes to an address in the one tab and waits until all of it is there. */
  async go(url: string): Promise<void> {
    await this.#marionette.send("WebDriver:Navigate", { url });
  }

  /** Runs the body of a function in the page, which finds what is given in `arguments`; its result must be JSON. */
  async run<Value>(script: string, args: readonly unknown[] = []): Promise<Value> {
    const { value } = await this.#marionette.send<{ value: Value }>("WebDriver:ExecuteScript", {
      script,
      args,
    });
    return value;
  }

  /** The page as a PNG file; the browser's own sheets are not part of it. */
  async screenshot(path: string): Promise<void> {
    const { value } = await this.#marionette.send<{ value: string }>("WebDriver:TakeScreenshot", {
      full: false,
    });
    writeFileSync(path, Buffer.from(value, "base64"));
  }

  /** Any command of its remote control. */
  send<Result>(command: string, parameters: object = {}): Promise<Result> {
    return this.#marionette.send<Result>(command, parameters);
  }

  /** Asks it to leave, and makes it. */
  async close(): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode === null && signalCode === null) {
      const closed = once(this.#child, "close");
      this.#marionette.send("Marionette:Quit", { flags: ["eForceQuit"] }).catch(() => undefined);
      const force = setTimeout(() => this.#child.kill("SIGKILL"), LEAVE_MS);
      await closed;
      clearTimeout(force);
    }
    this.#marionette.close();
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
