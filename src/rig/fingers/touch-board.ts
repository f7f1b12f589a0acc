import { fromHex } from "../../core/bytes.js";
import type { Env } from "../../core/env.js";
import type { Hardware } from "../hardware/hardware.js";
import { RigError } from "../rig-error.js";
import { type Finger, heldFor } from "./finger.js";

export interface TouchBoardOptions {
  /** Path of its HID device. */
  readonly device: string;
  /** Report that lays the finger on, in hex digits; filled up with zeros to 64 bytes. */
  readonly down: string;
  /** Report that lifts it. */
  readonly up: string;
}

const REPORT_BYTES = 64;

/** A board on USB that moves a finger, or a capacitor, when it gets a HID report. Each press opens and closes it. */
export function touchBoard(
  env: Env,
  { openBoard }: Pick<Hardware, "openBoard">,
  options: TouchBoardOptions,
): Finger {
  const [down, up] = [reportOf(options.down), reportOf(options.up)];
  return {
    label: `touch board ${options.device}`,
    async press(press) {
      try {
        const port = await openBoard(options.device);
        try {
          await port.write(down);
          await heldFor(env.clock, press);
          await port.write(up);
        } finally {
          await port.close();
        }
      } catch (cause) {
        throw new RigError("RIG_FINGER_FAILED", `touch board ${options.device}: ${messageOf(cause)}`, {
          cause,
          aftermath: "unknown",
        });
      }
    },
  };
}

function reportOf(hex: string): Uint8Array {
  const report = new Uint8Array(REPORT_BYTES);
  report.set(fromHex(hex));
  return report;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
