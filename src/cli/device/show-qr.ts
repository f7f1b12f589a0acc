import { renderUnicodeCompact } from "uqr";
import type { Clock } from "../../entry/sim.js";
import type { Terminal } from "../terminal.js";

/** Modules of quiet around the code. @see ISO/IEC 18004: 4, of which cameras need 2 */
const BORDER_MODULES = 2;

/** Interval, in milliseconds, at which the terminal shows the seconds that are left. */
const TICK_MS = 1000;

export interface ShownQr {
  /** Takes the seconds left off the screen. */
  readonly hide: () => void;
}

/**
 * Shows a code to a camera and as text. All of it goes to stderr, for stdout is for results.
 *
 * The code is never traced: every party that reads the code can answer the request.
 */
export function showQr(clock: Clock, terminal: Terminal, qr: string, limitMs: number): ShownQr {
  const endsAtMs = clock.nowMs() + limitMs;
  const secondsLeft = () => Math.max(0, Math.ceil((endsAtMs - clock.nowMs()) / 1000));
  if (terminal.json) {
    terminal.warn(qr);
    return { hide: () => {} };
  }
  const code = renderUnicodeCompact(qr, { border: BORDER_MODULES });
  // White on black whatever the theme: light modules are the printed ones.
  for (const line of code.split("\n")) terminal.warn(terminal.style(["bgBlack", "whiteBright"], line));
  terminal.warn(qr);
  terminal.warn(`scan this with a phone within ${secondsLeft()} s`);
  let disarm: () => void = () => {};
  const tick = () => {
    disarm = clock.arm(TICK_MS, "qr.countdown", () => {
      terminal.status(`${secondsLeft()} s left`);
      tick();
    });
  };
  tick();
  return {
    hide() {
      disarm();
      terminal.status("");
    },
  };
}
