import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { HarnessError } from "../../core/errors.js";
import { PinError } from "../../ctap/client/pin.js";
import type { Ctap2Session } from "../../ctap/client/session.js";
import type { TransactOptions } from "../../ctap/device.js";
import { CtapError, CtapStatus } from "../../ctap/status.js";
import type { ClientContext } from "./client-context.js";

/**
 * Proving the user failed for good. The PIN itself is never part of it.
 *
 * `PIN_BLOCKED` no attempts left; `PIN_AUTH_BLOCKED` three wrong ones in a row; `PIN_DECLINED` the user entered none;
 * `PIN_WRONG` the key refused the PIN, and the user entered no other;
 * `PIN_REPEATED` the same wrong PIN came again and was not spent; `UV_BLOCKED` built-in verification is used up and
 * there is no PIN to fall back to.
 */
export class UserVerificationError extends HarnessError<
  "PIN_BLOCKED" | "PIN_AUTH_BLOCKED" | "PIN_DECLINED" | "PIN_WRONG" | "PIN_REPEATED" | "UV_BLOCKED"
> {}

const IMPOSSIBLE_PIN: readonly string[] = ["PIN_TOO_SHORT", "PIN_TOO_LONG", "PIN_ENDS_IN_ZERO"];

/** Who is asked for a PIN, and what it is for. */
export interface PinEntry<T> {
  readonly ask?: ClientContext["pin"] | undefined;
  /** Sends the PIN to the authenticator. */
  readonly use: (pin: string) => Promise<T>;
  readonly transact?: TransactOptions | undefined;
}

const PIN_ENTRY = parameters<PinEntry<unknown>>({
  ask: maybe(arg.callable),
  use: arg.callable,
  transact: maybe(arg.object),
});

/**
 * Asks for the PIN until the authenticator takes it, as browsers do: after a wrong one the user hears how many attempts
 * are left, one that no authenticator takes is not sent, and the same wrong one is not sent twice.
 *
 * @returns the PIN that was taken, and what came of it.
 * @throws {UserVerificationError} `PIN_DECLINED`, `PIN_WRONG`, `PIN_REPEATED`, `PIN_BLOCKED`, `PIN_AUTH_BLOCKED`.
 * @throws {PinError} for a second entry of a PIN that cannot be one. @throws whatever else `use` throws.
 * @see CTAP 2.3 §6.5.5.7.2
 *
 * @example
 * const { result: token } = await enterPin(session, {
 *   ask: async ({ retriesLeft }) => prompt(`PIN (${retriesLeft ?? "?"} left)`),
 *   use: (pin) => session.pinUvAuthToken({ pin, permissions: Permission.credentialManagement }),
 * });
 */
export async function enterPin<T>(
  session: Pick<Ctap2Session, "pinRetries">,
  entry: PinEntry<T>,
): Promise<{ readonly pin: string; readonly result: T }> {
  checkArguments("enterPin", { entry: [PIN_ENTRY, entry] });
  const { ask, use, transact = {} } = entry;
  let before: { readonly pin: string; readonly problem: PinError | undefined } | undefined;
  let retriesLeft: number | undefined;
  for (let attempt = 1; ; attempt++) {
    const pin = await ask?.({
      attempt,
      ...(retriesLeft !== undefined && { retriesLeft }),
      ...(before?.problem && { problem: before.problem.code }),
    });
    transact.signal?.throwIfAborted();
    if (pin === undefined) throw retriesLeft === undefined ? declined() : pinWrong(retriesLeft);
    if (pin === before?.pin) throw before.problem ?? repeated();
    try {
      return { pin, result: await use(pin) };
    } catch (error) {
      // A PIN that no device takes was not sent: nothing was spent, and the user may have mistyped.
      const problem = isImpossiblePin(error) ? error : undefined;
      if (problem === undefined) retriesLeft = await retriesAfter(error, session, transact);
      before = { pin, problem };
    }
  }
}

/** Attempts left after a wrong PIN. @throws what cannot be mended by another attempt. */
async function retriesAfter(
  error: unknown,
  session: Pick<Ctap2Session, "pinRetries">,
  transact: TransactOptions,
): Promise<number> {
  if (!(error instanceof CtapError)) throw error;
  if (error.status === CtapStatus.PIN_BLOCKED) throw pinBlocked(error);
  if (error.status === CtapStatus.PIN_AUTH_BLOCKED) throw pinAuthBlocked(error);
  if (error.status !== CtapStatus.PIN_INVALID) throw error;
  transact.signal?.throwIfAborted();
  const { retries, powerCycleNeeded } = await session.pinRetries(transact);
  if (powerCycleNeeded) throw pinAuthBlocked(error);
  return retries;
}

function isImpossiblePin(error: unknown): error is PinError {
  return error instanceof PinError && IMPOSSIBLE_PIN.includes(error.code);
}

function declined(): UserVerificationError {
  return new UserVerificationError("PIN_DECLINED", "nobody gave a PIN", {
    hint: "answer the pin callback with a PIN; on the command line, the prompt or --pin-file",
  });
}

function pinBlocked(cause: CtapError): UserVerificationError {
  return new UserVerificationError("PIN_BLOCKED", "the PIN is blocked: no attempts are left", {
    cause,
    hint: "only a reset helps, and it deletes every credential",
  });
}

function pinAuthBlocked(cause: CtapError): UserVerificationError {
  return new UserVerificationError(
    "PIN_AUTH_BLOCKED",
    "three wrong PINs in a row: no more until power is cycled",
    {
      cause,
      hint: "unplug the key and plug it in again",
    },
  );
}

function pinWrong(retriesLeft: number): UserVerificationError {
  return new UserVerificationError(
    "PIN_WRONG",
    `the PIN is wrong, and no other was given; attempts left: ${retriesLeft}`,
    {
      hint: "look the PIN up before the next try: none left means a reset, which deletes every credential",
    },
  );
}

function repeated(): UserVerificationError {
  return new UserVerificationError(
    "PIN_REPEATED",
    "the same wrong PIN came again; the attempt was not spent",
    {
      hint: "have the pin callback give up, or ask the user, when attempt is above 1",
    },
  );
}
