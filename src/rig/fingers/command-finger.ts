import type { Env } from "../../core/env.js";
import { within } from "../../core/within.js";
import type { Hardware } from "../hardware/hardware.js";
import { lastWords } from "../hardware/run-program.js";
import { RigError } from "../rig-error.js";
import { type Finger, heldFor, type Press } from "./finger.js";

/** What a program may take beyond the press, in milliseconds. */
const PROGRAM_MS = 10_000;

export interface CommandFingerOptions {
  /** Program and arguments that lay the finger on; without `release` also hold and lift it. */
  readonly press: readonly string[];
  /** Program and arguments that lift the finger. */
  readonly release?: readonly string[];
}

/**
 * A finger that programs move. `{holdMs}` in an argument stands for the milliseconds; nothing else is put in, and no shell
 * reads the arguments.
 *
 * A press of one program lasts as long as that program: it is not lifted sooner.
 */
export function commandFinger(
  env: Env,
  { run }: Pick<Hardware, "run">,
  options: CommandFingerOptions,
): Finger {
  const label = `finger by ${options.press[0] ?? ""}`;
  const move = async (argv: readonly string[], holdMs: number): Promise<void> => {
    const filled = argv.map((argument) => argument.replaceAll("{holdMs}", String(holdMs)));
    const budget = { timer: "rig.finger", budgetMs: holdMs + PROGRAM_MS, aftermath: "unknown" } as const;
    const ended = await within(env, budget, (signal) => run(filled, { signal }));
    if (ended.exitCode === 0) return;
    throw new RigError("RIG_FINGER_FAILED", `${argv[0] ?? ""}: ${lastWords(ended)}`, {
      aftermath: "unknown",
    });
  };
  return {
    label,
    async press(press: Press) {
      await move(options.press, press.holdMs);
      if (options.release === undefined) return;
      await heldFor(env.clock, press);
      await move(options.release, press.holdMs);
    },
  };
}
