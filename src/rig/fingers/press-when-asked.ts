import { joinedSignal } from "../../core/abort.js";
import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import type { Env } from "../../core/env.js";
import { isHarnessError, type HarnessError, withAftermath } from "../../core/errors.js";
import { shape } from "../../core/shape.js";
import { startTimer, type RunningTimer } from "../../core/timer.js";
import type { CtapDevice, KeepaliveStatus, TransactOptions } from "../../ctap/device.js";
import { RigError } from "../rig-error.js";
import type { Finger } from "./finger.js";

export interface PressOptions {
  /** Of a press, in milliseconds; 200 when absent. */
  readonly holdMs?: number;
  /** Of the press that a request wants for long, in milliseconds at most: it ends with the answer. Absent: none does. */
  readonly longHoldMs?: number;
  /** Says which requests want a long press. */
  readonly wantsLong?: (request: Uint8Array) => boolean;
  /** How long the key may go on asking after a press, in milliseconds; 3,000 when absent. */
  readonly notFeltMs?: number;
  /** How often it is pressed for one question; 2 when absent. */
  readonly pressesMax?: number;
}

const HOLD_MS = 200;
const NOT_FELT_MS = 3_000;
const PRESSES_MAX = 2;

const OPTIONS = parameters<PressOptions>({
  holdMs: maybe(shape.ms),
  longHoldMs: maybe(shape.ms),
  wantsLong: maybe(arg.callable),
  notFeltMs: maybe(shape.ms),
  pressesMax: maybe(shape.between({ min: 1, max: 100 })),
});

/**
 * Presses a key whenever it asks for user presence, and lifts the finger when it answers.
 *
 * The finger goes down at the first keepalive of status 2 (user presence needed), and again each time the key begins anew to
 * ask. A press that the key does not notice is repeated; then the request is cancelled.
 *
 * A key without CTAP2 sends no keepalive: it is not pressed.
 *
 * @returns the same device; its `transact` throws `RIG_FINGER_FAILED` and `RIG_FINGER_NOT_FELT` as well.
 * @see CTAP 2.3 §11.2.9.1.7 (CTAPHID_KEEPALIVE)
 *
 * @example
 * const session = await openSession(env, pressWhenAsked(env, device, finger));
 */
export function pressWhenAsked(
  env: Env,
  device: CtapDevice,
  finger: Finger,
  options: PressOptions = {},
): CtapDevice {
  checkArguments("pressWhenAsked", {
    env: [arg.env, env],
    device: [arg.having("a CtapDevice", "transact"), device],
    finger: [arg.having("a finger, as fingerFor(...) gives one,", "press"), finger],
    options: [OPTIONS, options],
  });
  const { infoInAdvance, reachableBy } = device;
  return {
    transport: device.transport,
    label: device.label,
    oneShot: device.oneShot,
    ...(infoInAdvance !== undefined && { infoInAdvance }),
    ...(reachableBy !== undefined && { reachableBy }),
    ...(device.ready !== undefined && {
      ready: (given?: TransactOptions) => device.ready?.(given) ?? Promise.resolve(),
    }),
    transact: (request, given) => new PressedRequest(env, finger, options).send(device, request, given),
    [Symbol.asyncDispose]: () => device[Symbol.asyncDispose](),
  };
}

/** One request, and the finger that serves it. */
class PressedRequest {
  readonly #env: Env;
  readonly #finger: Finger;
  readonly #options: PressOptions;
  readonly #giveUp = new AbortController();
  readonly #lift = new AbortController();
  #failure: HarnessError | undefined;
  #pressing: Promise<void> = Promise.resolve();
  #patience: RunningTimer | undefined;
  #isAsking = false;

  constructor(env: Env, finger: Finger, options: PressOptions) {
    this.#env = env;
    this.#finger = finger;
    this.#options = options;
  }

  async send(device: CtapDevice, request: Uint8Array, given: TransactOptions = {}): Promise<Uint8Array> {
    const { holdMs = HOLD_MS, longHoldMs, wantsLong } = this.#options;
    const isLong = longHoldMs !== undefined && wantsLong?.(request) === true;
    const hold = isLong ? longHoldMs : holdMs;
    const joined = joinedSignal(this.#giveUp.signal, ...(given.signal === undefined ? [] : [given.signal]));
    const onKeepalive = (status: KeepaliveStatus) => {
      given.onKeepalive?.(status);
      const wasAsking = this.#isAsking;
      this.#isAsking = status === "up-needed";
      if (this.#isAsking && !wasAsking) this.#press(hold, 1);
      if (!this.#isAsking) this.#patience?.disarm();
    };
    try {
      const answer = await device.transact(request, { ...given, signal: joined.signal, onKeepalive });
      // An answer of success has overtaken the failure.
      if (this.#failure !== undefined && answer[0] !== 0)
        throw withAftermath(this.#failure, { aftermath: "none" });
      return answer;
    } catch (error) {
      throw this.#failure ?? error;
    } finally {
      this.#isAsking = false;
      this.#patience?.disarm();
      this.#lift.abort();
      joined.release();
      await this.#pressing;
    }
  }

  #press(holdMs: number, nth: number): void {
    this.#pressing = this.#pressing.then(async () => {
      try {
        await this.#finger.press({ holdMs, signal: this.#lift.signal });
        if (this.#isAsking) this.#waitForEffect(holdMs, nth);
      } catch (error) {
        this.#fail(
          isHarnessError(error)
            ? error
            : new RigError("RIG_FINGER_FAILED", `${this.#finger.label} failed`, {
                cause: error,
                aftermath: "unknown",
              }),
        );
      }
    });
  }

  #waitForEffect(holdMs: number, nth: number): void {
    const { notFeltMs = NOT_FELT_MS, pressesMax = PRESSES_MAX } = this.#options;
    this.#patience = startTimer(this.#env, { timer: "rig.felt", budgetMs: notFeltMs }, () => {
      if (!this.#isAsking) return;
      if (nth < pressesMax) return this.#press(holdMs, nth + 1);
      const times = nth === 1 ? "once" : `${nth} times`;
      this.#fail(
        new RigError(
          "RIG_FINGER_NOT_FELT",
          `${this.#finger.label} pressed ${times}, and the key still asks for a touch`,
          {
            aftermath: "unknown",
            hint: "look whether the finger meets the key, and whether the key wants a longer touch (holdMs)",
          },
        ),
      );
    });
  }

  #fail(error: HarnessError): void {
    this.#failure ??= error;
    this.#giveUp.abort(error);
  }
}
