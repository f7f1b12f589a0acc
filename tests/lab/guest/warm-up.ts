import { LoopbackDevice, systemEnv } from "../../../src/entry/sim.js";
import { authenticate, register } from "../../../src/entry/webauthn.js";
import { creationOptions, ORIGIN, requestOptions } from "../../helpers/ceremony-options.js";
import { SemanticsKey } from "../../page/semantics/semantics-key.js";

const TURNS = 3;
const TOUCH_MS = 5;

/**
 * Uses another key of the same program before the browser starts: one whose program has not yet been compiled by its first
 * calls is silent for longer, on an emulated processor, than a browser bears.
 */
export async function warmUp(): Promise<void> {
  const env = systemEnv();
  const device = new LoopbackDevice(env, new SemanticsKey(env, { touchMs: TOUCH_MS }).handle);
  for (let turn = 0; turn < TURNS; turn += 1) {
    const { id } = await register(env, device, creationOptions(), { origin: ORIGIN });
    const allowCredentials = [{ type: "public-key", id }];
    await authenticate(env, device, requestOptions({ allowCredentials }), { origin: ORIGIN });
  }
}
