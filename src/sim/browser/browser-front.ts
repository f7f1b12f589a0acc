import { sleep } from "../../core/clock.js";
import type { Env } from "../../core/env.js";
import { within } from "../../core/within.js";
import type { ClientProfile } from "../../webauthn/profiles/client-profile.js";
import type { PageReason } from "../../webauthn/profiles/page-error-name.js";
import { windowsPageError } from "../../webauthn/profiles/platform-error.js";
import type { Knobs } from "../knobs/knobs.js";
import { never } from "../../core/abort.js";
import { offerFor, textOf, type Wish } from "./operating-system.js";
import { PageRejection } from "./page-rejection.js";

/** A request of a page, while it is pending. */
export interface PendingRequest extends Wish {
  readonly effectiveMs: number;
  readonly signal: AbortSignal;
  readonly profile: ClientProfile;
  readonly conditional: boolean;
}

/** How often an extension looks whether the page has the focus, in milliseconds. */
const FOCUS_CHECK_MS = 500;
const EXT_TIMER = "ext.focus";

/** What the Windows dialog's result means, whatever name the page gets to see. */
const DIALOG_REASONS: Readonly<Partial<Record<Knobs["os"]["dialogResult"], PageReason>>> = {
  NTE_EXISTS: "excluded-credential",
  ERROR_CANCELLED: "cancelled",
  ERROR_TIMEOUT: "timeout",
  NTE_NOT_FOUND: "no-credential",
  NTE_NOT_SUPPORTED: "uv-unavailable",
  NTE_TOKEN_KEYSET_STORAGE_FULL: "storage-full",
  NTE_INVALID_PARAMETER: "unsupported-algorithm",
};

/** What stands between a page's request and an authenticator: extension, autofill, the system's dialogs. */
export class BrowserFront {
  readonly #env: Env;
  readonly #knobs: () => Knobs;

  constructor(env: Env, knobs: () => Knobs) {
    this.#env = env;
    this.#knobs = knobs;
  }

  /** @throws {PageRejection} when it ends here. */
  async pass(request: PendingRequest): Promise<void> {
    const { os, browser, user } = this.#knobs();
    await this.#waitForFocus(request.signal);
    if (request.conditional) await sleep(this.#env.clock, user.pickMs, "user.pick", request);
    if (browser.helloForPasswords && os.helloEnabled) {
      this.#show("browser", "Confirm with Windows Hello to fill in your password");
    }
    if (os.webauthnApi > 0 && os.dialogResult !== "none") await this.#endInDialog(request);
  }

  /** No authenticator within reach: only the timer, the page or the person ends the wait. */
  async waitForNobody(request: PendingRequest): Promise<never> {
    const offer = offerFor(request, this.#knobs());
    this.#env.trace.emit({ kind: "link.not-found", offered: offer.ways.join(",") });
    if (offer.ways.length === 0) {
      this.#show(offer.by, textOf(offer), "failure");
      await this.#pause(this.#knobs().user.closeSheetMs, request.signal);
      throw new PageRejection("NotAllowedError", "attachment-unavailable");
    }
    this.#show(offer.by, textOf(offer));
    const { signal, effectiveMs: budgetMs } = request;
    if (budgetMs === Infinity) return this.#untilCancelled(signal);
    const budget = { timer: "client.ceremony", budgetMs, aftermath: "none" } as const;
    return within(this.#env, budget, (ended) => this.#untilCancelled(ended), { signal });
  }

  async #untilCancelled(signal: AbortSignal): Promise<never> {
    await this.#pause(this.#knobs().user.cancelMs, signal);
    throw new PageRejection("NotAllowedError", "cancelled");
  }

  /** An extension that owns `navigator.credentials` may hold a request back; its patience is its own. */
  async #waitForFocus(signal: AbortSignal): Promise<void> {
    const budgetMs = this.#knobs().ext.focusWaitMs;
    if (budgetMs === null || this.#knobs().page.focused) return;
    const { clock, trace } = this.#env;
    const timer = { timer: EXT_TIMER, budgetMs };
    trace.emit({ kind: "timer.armed", ...timer });
    const untilMs = clock.nowMs() + budgetMs;
    while (clock.nowMs() < untilMs) {
      await sleep(clock, Math.min(FOCUS_CHECK_MS, untilMs - clock.nowMs()), EXT_TIMER, { signal });
      if (this.#knobs().page.focused) return trace.emit({ kind: "timer.disarmed", ...timer });
    }
    trace.emit({ kind: "timer.fired", ...timer });
  }

  async #endInDialog({ signal }: PendingRequest): Promise<never> {
    const { os, user, client } = this.#knobs();
    const { dialogResult } = os;
    await this.#pause(user.cancelMs ?? user.closeSheetMs, signal);
    this.#show("os", `The dialog ends with ${dialogResult}`, "failure");
    const caller = client.profile.startsWith("chrome") ? "chromium" : "direct";
    throw new PageRejection(
      windowsPageError(dialogResult, caller),
      DIALOG_REASONS[dialogResult] ?? "unexpected",
    );
  }

  #pause(delayMs: number | null, signal: AbortSignal): Promise<void> {
    return delayMs === null ? never(signal) : sleep(this.#env.clock, delayMs, "user.sheet", { signal });
  }

  #show(where: "browser" | "os", text: string, tone?: "failure"): void {
    this.#env.trace.emit({ kind: "user.saw", where, text, ...(tone && { tone }) });
  }
}
