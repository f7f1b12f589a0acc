import { printable } from "./printable.js";

/** What the failed step may have left behind on the far side. */
export type Aftermath =
  /** Nothing was sent, or the peer answered that it refused. */
  | "none"
  /** The request went out and no answer came back: the peer may still act on it. */
  | "unknown";

export interface ErrorDetail {
  readonly aftermath?: Aftermath;
  readonly cause?: unknown;
  /** What the reader can do about it, in one sentence. */
  readonly hint?: string;
  /** What the message goes on with, on lines of their own: a line break inside a text is escaped. */
  readonly furtherLines?: readonly string[];
}

const BRAND = Symbol.for("passkey-harness.error");

/**
 * Root of every error this library throws on purpose; `code` is stable, `message` is prose.
 *
 * @example
 * if (isHarnessError(error)) console.log(error.code, error.hint, error.aftermath);
 */
export abstract class HarnessError<Code extends string = string> extends Error {
  readonly [BRAND] = true;
  readonly code: Code;
  readonly aftermath: Aftermath;
  readonly hint: string | undefined;

  constructor(code: Code, message: string, detail: ErrorDetail = {}) {
    // Messages quote names, close reasons and files that come from outside.
    super(
      [message, ...(detail.furtherLines ?? [])].map(printable).join("\n"),
      detail.cause === undefined ? undefined : { cause: detail.cause },
    );
    this.name = new.target.name;
    this.code = code;
    this.aftermath = detail.aftermath ?? "none";
    this.hint = detail.hint === undefined ? undefined : printable(detail.hint);
  }

  /** Report form: no stack, no cause, nothing secret. */
  toJSON(): { name: string; code: Code; message: string; aftermath: Aftermath; hint?: string } {
    return {
      name: this.name,
      code: this.code,
      message: this.message,
      aftermath: this.aftermath,
      ...(this.hint !== undefined && { hint: this.hint }),
    };
  }
}

/**
 * Holds across duplicate copies of the package (ESM beside CJS), where `instanceof` does not.
 *
 * @param value anything that was thrown.
 * @returns whether this library threw it on purpose.
 *
 * @example
 * if (isHarnessError(error) && error.aftermath === "unknown") await checkTheSite();
 */
export function isHarnessError(value: unknown): value is HarnessError {
  return typeof value === "object" && value !== null && BRAND in value;
}

/** How long something may take, under which name, and what running out means. */
export interface Budget {
  /** Timer id, the one reports look up, such as `client.ceremony`. */
  readonly timer: string;
  /** The whole of it in milliseconds, retries included. */
  readonly budgetMs: number;
  /** What running out leaves behind: `unknown` once anything was sent. May be a getter. */
  readonly aftermath: Aftermath;
}

/**
 * A budget ran out.
 *
 * @example
 * if (error instanceof TimeoutError) console.log(error.timer, error.budgetMs); // client.ceremony 60000
 */
export class TimeoutError extends HarnessError<"TIMEOUT"> {
  readonly timer: string;
  readonly budgetMs: number;

  constructor({ timer, budgetMs, aftermath }: Budget) {
    super("TIMEOUT", `${timer}: no result within ${budgetMs} ms`, { aftermath });
    this.timer = timer;
    this.budgetMs = budgetMs;
  }

  override toJSON() {
    return { ...super.toJSON(), timer: this.timer, budgetMs: this.budgetMs };
  }
}

/**
 * The caller's signal aborted.
 *
 * @example
 * const abort = new AbortController();
 * const asked = authenticate(env, device, options, { origin, signal: abort.signal });
 * abort.abort();
 * await asked.catch((error) => error.code); // "ABORTED"
 */
export class AbortedError extends HarnessError<"ABORTED"> {
  constructor(message: string, detail?: ErrorDetail) {
    super("ABORTED", message, detail);
  }
}
