import { isHarnessError, withAftermath, type LeftBehind } from "../../core/errors.js";
import { nameOfCommand } from "../command.js";
import { requestEffect, type RequestEffect } from "../messages/request-effect.js";

/** A request that left, or is about to. */
export interface SentRequest {
  readonly command: string;
  readonly effect: RequestEffect;
}

/**
 * Derives what a session may have left on its authenticator from the requests that went out.
 *
 * Only an answer that refuses, or a request that did not leave, clears a request that changes something. One that was
 * answered OK stays for the whole session, whatever fails afterwards.
 */
export class SentRequests {
  /** Changing requests that are on their way, or whose answer never came. */
  readonly #inDoubt = new Set<SentRequest>();
  #answeredOk = false;
  #carriedOut: string | undefined;

  get leftBehind(): LeftBehind {
    if (!this.#answeredOk && this.#inDoubt.size === 0) return { aftermath: "none" };
    return { aftermath: "unknown", carriedOut: this.#carriedOut };
  }

  /** Begins to follow a request that leaves now. */
  add(request: Uint8Array): SentRequest {
    const sent = { command: nameOfCommand(request[0] as number), effect: requestEffect(request) };
    if (sent.effect === "change") this.#inDoubt.add(sent);
    return sent;
  }

  /** Notes an answer that refuses: nothing was done. */
  refused(sent: SentRequest): void {
    this.#inDoubt.delete(sent);
  }

  /** Notes an answer that says OK. */
  answeredOk(sent: SentRequest): void {
    if (this.#inDoubt.delete(sent)) this.#answeredOk = true;
  }

  /** Notes that the answer says what was done, so that the OK was the authenticator's own. The first one stays. */
  wasRead(sent: SentRequest): void {
    if (sent.effect === "change") this.#carriedOut ??= sent.command;
  }

  /**
   * Notes that no answer came.
   *
   * @param reason what the caller's signal aborted with, if it did: not an error of this request.
   * @returns the error with the aftermath of this request.
   */
  failed(sent: SentRequest, error: unknown, reason: unknown): unknown {
    if (!isHarnessError(error) || error === reason) return error;
    if (error.aftermath === "none") this.#inDoubt.delete(sent);
    return sent.effect === "nothing" ? withAftermath(error, { aftermath: "none" }) : error;
  }

  /** Returns the error of an answer that came and cannot be read, with the aftermath of this request. */
  unreadable(sent: SentRequest, error: unknown): unknown {
    if (!isHarnessError(error)) return error;
    return withAftermath(error, { aftermath: sent.effect === "nothing" ? "none" : "unknown" });
  }
}
