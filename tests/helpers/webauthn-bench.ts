import { envFor } from "../../src/core/env.js";
import { virtualEnv } from "../../src/env/virtual-env.js";
import type { CtapHandler } from "../../src/ctap/device.js";
import { openSession } from "../../src/ctap/client/session.js";
import { SimAuthenticator } from "../../src/sim/authenticator/authenticator.js";
import { CredentialStore } from "../../src/sim/authenticator/store/credential-store.js";
import { LoopbackDevice } from "../../src/sim/loopback.js";
import type { AuthenticatorProfile } from "../../src/sim/profiles/profile.js";
import { profileNamed } from "../../src/sim/profiles/profiles.js";
import { simulatedUser, type UserBehaviour } from "../../src/sim/user.js";
import { authenticate } from "../../src/webauthn/client/authenticate.js";
import type { ClientContext } from "../../src/webauthn/client/client-context.js";
import { register } from "../../src/webauthn/client/register.js";
import type { CreationOptionsInput, RequestOptionsInput } from "../../src/webauthn/json-input.js";
import { creationOptions, ORIGIN, requestOptions } from "./ceremony-options.js";

export const PIN = "11223344";

/** Answers instead of the key, or does not; `pass` is the key itself. */
export type Intercept = (request: Uint8Array, pass: () => Promise<Uint8Array>) => Promise<Uint8Array>;

export interface BenchOptions {
  readonly profile?: AuthenticatorProfile;
  readonly behaviour?: UserBehaviour;
  readonly pin?: string;
  /** From the first ceremony on, not while the PIN is set. */
  readonly intercept?: Intercept;
}

/** One simulated key on a loopback, and a page in front of it. */
export async function bench(options: BenchOptions = {}) {
  const { profile = profileNamed("generic"), behaviour = {}, pin } = options;
  const env = virtualEnv("webauthn bench");
  const store = new CredentialStore();
  const user = simulatedUser(envFor(env, "user"), behaviour);
  const key = new SimAuthenticator(envFor(env, "key"), { profile, store, user });
  if (pin !== undefined) {
    const session = await env.clock.run(openSession(env, new LoopbackDevice(env, key.handle)));
    await env.clock.run(session.setPin(pin));
  }
  const info = profile.transports.includes("hybrid")
    ? (await env.clock.run(key.handle(Uint8Array.of(0x04)))).subarray(1)
    : undefined;
  const handler: CtapHandler = (request, how) => {
    const pass = () => key.handle(request, how);
    return options.intercept?.(request, pass) ?? pass();
  };
  const device = new LoopbackDevice(env, handler, {
    ...(info && { infoInAdvance: info, oneShot: true, transport: "hybrid" }),
  });
  const browser = envFor(env, "browser");
  const startCreate = (override: Partial<CreationOptionsInput> = {}, client: Partial<ClientContext> = {}) =>
    register(browser, device, creationOptions(override), { origin: ORIGIN, ...client });
  const startGet = (override: Partial<RequestOptionsInput> = {}, client: Partial<ClientContext> = {}) =>
    authenticate(browser, device, requestOptions(override), { origin: ORIGIN, ...client });
  return {
    env,
    store,
    key,
    startCreate,
    startGet,
    create: (...input: Parameters<typeof startCreate>) => env.clock.run(startCreate(...input)),
    get: (...input: Parameters<typeof startGet>) => env.clock.run(startGet(...input)),
    /** Commands the browser sent, in order; setting the PIN beforehand does not count. */
    requests: () =>
      env.records.flatMap((record) =>
        record.kind === "ctap.request" && record.actor === "browser" ? [record.command] : [],
      ),
    statuses: (command: string) =>
      env.records.flatMap((record) =>
        record.kind === "ctap.response" && record.actor === "browser" && record.command === command
          ? [record.status]
          : [],
      ),
  };
}
