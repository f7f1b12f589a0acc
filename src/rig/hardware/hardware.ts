import type { HidPort } from "../../transports/hid/port.js";
import { nodeHidPort } from "../../transports/hid/node-hid.js";
import { type ProgramRunner, runProgram } from "./run-program.js";

/** What of `fetch` is used here. */
export type Fetch = (
  url: string,
  init: { readonly method: string; readonly signal: AbortSignal },
) => Promise<{ readonly ok: boolean; readonly status: number; text(): Promise<string> }>;

/** This machine as fingers, switches and phones use it; a test brings its own. */
export interface Hardware {
  readonly run: ProgramRunner;
  readonly fetch: Fetch;
  /** Opens a HID device by its path. */
  readonly openBoard: (path: string) => Promise<HidPort>;
  /** Shows the user in front of the rig what to do. */
  readonly tell: (text: string) => void;
}

/**
 * Makes the ports of this machine.
 *
 * @param tell shows a line to the user in front of the rig.
 *
 * @example
 * const hardware = systemHardware((text) => console.error(text));
 */
export function systemHardware(tell: (text: string) => void): Hardware {
  return {
    run: runProgram,
    fetch: (url, init) => fetch(url, init),
    openBoard: (path) => nodeHidPort(path),
    tell,
  };
}
