import type { Env } from "../../core/env.js";
import { within } from "../../core/within.js";
import type { Hardware } from "../hardware/hardware.js";
import { lastWords } from "../hardware/run-program.js";
import { RigError } from "../rig-error.js";
import type { PowerSwitch } from "./power-switch.js";

export interface UhubctlOptions {
  /** Location of the hub, such as `1-1`. */
  readonly hub: string;
  readonly port: number;
  /** The program; `uhubctl` when absent. */
  readonly program?: string;
}

const HUB_MS = 20_000;

/**
 * A hub whose ports `uhubctl` switches. Its word alone is not taken: the new status it prints has to say what was asked for.
 *
 * @see https://github.com/mvp/uhubctl
 */
export function uhubctl(env: Env, { run }: Pick<Hardware, "run">, options: UhubctlOptions): PowerSwitch {
  const { hub, port, program = "uhubctl" } = options;
  const label = `port ${port} of hub ${hub}`;
  const set = async (action: "off" | "on") => {
    const argv = [program, "-l", hub, "-p", String(port), "-a", action];
    const budget = { timer: "rig.hub", budgetMs: HUB_MS, aftermath: "unknown" } as const;
    const ended = await within(env, budget, (signal) => run(argv, { signal }));
    const fail = (text: string) =>
      new RigError("RIG_POWER_FAILED", `${label}: ${text}`, { aftermath: "unknown" });
    if (ended.exitCode !== 0) throw fail(lastWords(ended));
    const states = portStates(ended.stdout, port);
    if (states.length === 0) throw fail(`${program} said nothing of the port's new state`);
    if (states.some((isOn) => isOn !== (action === "on"))) throw fail(`the hub did not switch it ${action}`);
  };
  return { label, off: () => set("off"), on: () => set("on") };
}

/**
 * Reads what `uhubctl` says of a port after it acted.
 *
 * @returns whether the port has power, once for each hub that it lists: a USB 3 hub is two.
 */
export function portStates(output: string, port: number): readonly boolean[] {
  const states: boolean[] = [];
  let isNew = false;
  for (const line of output.split("\n")) {
    const [, which] = /^(Current|New) status for hub/.exec(line) ?? [];
    if (which !== undefined) isNew = which === "New";
    const [, number, words = ""] = /^\s+Port (\d+): [0-9a-fA-F]{4}\s*(.*)$/.exec(line) ?? [];
    if (isNew && number === String(port)) states.push(/\bpower\b/.test(words) && !/\boff\b/.test(words));
  }
  return states;
}
