import type { BrowserContext, Frame, Page } from "@playwright/test";
import type { PageMessage } from "../protocol.js";
import type { PageRig } from "../rig.js";

/**
 * Tells a rig of documents that went away without a word: what a document says at its end is lost where the browser
 * takes its process away with it, as it does between two sites.
 */
export class Departures {
  readonly #rig: PageRig;
  readonly #documents = new Map<Frame, string>();

  constructor(context: BrowserContext, rig: PageRig) {
    this.#rig = rig;
    for (const page of context.pages()) this.#watch(page);
    context.on("page", (page) => this.#watch(page));
  }

  /** Notes which document is in a frame: the one before it is gone. */
  async heard(frame: Frame, { do: said, document }: PageMessage): Promise<void> {
    if (said !== "hello") return;
    const before = this.#documents.get(frame);
    this.#documents.set(frame, document);
    if (before !== undefined && before !== document) await this.#leave(before);
  }

  #watch(page: Page): void {
    page.on("framedetached", (frame) => void this.#gone(frame));
    page.on("close", () => {
      for (const frame of this.#documents.keys()) if (frame.page() === page) void this.#gone(frame);
    });
  }

  async #gone(frame: Frame): Promise<void> {
    const document = this.#documents.get(frame);
    this.#documents.delete(frame);
    if (document !== undefined) await this.#leave(document);
  }

  async #leave(document: string): Promise<void> {
    await this.#rig.answer({ do: "leave", document });
  }
}
