import { createInterface } from "node:readline";
import type { Clock, ExposedDevice, KeyMove } from "../../entry/sim.js";
import type { Terminal } from "../terminal.js";

export const KEY_HANDS_HELP = `  --stdin              also take lines from standard input: unplug, replug, cycle, quit; its end is quit
  signals: SIGUSR1 is a power cycle, SIGUSR2 pulls the key out and plugs it in again in turn,
           SIGTERM and SIGINT pull it out and end the program`;

/** What was done to a key while it was offered. */
export interface KeyActions {
  readonly powerCycles: number;
  readonly unplugs: number;
}

export interface KeyHands {
  readonly stdin: boolean;
  readonly clock: Clock;
  /** Hands out what moves the key, for callers with a way of their own to ask for moves. */
  readonly onReady?: (move: (word: KeyMove) => Promise<void>) => void;
}

interface KeyAction {
  /** What is said on stderr once it is done. */
  readonly message: string;
  readonly make: () => Promise<void>;
}

/**
 * Unplugs and replugs a key on signals and, where asked for, on lines of standard input.
 *
 * Moves run one at a time, in the order asked for; stderr reports each finished move, so that a script can wait.
 *
 * @returns once a signal or the end of standard input asks the program to end and the key is unplugged.
 */
export function untilStdinEnds(
  exposed: ExposedDevice,
  terminal: Terminal,
  options: KeyHands,
): Promise<KeyActions> {
  // A key that is pulled out has no socket that would keep the program waiting for its next signal.
  const release = options.clock.arm(Number.MAX_SAFE_INTEGER, "key.held", () => undefined);
  const done = { powerCycles: 0, unplugs: 0 };
  let plugged = true;
  let last = Promise.resolve();
  const unplug: KeyAction = {
    message: "unplugged",
    make: async () => {
      if (plugged) done.unplugs += 1;
      plugged = false;
      await exposed.unplug();
    },
  };
  const replug: KeyAction = {
    message: `plugged in: ${exposed.label}`,
    make: async () => {
      if (plugged) return;
      await exposed.powerCycle();
      plugged = true;
    },
  };
  const cycle: KeyAction = {
    message: `power cycled: ${exposed.label}`,
    make: async () => {
      await exposed.powerCycle();
      plugged = true;
      done.powerCycles += 1;
    },
  };
  return new Promise((resolve, reject) => {
    const move = (next: () => KeyAction) => {
      last = last.then(async () => {
        const { message: described, make } = next();
        await make();
        terminal.warn(described);
      });
      last.catch(reject);
      return last;
    };
    const quit = () => {
      last = last.then(async () => {
        await exposed[Symbol.asyncDispose]();
        release();
        resolve(done);
      });
      last.catch(reject);
    };
    const actions: Readonly<Record<KeyMove, KeyAction>> = { unplug, replug, cycle };
    options.onReady?.((word) => move(() => actions[word]));
    process.on("SIGUSR1", () => void move(() => cycle));
    process.on("SIGUSR2", () => void move(() => (plugged ? unplug : replug)));
    process.once("SIGTERM", quit);
    process.once("SIGINT", quit);
    if (!options.stdin) return;
    const words = new Map(Object.entries(actions));
    createInterface({ input: process.stdin })
      .on("line", (line) => {
        const word = line.trim();
        const known = words.get(word);
        if (word === "quit") quit();
        else if (known) void move(() => known);
        else if (word !== "") terminal.warn(`"${word}" is none of unplug, replug, cycle, quit`);
      })
      .on("close", quit);
  });
}
