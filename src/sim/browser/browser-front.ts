import { sleep } from "../../core/clock.js";
import type { Env } from "../../core/env.js";
import { startDeadline } from "../../core/timer.js";
import { within } from "../../core/within.js";
import type { ClientProfile } from "../../webauthn/profiles/client-profile.js";
import type { PageReason } from "../../webauthn/profiles/page-error-name.js";
import { windowsPageError } from "../../webauthn/profiles/platform-error.js";
import type { Knobs } from "../knobs/knobs.js";
import { never } from "../../core/abort.js";
import { offerFor, textOf, type CredentialRequest } from "./operating-system.js";
import type { CallingPage } from "./calling-page.js";
import { PageRejection } from "./page-rejection.js";

/** A request of a page, while it is pending. */
export interface PendingRequest extends CredentialRequest {
  readonly effectiveMs: number;
  readonly signal: AbortSignal;
  readonly profile: ClientProfile;
  readonly conditional: boolean;
  /** The user selects nothing in the autofill. */
  readonly isUntouched: boolean;
  /** The browser in the span of the request. */
  readonly env: Env;
  /** The page that calls. */
  readonly page: CallingPage;
}

type Wait = Pick<PendingRequest, "env" | "signal">;
type FocusWait = Pick<PendingRequest, "env" | "signal" | "page">;

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
  readonly #knobs: () => Knobs;

  constructor(knobs: () => Knobs) {
    this.#knobs = knobs;
  }

  /** @throws {PageRejection} when it ends here. */
  async pass(request: PendingRequest): Promise<void> {
    const { client, os, user } = this.#knobs();
    await this.#waitForFocus(request);
    // No browser here signs its user in with a password. @see WebAuthn Level 3 §5.1.3 (conditional mediation)
    if (request.isUntouched && request.method === "create" && !client.virtualAuthenticator)
      throw new PageRejection("NotAllowedError", "recent-sign-in-missing");
    if (request.isUntouched) await never(request.signal);
    // With a virtual authenticator attached, a browser takes an autofill request without anybody's choice.
    if (request.conditional && !client.virtualAuthenticator)
      await sleep(request.env.clock, user.pickMs, "user.pick", request);
    if (os.webauthnApi > 0 && os.dialogResult !== "none") await this.#endInDialog(request);
  }

  /** Waits with no authenticator within reach: only the timer, the page or the user ends the wait. */
  async waitForTimeout(request: PendingRequest): Promise<never> {
    const offer = offerFor(request, this.#knobs());
    const { env } = request;
    env.trace.emit({
      kind: "link.not-found",
      offered: offer.choices,
      ...(offer.isDiverted && { dialog: "os", setting: "hello-for-passwords" }),
    });
    if (offer.choices.length === 0) {
      this.#show(request, offer.by, textOf(offer), "failure");
      await this.#pause(request, this.#knobs().user.closeSheetMs);
      throw new PageRejection("NotAllowedError", "attachment-unavailable");
    }
    this.#show(request, offer.by, textOf(offer));
    const { signal, effectiveMs: budgetMs } = request;
    if (budgetMs === Infinity) return this.#untilCancelled(request);
    const budget = { timer: "client.ceremony", budgetMs, aftermath: "none" } as const;
    return within(env, budget, (ended) => this.#untilCancelled({ env, signal: ended }), { signal });
  }

  async #untilCancelled(wait: Wait): Promise<never> {
    await this.#pause(wait, this.#knobs().user.cancelMs);
    throw new PageRejection("NotAllowedError", "cancelled");
  }

  /**
   * Waits until the page has focus: an extension that replaces `navigator.credentials` may hold a request back, with a
   * time-out of its own.
   */
  async #waitForFocus({ env, signal, page }: FocusWait): Promise<void> {
    const budgetMs = this.#knobs().ext.focusWaitMs;
    if (budgetMs === null || page.hasFocus()) return;
    const { clock } = env;
    const untilMs = clock.nowMs() + budgetMs;
    const patience = startDeadline(env, { timer: EXT_TIMER, budgetMs });
    while (!patience.isOver()) {
      await sleep(clock, Math.min(FOCUS_CHECK_MS, untilMs - clock.nowMs()), EXT_TIMER, { signal });
      if (page.hasFocus()) return patience.disarm();
    }
  }

  async #endInDialog(request: PendingRequest): Promise<never> {
    const { os, user, client } = this.#knobs();
    const { dialogResult } = os;
    await this.#pause(request, user.cancelMs ?? user.closeSheetMs);
    this.#show(request, "os", `The dialog ends with ${dialogResult}`, "failure");
    const caller = client.profile.startsWith("chrome") ? "chromium" : "direct";
    throw new PageRejection(
      windowsPageError(dialogResult, caller),
      DIALOG_REASONS[dialogResult] ?? "unexpected",
    );
  }

  #pause({ env, signal }: Wait, delayMs: number | null): Promise<void> {
    return delayMs === null ? never(signal) : sleep(env.clock, delayMs, "user.sheet", { signal });
  }

  #show({ env }: Wait, where: "browser" | "os", text: string, tone?: "failure"): void {
    env.trace.emit({ kind: "user.saw", where, text, ...(tone && { tone }) });
  }
}
