import type { BrowserContext, Locator } from "@playwright/test";
import { Passkeys } from "../passkeys.js";
import type { PageStory } from "../rig.js";
import { attach } from "./attach.js";
import { checkTimers } from "./check-timers.js";
import { delayCalls, type CallDelay } from "./delay-calls.js";

/** A button of the page, or whatever else makes it ask for a passkey. */
export type Trigger = Locator | (() => unknown);

/** The passkeys of a Playwright test, for all pages of its browser contexts. */
export class PlaywrightPasskeys extends Passkeys {
  readonly #contexts: BrowserContext[] = [];

  /**
   * Connects another browser context than the test's own, before its first page is loaded.
   *
   * @throws {PageRigError} `PAGE_BEFORE_HARNESS`.
   */
  async attach(context: BrowserContext): Promise<void> {
    await attach(context, this.rig);
    this.#contexts.push(context);
  }

  /**
   * Delays calls of the pages to their site, in the test's time.
   *
   * @param url as `page.route` takes it.
   *
   * @example
   * await passkeys.delayCalls("**\/passkeys/finish", { answerMs: 65_000 });
   */
  async delayCalls(url: string | RegExp, delay: CallDelay): Promise<void> {
    for (const context of this.#contexts) await delayCalls(context, this.rig, { url, delay });
  }

  /** Clicks the button, or does what is given, and waits for the registration that comes of it and all that follows. */
  override register(trigger: Trigger): Promise<PageStory> {
    return super.register(actionOf(trigger));
  }

  /** Clicks the button, or does what is given, and waits for the login that comes of it and all that follows. */
  override logIn(trigger: Trigger): Promise<PageStory> {
    return super.logIn(actionOf(trigger));
  }

  protected override checkPages(): Promise<void> {
    return checkTimers(this.#contexts, this.rig);
  }
}

function actionOf(trigger: Trigger): () => unknown {
  return typeof trigger === "function" ? trigger : () => trigger.click();
}
