import type { Env } from "../../core/env.js";
import { askControl } from "../hardware/control-client.js";
import type { Hardware } from "../hardware/hardware.js";
import type { Inventory, RigFinger } from "../inventory/inventory.js";
import { RigError } from "../rig-error.js";
import { commandFinger } from "./command-finger.js";
import { type Finger, heldFor } from "./finger.js";
import { httpFinger } from "./http-finger.js";
import { touchBoard } from "./touch-board.js";

/**
 * Makes the finger that the rig file has for a key.
 *
 * @throws {RigError} `RIG_NO_FINGER`.
 */
export function fingerFor(env: Env, hardware: Hardware, { fingers }: Inventory, label: string): Finger {
  const spec = fingers.find(({ key }) => key === label);
  if (spec !== undefined) return fingerOf(env, hardware, spec);
  throw new RigError("RIG_NO_FINGER", `the rig has no finger for "${label}"`, {
    hint: `add one to the rig file's member fingers, by "user" if nothing else can press it`,
  });
}

function fingerOf(env: Env, hardware: Hardware, spec: RigFinger): Finger {
  switch (spec.by) {
    case "command":
      return commandFinger(env, hardware, spec);
    case "http":
      return httpFinger(env, hardware, spec);
    case "board":
      return touchBoard(env, hardware, spec);
    case "control":
      return controlFinger(spec.path);
    case "user":
      return userFinger(env, hardware, spec.key);
  }
}

/** The finger of a simulated key in another process, `passkey-harness key --control unix:PATH`. */
export function controlFinger(path: string): Finger {
  return {
    label: `control ${path}`,
    async press({ holdMs, signal }) {
      try {
        await askControl(path, `press ${Math.round(holdMs)}`, signal);
      } catch (cause) {
        const { message } = cause as Error;
        throw new RigError("RIG_FINGER_FAILED", `control ${path}: ${message}`, {
          cause,
          hint: "passkey-harness key --control unix:PATH offers it",
        });
      }
    },
  };
}

/** How long a user may take, in milliseconds. */
const USER_MS = 60_000;

/** Words to a user in front of the rig; that the key was touched shows in its answer. */
function userFinger(env: Env, { tell }: Pick<Hardware, "tell">, key: string): Finger {
  return {
    label: "the user",
    async press({ holdMs, signal }) {
      const seconds = Math.ceil(holdMs / 1_000);
      tell(seconds > 1 ? `touch ${key} and hold it for ${seconds} s` : `touch ${key}`);
      await heldFor(env.clock, { holdMs: USER_MS, signal });
      if (signal?.aborted === true) return;
      throw new RigError("RIG_FINGER_FAILED", `the user did not touch "${key}" within ${USER_MS} ms`);
    },
  };
}
