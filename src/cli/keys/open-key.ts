import { type Ctap2Session, openSession, type TransactOptions } from "../../entry/ctap.js";
import type { Env } from "../../entry/sim.js";
import type { Invocation, Outcome } from "../command.js";
import { usingDevice } from "../device/open-device.js";
import type { OpenedDevice } from "../device/opened-device.js";
import { explained } from "./refusals.js";

/** A key that a command manages. */
export interface OpenKey {
  readonly invocation: Invocation;
  readonly opened: OpenedDevice;
  readonly env: Env;
  readonly session: Ctap2Session;
  /** Lets time pass until a call of the session settles. */
  readonly settle: OpenedDevice["settle"];
  /** For each call: the signal of an interruption, and who is told that a touch is wanted. */
  readonly options: TransactOptions;
}

/**
 * Opens the key that `--device` names for as long as `work` takes. A refusal of the key gets a hint.
 *
 * @throws whatever `work` throws, and what opening the device throws.
 */
export function usingKey(invocation: Invocation, work: (key: OpenKey) => Promise<Outcome>): Promise<Outcome> {
  return usingDevice(invocation, async (opened, { signal }) => {
    const options = { signal, onKeepalive: touchPrompt(invocation) };
    const session = await opened.settle(openSession(opened.env, opened.device, options));
    const { env, settle } = opened;
    try {
      return await work({ invocation, opened, env, session, settle, options });
    } catch (error) {
      throw explained(error, session.info);
    }
  });
}

/** Tells a waiting user that the key wants a touch. */
export function touchPrompt({ terminal }: Invocation): NonNullable<TransactOptions["onKeepalive"]> {
  return (status) => {
    if (status === "up-needed") terminal.progress("touch your key");
  };
}
