import type { VirtualEnv } from "../../core/env.js";
import type { VirtualClock } from "../../core/virtual-clock.js";
import { virtualEnv } from "../../env/virtual-env.js";
import { LabDevice } from "./lab-device.js";
import { MemorySite } from "./memory-site.js";

export interface LabOptions {
  /** What all randomness is made of; `1` when absent. */
  readonly seed?: string;
  /** Origin of the site's pages; `https://shop.example` when absent. */
  readonly origin?: string;
}

/** A security key, a phone and a site on one virtual clock, for tests without a page. */
export interface Lab {
  readonly env: VirtualEnv;
  readonly clock: VirtualClock;
  readonly key: LabDevice;
  readonly phone: LabDevice;
  readonly site: MemorySite;
}

/**
 * Makes a lab.
 *
 * @example
 * const { key, site } = passkeyLab();
 * site.finishRegistration(await key.register(site.registrationOptions("hanako"), site));
 */
export function passkeyLab({ seed = "1", origin = "https://shop.example" }: LabOptions = {}): Lab {
  const env = virtualEnv(seed);
  return {
    env,
    clock: env.clock,
    key: new LabDevice(env, "security-key"),
    phone: new LabDevice(env, "phone"),
    site: new MemorySite({ ...env, entropy: env.entropy.fork("site") }, origin),
  };
}
