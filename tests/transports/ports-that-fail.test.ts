/** Each function that takes a HID port or a device, with a port of somebody else's that goes wrong in every way, at every moment. */
import { describe, expect, test } from "vitest";
import { envFor } from "../../src/core/env.js";
import { openSession } from "../../src/ctap/client/session.js";
import { virtualEnv } from "../../src/env/virtual-env.js";
import { SimAuthenticator } from "../../src/sim/authenticator/authenticator.js";
import { CredentialStore } from "../../src/sim/authenticator/store/credential-store.js";
import { firmwareOf } from "../../src/sim/hid/firmware-of.js";
import { simHidPort } from "../../src/sim/hid/sim-hid.js";
import { profileNamed } from "../../src/sim/profiles/profiles.js";
import { simulatedUser } from "../../src/sim/user.js";
import { openHidDevice, type HidDevice } from "../../src/transports/hid/channel.js";
import type { HidPort } from "../../src/transports/hid/port.js";
import { u2fDevice, withU2fFallback } from "../../src/transports/hid/u2f-fallback.js";
import { authenticate } from "../../src/webauthn/client/authenticate.js";
import { register } from "../../src/webauthn/client/register.js";
import { creationOptions, ORIGIN, requestOptions } from "../helpers/ceremony-options.js";
import {
  armedTimers,
  expectNoUnownedRejections,
  gone,
  never,
  ours,
  WAYS,
  type Way,
} from "../helpers/failing-ports.js";

expectNoUnownedRejections();

/** Where the port goes wrong. */
const MEMBERS = ["write", "reports", "close"] as const;
type Member = (typeof MEMBERS)[number];

/** Calls of the member, or reports, that come through before it goes wrong. */
const BEFORE = [0, 1, 2, 5];

function failing(
  port: HidPort,
  { member, way, before }: { readonly member: Member; readonly way: Way; readonly before: number },
): HidPort {
  let left = before;
  return {
    label: port.label,
    write: (...given) =>
      member === "write" && left-- <= 0 ? gone(way, () => undefined) : port.write(...given),
    close: () => (member === "close" ? gone(way, () => undefined) : port.close()),
    reports() {
      if (member !== "reports") return port.reports();
      const inner = port.reports()[Symbol.asyncIterator]();
      return {
        [Symbol.asyncIterator]: () => ({
          next: () =>
            left-- <= 0
              ? gone<IteratorResult<Uint8Array>>(way, () => ({ done: true, value: undefined }))
              : inner.next(),
          // What hangs does not let itself be ended either.
          return: () => (way === "hanging" ? never() : Promise.resolve({ done: true, value: undefined })),
        }),
      };
    },
  };
}

/** Longer than any timer of a client or a device. */
const AFTERWARDS_MS = 1_200_000;
/** Some devices never answer; who asks them for such things has a signal. */
const SIGNAL_MS = 60_000;

/** A simulated key whose port goes wrong, and what is asked of it. */
async function ask(
  broken: Parameters<typeof failing>[1],
  work: (
    device: HidDevice,
    world: { readonly env: ReturnType<typeof virtualEnv>; readonly signal: AbortSignal },
  ) => Promise<unknown>,
) {
  const env = virtualEnv("ports that fail");
  const armed = armedTimers(env.clock);
  const user = simulatedUser(envFor(env, "user"));
  const key = new SimAuthenticator(envFor(env, "key"), {
    profile: profileNamed("generic"),
    store: new CredentialStore(),
    user,
  });
  const port = failing(simHidPort(envFor(env, "port"), firmwareOf(key)), broken);
  const abort = new AbortController();
  env.clock.arm(SIGNAL_MS, "test.abort", () => abort.abort());
  const whole = async () => {
    const device = await openHidDevice(env, port);
    try {
      return await work(device, { env, signal: abort.signal });
    } finally {
      await device[Symbol.asyncDispose]();
    }
  };
  const came = await env.clock.run(ours(whole()));
  const settledAtMs = env.clock.nowMs();
  await env.clock.advance(AFTERWARDS_MS);
  return { came, settledAtMs, pending: [...armed.values()] };
}

const FUNCTIONS: Readonly<Record<string, Parameters<typeof ask>[1]>> = {
  openHidDevice: async () => "opened",
  transact: (device, { signal }) => device.transact(Uint8Array.of(4), { signal }),
  command: (device, { signal }) => device.command(0x40, new Uint8Array(100), { signal }),
  ping: (device, { signal }) => device.ping(new Uint8Array(200), { signal }),
  wink: (device, { signal }) => device.wink({ signal }),
  lock: (device, { signal }) => device.lock(1, { signal }),
  sendMsg: (device, { signal }) => device.sendMsg(Uint8Array.of(0, 3, 0, 0, 0, 0, 0), { signal }),
  resynchronise: (device, { signal }) => device.resynchronise({ signal }),
  openSession: (device, { env, signal }) => openSession(env, device, { signal }),
  u2fDevice: (device, { env, signal }) => openSession(env, u2fDevice(env, device), { signal }),
  register: (device, { env }) =>
    register(env, withU2fFallback(env, device), creationOptions(), { origin: ORIGIN }),
  authenticate: (device, { env }) =>
    authenticate(env, withU2fFallback(env, device), requestOptions(), { origin: ORIGIN }),
};

describe.each(WAYS)("a HID port that is %s", (way) => {
  describe.each(MEMBERS)("in its %s", (member) => {
    test.each(Object.entries(FUNCTIONS))("%s settles, and leaves nothing behind", async (_, work) => {
      for (const before of member === "close" ? [0] : BEFORE) {
        const { came, settledAtMs, pending } = await ask({ member, way, before }, work);
        expect({ before, pending }).toEqual({ before, pending: [] });
        expect(came, `${before} before`).not.toBe("STALLED");
        // The longest ceremony timer of the default client.
        expect(settledAtMs).toBeLessThanOrEqual(610_000);
      }
    });
  });
});
