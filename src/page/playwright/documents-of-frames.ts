import type { Frame } from "@playwright/test";

/** Keeps which document is in which frame: a frame that goes away, or is navigated, takes its document with it. */
export class DocumentsOfFrames {
  readonly #byFrame = new Map<Frame, string>();
  readonly #leave: (document: string) => void;

  constructor(leave: (document: string) => void) {
    this.#leave = leave;
  }

  /** A document has begun in a frame: the one before is gone, whether it said so or not. */
  entered(frame: Frame, document: string): void {
    this.left(frame);
    this.#byFrame.set(frame, document);
  }

  left(frame: Frame): void {
    const document = this.#byFrame.get(frame);
    this.#byFrame.delete(frame);
    if (document !== undefined) this.#leave(document);
  }

  leftAll(isGone: (frame: Frame) => boolean): void {
    for (const frame of [...this.#byFrame.keys()]) if (isGone(frame)) this.left(frame);
  }
}
