import { sleep } from "../../core/clock.js";
import type { Env } from "../../core/env.js";
import { within } from "../../core/within.js";
import type { Hardware } from "../hardware/hardware.js";
import { lastWords, type ProgramResult } from "../hardware/run-program.js";
import { RigError } from "../rig-error.js";
import type { RigPhone } from "./phone.js";

export interface AdbPhoneOptions {
  readonly label: string;
  /** As `adb devices` lists it. */
  readonly serial: string;
  /** The program; `adb` when absent. */
  readonly program?: string;
}

const ADB_MS = 20_000;
/** Between waking the screen and swiping the lock away. */
const WAKE_MS = 500;
/** Text that Android's sheets have on the button that goes on; the user's language is the phone's. */
const AGREE =
  /text="(Continue|Allow|Yes|OK|Weiter|Continuer|続行|許可|はい)"[^>]*bounds="\[(\d+),(\d+)\]\[(\d+),(\d+)\]"/;
const LOOK_MS = 1_000;
const LOOKS_MAX = 15;

/**
 * An Android phone on adb: wakes it, swipes a lock without PIN away, opens the `FIDO:/` text, and presses the button of the
 * sheet that asks for consent, where the platform shows it to accessibility.
 *
 * What no program can do: the fingerprint or PIN that the platform asks for. A phone of a rig has no screen lock, or a finger of
 * its own. Tested against a stand-in for adb; no real phone was at hand.
 */
export function adbPhone(env: Env, { run }: Pick<Hardware, "run">, options: AdbPhoneOptions): RigPhone {
  const { label, serial, program = "adb" } = options;
  const adb = async (...args: readonly string[]): Promise<string> => {
    const budget = { timer: "rig.adb", budgetMs: ADB_MS, aftermath: "unknown" } as const;
    const ended = await within(env, budget, (signal) => run([program, "-s", serial, ...args], { signal }));
    if (ended.exitCode !== 0) throw failed(label, withoutQr(ended));
    return ended.stdout;
  };
  return {
    label,
    async scan({ qr, signal }) {
      // Joined into a line for the phone's own shell: nothing but what a QR code of FIDO holds may be in it.
      if (!/^FIDO:\/\d+$/.test(qr))
        throw new RigError("RIG_PHONE_FAILED", "the text is no FIDO:/ and digits");
      if ((await adb("get-state")).trim() !== "device") {
        throw new RigError("RIG_PHONE_FAILED", `"${label}" is not ready for adb`, {
          hint: "adb devices says why: unauthorized wants its user to agree on the phone",
        });
      }
      await adb("shell", "input", "keyevent", "KEYCODE_WAKEUP");
      await sleep(env.clock, WAKE_MS, "rig.wake");
      await adb("shell", "wm", "dismiss-keyguard");
      if (/mDreamingLockscreen=true|isStatusBarKeyguard=true/.test(await adb("shell", "dumpsys", "window"))) {
        throw new RigError("RIG_PHONE_FAILED", `"${label}" is locked`, {
          hint: "a phone of a rig has no screen lock, or one that a swipe opens",
        });
      }
      const opened = await adb("shell", "am", "start", "-W", "-a", "android.intent.action.VIEW", "-d", qr);
      if (/^Error/m.test(opened)) {
        throw new RigError("RIG_PHONE_FAILED", `nothing on "${label}" opens FIDO:/ texts`, {
          hint: "Google Play services do, from Android 9 on",
        });
      }
      await agree(env, adb, signal);
    },
  };
}

/** Presses the button of the sheet once it is there; the caller's signal, or no such button, ends the search. */
async function agree(
  env: Env,
  adb: (...args: readonly string[]) => Promise<string>,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (let look = 0; look < LOOKS_MAX && signal?.aborted !== true; look++) {
    const screen = await adb("exec-out", "uiautomator", "dump", "/dev/tty");
    const [, , left, top, right, bottom] = AGREE.exec(screen) ?? [];
    if (left !== undefined) {
      const middle = (one: string | undefined, other: string | undefined) =>
        String(Math.round((Number(one) + Number(other)) / 2));
      await adb("shell", "input", "tap", middle(left, right), middle(top, bottom));
      return;
    }
    await sleep(env.clock, LOOK_MS, "rig.agree");
  }
}

/** The activity manager repeats the text it was given. */
function withoutQr(ended: ProgramResult): string {
  return lastWords(ended).replaceAll(/FIDO:\/\d+/g, "FIDO:/...");
}

function failed(label: string, text: string): RigError {
  return new RigError("RIG_PHONE_FAILED", `"${label}": ${text}`, { aftermath: "unknown" });
}
