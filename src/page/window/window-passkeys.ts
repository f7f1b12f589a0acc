import { checkArguments } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import { Passkeys, type PasskeyOptions } from "../passkeys.js";
import { installInWindow } from "./install-in-window.js";
import { openPage, type DomLibrary } from "./open-page.js";
import type { HeldCalls } from "./held-calls.js";
import type { CallWatch } from "./watch-calls.js";
import type { WindowLike } from "./window-like.js";

/** The passkeys of a test whose pages are windows of jsdom or happy-dom in its own process. */
export class WindowPasskeys extends Passkeys {
  readonly #held: HeldCalls[] = [];
  readonly #watches: CallWatch[] = [];
  readonly #leave: (() => Promise<void> | void)[] = [];

  constructor(options: PasskeyOptions = {}) {
    super(options);
  }

  /**
   * Puts `navigator.credentials` and the led timers into a window, such as the global one of a test environment.
   *
   * @param window of jsdom or happy-dom.
   *
   * @example
   * passkeys.install(globalThis);
   */
  install(window: object): void {
    const { calls, uninstall } = installInWindow(window as WindowLike, {
      rig: this.rig,
      held: () => this.#held,
    });
    this.#watches.push(calls);
    this.#leave.push(uninstall);
  }

  /**
   * Opens a page, runs its scripts, and returns its window. jsdom runs classic scripts, and none of `type="module"`.
   *
   * @param url of the page, which its own server serves.
   * @param library package that makes the window: `jsdom` when absent.
   * @returns the window; its type is yours to choose, such as `Window` of TypeScript's `lib.dom`.
   * @throws {PageRigError} `NO_WINDOW` where the package is not installed.
   */
  async open<Window = DomWindow>(url: string, library: DomLibrary = "jsdom"): Promise<Window> {
    checkArguments("WindowPasskeys", {
      url: [shape.text, url],
      library: [shape.oneOf(["jsdom", "happy-dom"]), library],
    });
    const install = (made: WindowLike) => this.install(made);
    const { window, close } = await openPage(url, { library, install });
    this.#leave.push(close);
    return window as unknown as Window;
  }

  /** Delays calls of the pages to their site, in the test's time; a text fits where the address contains it. */
  delayCalls(url: string | RegExp, delay: Omit<HeldCalls, "url">): this {
    this.#held.unshift({ url, ...delay });
    return this;
  }

  protected override async checkPages(): Promise<void> {
    for (const watch of this.#watches) watch.watchFetch();
  }

  /** Takes the harness out of every window, and closes the pages that were opened. */
  async close(): Promise<void> {
    this.#watches.length = 0;
    for (const leave of this.#leave.splice(0)) await leave();
  }
}

/** `Window` of `lib.dom` where the test's own TypeScript knows it, and anything otherwise. */
export type DomWindow = typeof globalThis extends { window: infer W }
  ? W // eslint-disable-next-line @typescript-eslint/no-explicit-any -- no type of a window is known
  : any;
