import { sleep } from "../../core/clock.js";
import { within } from "../../core/within.js";
import { isHarnessError, TimeoutError } from "../../index.js";
import type { OpenedDevice, Replug } from "../device/opened-device.js";
import { UsageError } from "../command.js";
import type { OpenKey } from "./open-key.js";

/** Milliseconds between two looks whether the key is still there. */
const PROBE_MS = 200;

/**
 * Waits until the user has unplugged the key, and opens it again once it is back.
 *
 * @throws {UsageError} ENVIRONMENT when the key stays plugged in for the whole limit.
 * @throws {DeviceSelectionError} `DEVICE_NOT_BACK` when it does not return within the limit.
 */
export async function replugged(key: OpenKey, replug: Replug, limitMs: number): Promise<OpenedDevice> {
  const { opened, invocation, options } = key;
  invocation.terminal.progress("unplug the key");
  await untilGone(key, limitMs);
  await opened.close();
  invocation.terminal.progress("plug the key in again, and touch it when it blinks");
  const { signal } = options;
  return replug.reopen({ limitMs, pollMs: PROBE_MS, ...(signal && { signal }) });
}

/** Asks the key what it is until it says nothing any more; getInfo is the one question that costs no key its reset. */
async function untilGone({ env, session, options }: OpenKey, limitMs: number): Promise<void> {
  const { signal } = options;
  const budget = { timer: "usb.unplug", budgetMs: limitMs, aftermath: "none" } as const;
  const probe = async (ended: AbortSignal) => {
    for (;;) {
      await session.refreshInfo({ signal: ended });
      await sleep(env.clock, PROBE_MS, "usb.poll", { signal: ended });
    }
  };
  try {
    await within(env, budget, probe, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof TimeoutError && error.timer === budget.timer) {
      throw new UsageError("ENVIRONMENT", `the key was not unplugged within ${limitMs} ms`, {
        hint: "call again, or with --now when the key was plugged in just now",
      });
    }
    if (!isHarnessError(error)) throw error;
  }
}
