/** A simulated key on virtual time that asks for touches, as a rig sees it: a CtapDevice behind CTAPHID. */
import type { VirtualEnv } from "../../../src/core/env.js";
import { envFor } from "../../../src/core/env.js";
import { ControlledUser } from "../../../src/sim/expose/key-control.js";
import { SimAuthenticator } from "../../../src/sim/authenticator/authenticator.js";
import { CredentialStore } from "../../../src/sim/authenticator/store/credential-store.js";
import { firmwareOf } from "../../../src/sim/hid/firmware-of.js";
import { simHidPort } from "../../../src/sim/hid/sim-hid.js";
import { profileNamed } from "../../../src/sim/profiles/profiles.js";
import { openHidDevice } from "../../../src/transports/hid/channel.js";

export async function simKey(env: VirtualEnv, options: { readonly longTouch?: boolean } = {}) {
  const generic = profileNamed("generic");
  const profile = options.longTouch
    ? { ...generic, options: { ...generic.options, longTouchForReset: true } }
    : generic;
  const user = new ControlledUser(envFor(env, "user"));
  const key = new SimAuthenticator(envFor(env, "key"), { profile, store: new CredentialStore(), user });
  const device = await env.clock.run(
    openHidDevice(envFor(env, "link"), simHidPort(envFor(env, "port"), firmwareOf(key))),
  );
  return { user, device };
}
