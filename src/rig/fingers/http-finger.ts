import { sleep } from "../../core/clock.js";
import type { Env } from "../../core/env.js";
import type { Hardware } from "../hardware/hardware.js";
import { sendRequest } from "../hardware/http-request.js";
import { RigError } from "../rig-error.js";
import { type Finger, heldFor } from "./finger.js";

export interface HttpFingerOptions {
  /**
   * `controller`: what python-fido2's device tests say to their controller, GET /usbN/touch/on and off.
   * `conformance`: what FIDO's conformance tools send, POST /conformance/userpresence.
   */
  readonly protocol: "controller" | "conformance";
  /** Without the path. */
  readonly url: string;
  /** N in /usbN/; 6 when absent. */
  readonly port?: number;
}

export const CONTROLLER_PORT = 6;
/** Between off and on, so that a finger that was left down is lifted first. */
const LIFT_MS = 100;

/**
 * A finger behind an HTTP server that speaks one of the two public protocols.
 *
 * By `conformance` the server decides how long it presses.
 *
 * @see https://github.com/Yubico/python-fido2, tests/device/__init__.py
 * @see https://github.com/fido-alliance/conformance-test-tools-resources, docs/FIDO2/Automation.md
 */
export function httpFinger(env: Env, { fetch }: Pick<Hardware, "fetch">, options: HttpFingerOptions): Finger {
  const url = options.url.replace(/\/+$/, "");
  const send = async (method: "GET" | "POST", path: string) => {
    const failure = await sendRequest(env, fetch, { method, url: `${url}${path}` });
    if (failure !== undefined) throw new RigError("RIG_FINGER_FAILED", failure, { aftermath: "unknown" });
  };
  const touch = `/usb${options.port ?? CONTROLLER_PORT}/touch`;
  return {
    label: `finger at ${url}`,
    async press(press) {
      if (options.protocol === "conformance") return send("POST", "/conformance/userpresence");
      await send("GET", `${touch}/off`);
      await sleep(env.clock, LIFT_MS, "rig.lift");
      await send("GET", `${touch}/on`);
      await heldFor(env.clock, press);
      await send("GET", `${touch}/off`);
    },
  };
}
