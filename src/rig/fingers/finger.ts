import { onAbort } from "../../core/abort.js";
import type { Clock } from "../../core/clock.js";

export interface Press {
  /** How long the finger stays on the key, in milliseconds. */
  readonly holdMs: number;
  /** Lifts the finger sooner: what the press was for has happened. */
  readonly signal?: AbortSignal | undefined;
}

/** Something that touches a key: a program, a board, a user. */
export interface Finger {
  /** Says which it is, for errors. */
  readonly label: string;
  /**
   * Lays the finger on the key, holds it, and lifts it. Resolves once it is lifted, after an abort as well.
   *
   * @throws {RigError} `RIG_FINGER_FAILED` when it cannot be moved, or not be known to have been lifted.
   */
  press(press: Press): Promise<void>;
}

/** Waits for as long as a finger stays down: until the time is over or the signal lifts it. */
export function heldFor(clock: Clock, { holdMs, signal }: Press): Promise<void> {
  return new Promise((resolve) => {
    let stop = () => {};
    const end = () => {
      disarm();
      stop();
      resolve();
    };
    const disarm = clock.arm(holdMs, "rig.hold", end);
    stop = onAbort(signal, end);
  });
}
