/** A headless Chromium, driven by its own debugging protocol: one page at a time, no further packages. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocket } from "ws";

const PATHS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Where Chromium is, or undefined where there is none. */
export const CHROMIUM = PATHS.find((path) => existsSync(path));

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--hide-scrollbars",
  "--remote-debugging-port=0",
];

export interface View {
  readonly width: number;
  readonly height: number;
  readonly dark?: boolean;
}

export class Chromium {
  readonly #child: ChildProcess;
  readonly #socket: WebSocket;
  readonly #profile: string;
  #session = "";
  #lastId = 0;
  readonly #waiting = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>();
  readonly #events = new Map<string, () => void>();

  private constructor(child: ChildProcess, socket: WebSocket, profile: string) {
    this.#child = child;
    this.#socket = socket;
    this.#profile = profile;
    socket.on("message", (data: Buffer) => this.#receive(data.toString()));
  }

  static async launch(executable: string): Promise<Chromium> {
    const profile = mkdtempSync(join(tmpdir(), "passkey-harness-chromium-"));
    const child = spawn(executable, [...FLAGS, `--user-data-dir=${profile}`, "about:blank"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    const socket = new WebSocket(await debuggerOf(child));
    await once(socket, "open");
    const browser = new Chromium(child, socket, profile);
    const { targetId } = await browser.#send<{ targetId: string }>("Target.createTarget", {
      url: "about:blank",
    });
    const attached = { targetId, flatten: true };
    browser.#session = (
      await browser.#send<{ sessionId: string }>("Target.attachToTarget", attached)
    ).sessionId;
    await browser.#send("Page.enable");
    return browser;
  }

  /** Shows an HTML text. */
  async show(html: string, view: View): Promise<void> {
    const url = `data:text/html;charset=utf-8;base64,${Buffer.from(html).toString("base64")}`;
    await this.visit(url, view);
  }

  /** Goes to an address, and waits until it is loaded. */
  async visit(url: string, { width, height, dark = false }: View): Promise<void> {
    await this.#send("Emulation.setDeviceMetricsOverride", {
      width,
      height,
      deviceScaleFactor: 1,
      mobile: false,
    });
    const scheme = { name: "prefers-color-scheme", value: dark ? "dark" : "light" };
    await this.#send("Emulation.setEmulatedMedia", { features: [scheme] });
    const loaded = new Promise<void>((resolve) => this.#events.set("Page.loadEventFired", resolve));
    await this.#send("Page.navigate", { url });
    await loaded;
  }

  /** What an expression comes to in the page; it must be JSON. */
  async evaluate<Value>(expression: string): Promise<Value> {
    const { result, exceptionDetails } = await this.#send<{
      result: { value: Value };
      exceptionDetails?: { text: string };
    }>("Runtime.evaluate", { expression, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.text);
    return result.value;
  }

  /** A PNG; of the whole page, or of what is in view. */
  async screenshot(whole = false): Promise<Uint8Array> {
    const { data } = await this.#send<{ data: string }>("Page.captureScreenshot", {
      captureBeyondViewport: whole,
    });
    return Buffer.from(data, "base64");
  }

  async close(): Promise<void> {
    const closed = once(this.#child, "close");
    this.#socket.close();
    this.#child.kill();
    await closed;
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  #send<Result>(method: string, params: object = {}): Promise<Result> {
    const id = ++this.#lastId;
    const message = { id, method, params, ...(this.#session !== "" && { sessionId: this.#session }) };
    this.#socket.send(JSON.stringify(message));
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
  }

  #receive(text: string): void {
    const { id, method, result, error } = JSON.parse(text) as {
      id?: number;
      method?: string;
      result?: never;
      error?: { message: string };
    };
    if (method !== undefined) this.#events.get(method)?.();
    const waiting = id === undefined ? undefined : this.#waiting.get(id);
    if (id === undefined || waiting === undefined) return;
    this.#waiting.delete(id);
    if (error) waiting.reject(new Error(error.message));
    else waiting.resolve(result as never);
  }
}

/** Chromium names its debugger on stderr, once it listens. */
function debuggerOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      const [, url] = /DevTools listening on (ws:\S+)/.exec(said) ?? [];
      if (url !== undefined) resolve(url);
    });
    child.on("error", reject);
    child.on("close", () => reject(new Error(`Chromium ended: ${said.slice(-500)}`)));
  });
}
