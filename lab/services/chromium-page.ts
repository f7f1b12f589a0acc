import { writeFileSync } from "node:fs";
import type { CdpConnection } from "./cdp-connection.js";

export interface ChromiumPageParts {
  readonly connection: CdpConnection;
  readonly targetId: string;
  readonly sessionId: string;
}

interface Evaluated<Value> {
  readonly result: { readonly value: Value };
  readonly exceptionDetails?: {
    readonly text: string;
    readonly exception?: { readonly description?: string };
  };
}

interface ConsoleArgument {
  readonly value?: unknown;
  readonly description?: string;
}

/** One tab. */
export class ChromiumPage {
  readonly #parts: ChromiumPageParts;

  constructor(parts: ChromiumPageParts) {
    this.#parts = parts;
  }

  /** Once, by whoever opened the tab. */
  async begin(): Promise<void> {
    await this.send("Page.enable");
    await this.send("Runtime.enable");
    // Several tabs at a time: each believes that the person looks at it.
    await this.send("Emulation.setFocusEmulationEnabled", { enabled: true });
  }

  /** Goes to an address and waits until all of it is there. */
  async go(url: string): Promise<void> {
    const loaded = new Promise<void>((resolve) => {
      const stop = this.on("Page.loadEventFired", () => {
        stop();
        resolve();
      });
    });
    const { errorText } = await this.send<{ errorText?: string }>("Page.navigate", { url });
    if (errorText !== undefined) throw new Error(`${url}: ${errorText}`);
    await loaded;
  }

  /**
   * What an expression, or the promise it gives, comes to in the page; it must be JSON.
   *
   * @param options `asUser`: as from a click, for what a page may only do then.
   * @throws {Error} what the page threw.
   */
  async evaluate<Value>(
    expression: string,
    { asUser = false }: { readonly asUser?: boolean } = {},
  ): Promise<Value> {
    const { result, exceptionDetails } = await this.send<Evaluated<Value>>("Runtime.evaluate", {
      expression,
      returnByValue: true,
      awaitPromise: true,
      userGesture: asUser,
    });
    if (exceptionDetails) {
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    }
    return result.value;
  }

  /** Calls `listener` with what the page writes on its console; give the result to stop. */
  onConsole(listener: (text: string) => void): () => void {
    return this.on("Runtime.consoleAPICalled", ({ args }) => {
      const texts = (args as readonly ConsoleArgument[]).map(({ value, description }) =>
        typeof value === "string" ? value : (description ?? JSON.stringify(value)),
      );
      listener(texts.join(" "));
    });
  }

  /** The page as a PNG file; the browser's own sheets are not part of it. */
  async screenshot(path: string): Promise<void> {
    const { data } = await this.send<{ data: string }>("Page.captureScreenshot");
    writeFileSync(path, Buffer.from(data, "base64"));
  }

  async bringToFront(): Promise<void> {
    await this.send("Page.bringToFront");
  }

  async close(): Promise<void> {
    await this.#parts.connection.send("Target.closeTarget", { targetId: this.#parts.targetId });
  }

  /** Any command of the tab. @see Chrome DevTools Protocol */
  send<Result = unknown>(method: string, params: object = {}): Promise<Result> {
    const { connection, sessionId } = this.#parts;
    return connection.send<Result>(method, params, sessionId);
  }

  /** Any event of the tab; give the result to stop. */
  on(method: string, listener: (params: Readonly<Record<string, unknown>>) => void): () => void {
    const { connection, sessionId } = this.#parts;
    return connection.on({ method, sessionId }, listener);
  }
}
