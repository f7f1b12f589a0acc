import { printable } from "./printable.js";

/** What the failed step may have left behind on the far side. */
export type Aftermath =
  /** Nothing that lasts was asked for, nothing was sent, or the peer answered that it refused. */
  | "none"
  /** A request that creates or changes something went out, and no refusal came back: the peer acted or may still act. */
  | "unknown";

export interface ErrorDetail {
  readonly aftermath?: Aftermath;
  /** CTAP command that was answered OK before the failure; its aftermath is `unknown` as well. */
  readonly carriedOut?: string | undefined;
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
  /** Name of the CTAP command that certainly took effect before this failed, such as `makeCredential`. */
  readonly carriedOut: string | undefined;
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
    this.carriedOut = detail.carriedOut;
    this.hint = detail.hint === undefined ? undefined : printable(detail.hint);
  }

  /** Report form: no stack, no cause, nothing secret. */
  toJSON(): {
    name: string;
    code: Code;
    message: string;
    aftermath: Aftermath;
    carriedOut?: string;
    hint?: string;
  } {
    return {
      name: this.name,
      code: this.code,
      message: this.message,
      aftermath: this.aftermath,
      ...(this.carriedOut !== undefined && { carriedOut: this.carriedOut }),
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

/** What remains on the far side, as far as the sender of the requests can tell. */
export interface LeftBehind {
  readonly aftermath: Aftermath;
  readonly carriedOut?: string | undefined;
}

/**
 * Returns the same error with another aftermath: same class, code, members, cause and stack.
 *
 * An error is made where something failed; what remains is known where the requests were sent.
 *
 * @param error made where something failed.
 * @returns a copy; the error itself where both say the same.
 *
 * @example
 * throw withAftermath(error, { aftermath: "unknown", carriedOut: "makeCredential" });
 */
export function withAftermath<E extends HarnessError>(error: E, { aftermath, carriedOut }: LeftBehind): E {
  if (error.aftermath === aftermath && error.carriedOut === carriedOut) return error;
  // An Error of its own, because others may hold the first one; its class is taken over with its members.
  const copy = new Error(error.message);
  Object.setPrototypeOf(copy, Object.getPrototypeOf(error) as object);
  const { stack: _stack, ...members } = Object.getOwnPropertyDescriptors<Error>(error);
  Object.defineProperties(copy, members);
  if (error.stack !== undefined) copy.stack = error.stack;
  return Object.assign(copy, { aftermath, carriedOut }) as unknown as E;
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
