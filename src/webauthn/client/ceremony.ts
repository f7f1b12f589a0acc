import { never, raceAbort } from "../../core/abort.js";
import type { Env } from "../../core/env.js";
import {
  AbortedError,
  isHarnessError,
  TimeoutError,
  withAftermath,
  type Budget,
  type LeftBehind,
} from "../../core/errors.js";
import { within } from "../../core/within.js";
import { CtapError, nameOfStatus } from "../../ctap/status.js";
import { TransportError } from "../../ctap/transport-error.js";
import { ClientError } from "../client-error.js";
import { actionOn, type StatusAction, type StatusHandling } from "../profiles/client-profile.js";

/** The client's own timer around a whole create() or get(). */
export const CEREMONY_TIMER = "client.ceremony";

export interface CeremonyOptions {
  /** Milliseconds; `Infinity` for none. */
  readonly budgetMs: number;
  /** The page's. */
  readonly signal?: AbortSignal | undefined;
  /** Called when the client forgets the authenticator and only its timer is left: others may use it. */
  readonly onDropped?: (() => void) | undefined;
}

export interface AskOptions<T> {
  readonly handling: StatusHandling;
  readonly isTokenInUse: () => boolean;
  readonly send: () => Promise<T>;
}

/**
 * One create() or get() as its page sees it: settles on time, whatever the authenticator does.
 *
 * When the budget ends or the page aborts, the signal cancels the request at the authenticator and the page is answered
 * at once; what the authenticator still answers is traced as discarded.
 *
 * @throws {TimeoutError} `TIMEOUT` of timer `client.ceremony`; aftermath `unknown` while a command that may
 *   change something is out.
 * @throws {AbortedError} `ABORTED`, the page's own reason as its cause; aftermath likewise.
 */
export function runCeremony<T>(
  env: Env,
  options: CeremonyOptions,
  work: (ceremony: CliCeremony) => Promise<T>,
): Promise<T> {
  return new CliCeremony(env, options).run(work);
}

export class CliCeremony {
  readonly #env: Env;
  readonly #options: CeremonyOptions;
  #signal: AbortSignal = new AbortController().signal;
  #session: { readonly leftBehind: LeftBehind } | undefined;

  constructor(env: Env, options: CeremonyOptions) {
    this.#env = env;
    this.#options = options;
  }

  /** Aborts when the budget ends or the page aborts. */
  get signal(): AbortSignal {
    return this.#signal;
  }

  /** What the requests sent so far may have left on the authenticator. */
  get leftBehind(): LeftBehind {
    return this.#session?.leftBehind ?? { aftermath: "none" };
  }

  /** Follows the session in which this ceremony sends its requests. */
  follow(session: { readonly leftBehind: LeftBehind }): void {
    this.#session = session;
  }

  /** The one place where whatever ended the ceremony learns what remains of it. */
  async run<T>(work: (ceremony: CliCeremony) => Promise<T>): Promise<T> {
    try {
      return await this.#timed(work);
    } catch (error) {
      throw withRemains(error, this.leftBehind);
    }
  }

  async #timed<T>(work: (ceremony: CliCeremony) => Promise<T>): Promise<T> {
    const { budgetMs, signal: pageSignal } = this.#options;
    if (pageSignal?.aborted) throw this.#aborted();
    const start = (signal: AbortSignal) => {
      this.#signal = signal;
      // Listens before `work` does, so that the page receives its abort and not the consequence of the abort.
      return pageSignal === undefined
        ? work(this)
        : raceAbort(
            () => work(this),
            pageSignal,
            () => this.#aborted(),
          );
    };
    if (budgetMs === Infinity) return start(pageSignal ?? this.#signal);
    return within(this.#env, this.#budget(budgetMs), start, { signal: pageSignal });
  }

  /**
   * Sends the command that counts, and does about refusals what this client does about them.
   *
   * @throws {CtapError} @throws {TransportError} when the client ends the request over it.
   */
  async ask<T>({ handling, isTokenInUse, send }: AskOptions<T>): Promise<T> {
    for (;;) {
      const issuedAtMs = this.#env.clock.nowMs();
      try {
        return await send();
      } catch (error) {
        if (this.#signal.aborted) throw error;
        const action = actionAfter(error, handling, isTokenInUse());
        if (action === "end") throw error;
        // An authenticator that refuses in no time would be asked for ever.
        if (action === "drop" || this.#env.clock.nowMs() === issuedAtMs) await this.#untilGivenUp();
      }
    }
  }

  /** Sends the command that counts, and records an answer that came after the page gave up. */
  async outstanding<T>(
    command: "makeCredential" | "getAssertion",
    transaction: () => Promise<T>,
  ): Promise<T> {
    this.#signal.throwIfAborted();
    try {
      const answer = await transaction();
      if (this.#signal.aborted) this.#discarded(command, 0);
      return answer;
    } catch (error) {
      if (error instanceof CtapError && this.#signal.aborted) this.#discarded(command, error.status);
      throw error;
    }
  }

  #discarded(command: string, status: number): void {
    this.#env.trace.emit({ kind: "ctap.discarded", command, status: nameOfStatus(status) });
  }

  #untilGivenUp(): Promise<never> {
    this.#options.onDropped?.();
    return never(this.#signal);
  }

  #aborted(): AbortedError {
    return new AbortedError("the page aborted the request", {
      aftermath: this.leftBehind.aftermath,
      cause: this.#options.signal?.reason,
    });
  }

  #budget(budgetMs: number): Budget {
    const readAftermath = () => this.leftBehind.aftermath;
    return {
      timer: CEREMONY_TIMER,
      budgetMs,
      get aftermath() {
        return readAftermath();
      },
    };
  }
}

/** What is no error of this library passes as it is while nothing remains: a callback's own mistake. */
function withRemains(error: unknown, left: LeftBehind): unknown {
  if (isHarnessError(error)) return withAftermath(error, left);
  if (left.aftermath === "none") return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ClientError("ANSWER_LOST", `the page gets no answer: ${message}`, { ...left, cause: error });
}

function actionAfter(error: unknown, handling: StatusHandling, tokenInUse: boolean): StatusAction {
  if (error instanceof CtapError) {
    // While a token is being fetched counts as its use.
    return actionOn(handling, {
      status: error.status,
      tokenInUse: tokenInUse || error.command === "clientPin",
    });
  }
  // A key that fell silent is lost like one that was pulled out.
  if (!(error instanceof TransportError) && !isLinkTimeout(error)) return "end";
  return tokenInUse ? (handling.withToken ?? handling.linkLost) : handling.linkLost;
}

/** The link's own timers; a ceremony that is over was noticed before. */
function isLinkTimeout(error: unknown): boolean {
  return error instanceof TimeoutError && error.timer.startsWith("hid.");
}
