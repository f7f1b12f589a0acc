import type { CryptoProvider } from "../../src/core/crypto-provider.js";
import type { Entropy } from "../../src/core/entropy.js";
import { envFor, type VirtualEnv } from "../../src/core/env.js";
import { isHarnessError } from "../../src/core/errors.js";
import { nullSink } from "../../src/core/trace.js";
import { StallError } from "../../src/core/virtual-clock.js";
import { virtualEnv } from "../../src/env/virtual-env.js";
import { CredentialStore } from "../../src/sim/authenticator/store/credential-store.js";
import { SimAuthenticator } from "../../src/sim/authenticator/authenticator.js";
import { LoopbackDevice } from "../../src/sim/loopback.js";
import { profileNamed } from "../../src/sim/profiles/profiles.js";
import { simulatedUser } from "../../src/sim/user.js";
import { authenticate } from "../../src/webauthn/client/authenticate.js";
import type { ClientContext } from "../../src/webauthn/client/client-context.js";
import { register } from "../../src/webauthn/client/register.js";
import { creationOptions, ORIGIN, requestOptions } from "../helpers/ceremony-options.js";
import { violated, type FuzzBoundary, type FuzzWorld } from "./boundary.js";
import type { Chance } from "./chance.js";

const PORTS = [
  "client crypto",
  "client entropy",
  "client clock",
  "key clock",
  "key crypto",
  "key entropy",
  "pin",
  "account",
  "keepalive",
  "user",
  "trace",
] as const;
type Port = (typeof PORTS)[number];

/** What the port says when it fails; nothing else of the kind is in the run. */
class Injected extends Error {}

/** Fails at the nth call of any of its functions. */
function failing<T extends object>(port: T, countdown: { left: number }): T {
  return new Proxy(port, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        if (countdown.left-- === 0) throw new Injected(`${String(name)} fails`);
        return (member as (...given: unknown[]) => unknown).apply(target, args);
      };
    },
  });
}

/** Two ceremonies, of which a port fails in the first: it settles, tells no lie, and the second goes well. */
class PortsWorld implements FuzzWorld {
  next(chance: Chance): Uint8Array {
    return Uint8Array.of(
      chance.below(PORTS.length),
      chance.below(chance.oneIn(2) ? 8 : 60),
      chance.below(2),
      chance.below(2),
    );
  }

  async hand(message: Uint8Array): Promise<void> {
    const [which = 0, nth = 0, method = 0, resident = 0] = message;
    const port = PORTS[which % PORTS.length] as Port;
    const countdown = { left: Number.MAX_SAFE_INTEGER };
    const armed = <T extends object>(name: Port, inner: T) =>
      name === port ? failing(inner, countdown) : inner;
    const sink = armed("trace", { ...nullSink });
    const env = virtualEnv("fuzz ports", sink);
    const withPorts = (own: VirtualEnv, side: "client" | "key"): VirtualEnv => ({
      ...own,
      clock: armed(`${side} clock`, own.clock),
      crypto: armed<CryptoProvider>(`${side} crypto`, own.crypto),
      entropy: armed<Entropy>(`${side} entropy`, own.entropy),
    });
    const store = new CredentialStore();
    const user = armed("user", simulatedUser(envFor(env, "user")));
    const key = new SimAuthenticator(withPorts(envFor(env, "key"), "key"), {
      profile: profileNamed("ctap23"),
      store,
      user,
    });
    const device = new LoopbackDevice(env, key.handle);
    const client = withPorts(envFor(env, "client"), "client");
    const callbacks = {
      pin: { pin: () => Promise.resolve("31415926") },
      account: { chooseAccount: () => Promise.resolve(0) },
      keepalive: { onKeepalive: () => {} },
    };
    const context: ClientContext = {
      origin: ORIGIN,
      ...armed("pin", callbacks.pin),
      ...{ chooseAccount: () => armed("account", callbacks.account).chooseAccount() },
      ...{ onKeepalive: () => armed("keepalive", callbacks.keepalive).onKeepalive() },
    };
    const selection = { residentKey: resident === 0 ? "required" : "discouraged" } as const;
    const create = () =>
      register(
        client,
        device,
        creationOptions({ authenticatorSelection: selection, timeout: 60_000 }),
        context,
      );
    const get = () => authenticate(client, device, requestOptions({ timeout: 60_000 }), context);
    await env.clock.run(create());
    const before = store.credentials.length;
    countdown.left = nth;
    const error = await env.clock.run(
      (method === 0 ? create() : get()).then(
        () => undefined,
        (reason: unknown) => reason,
      ),
    );
    countdown.left = Number.MAX_SAFE_INTEGER;
    if (error instanceof StallError) throw error;
    if (error !== undefined && !isHarnessError(error) && !(error instanceof Injected)) {
      violated(`${port} ${nth}: untyped ${error instanceof Error ? error.message : typeof error}`);
    }
    if (isHarnessError(error) && error.aftermath === "none" && store.credentials.length > before) {
      violated(`${port} ${nth}: says none, and a credential was created (${error.code})`);
    }
    await env.clock
      .run(create())
      .catch((reason: unknown) => violated(`${port} ${nth}: afterwards ${String(reason)}`));
  }

  settle(): void {}
}

export const portsBoundary: FuzzBoundary = {
  name: "ports",
  what: "clock, cryptography, entropy, trace, user and callbacks that fail at any call",
  messagesPerWorld: 32,
  share: 0.003,
  start: () => new PortsWorld(),
};
