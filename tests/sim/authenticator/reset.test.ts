import { describe, expect, test } from "vitest";
import { utf8 } from "../../../src/core/bytes.js";
import { envFor } from "../../../src/core/env.js";
import { virtualEnv } from "../../../src/env/virtual-env.js";
import { authenticatorConfig } from "../../../src/ctap/client/authenticator-config.js";
import { CtapStatus } from "../../../src/ctap/status.js";
import { SimAuthenticator } from "../../../src/sim/authenticator/authenticator.js";
import { CredentialStore } from "../../../src/sim/authenticator/store/credential-store.js";
import type { AuthenticatorProfile } from "../../../src/sim/profiles/profile.js";
import { GENERIC_PROFILE, profileNamed } from "../../../src/sim/profiles/profiles.js";
import { simulatedUser, type UserBehaviour } from "../../../src/sim/user.js";
import { BenchKey } from "./bench-key.js";

const RESET = Uint8Array.of(0x07);
const GET_INFO = Uint8Array.of(0x04);
const SELECTION = Uint8Array.of(0x0b);
const GET_PIN_RETRIES = Uint8Array.of(0x06, 0xa2, 0x01, 0x02, 0x02, 0x01);
const WINDOW_MS = 10_000;
const LONG_TOUCH_MS = 5_000;
const TOUCH_MS = 500;
const UP_TIMEOUT_MS = 30_000;
const FULL = profileNamed("ctap23");

const LONG: Partial<AuthenticatorProfile> = {
  ...FULL,
  options: { ...FULL.options, longTouchForReset: true },
};

async function withCredential(profile: Partial<AuthenticatorProfile> = {}, behaviour: UserBehaviour = {}) {
  const bench = new BenchKey({ profile, behaviour: { touchMs: TOUCH_MS, ...behaviour } });
  bench.key.store.add({
    id: utf8("credential"),
    rpId: "example.com",
    userId: utf8("user-1"),
    alg: -7,
    secretKey: new Uint8Array(32).fill(1),
    discoverable: true,
    createdAtEpochMs: 0,
    extensions: new Map(),
  });
  return bench;
}

const left = (bench: BenchKey) => bench.key.store.credentials.length;

describe("the ten seconds after power-up", () => {
  test.each([
    ["at their end it is done", WINDOW_MS, CtapStatus.OK, 0],
    ["a moment later it is NOT_ALLOWED", WINDOW_MS + 1, CtapStatus.NOT_ALLOWED, 1],
  ])("%s", async (_, afterMs, status, credentials) => {
    const bench = await withCredential();
    await bench.env.clock.advance(afterMs);
    expect(await bench.status(RESET)).toBe(status);
    expect(left(bench)).toBe(credentials);
  });

  test("a refusal for being late asks nobody", async () => {
    const bench = await withCredential();
    await bench.env.clock.advance(WINDOW_MS + 1);
    await bench.send(RESET);
    expect(bench.traced("user.prompted")).toEqual([]);
  });

  test("begin anew when it is plugged in again", async () => {
    const bench = await withCredential();
    await bench.env.clock.advance(WINDOW_MS + 1);
    bench.key.powerCycle();
    expect(await bench.status(RESET)).toBe(CtapStatus.OK);
  });

  test("are for keys without a display", async () => {
    const bench = await withCredential({ hasDisplay: true });
    await bench.env.clock.advance(WINDOW_MS + 1);
    expect(await bench.status(RESET)).toBe(CtapStatus.OK);
  });

  test.each([
    ["getInfo", GET_INFO, CtapStatus.OK],
    ["selection", SELECTION, CtapStatus.OK],
    ["clientPIN", GET_PIN_RETRIES, CtapStatus.NOT_ALLOWED],
  ])("some keys forfeit them by other commands: %s", async (_, before, status) => {
    const quirky = await withCredential({ quirks: ["forfeitsResetByOtherCommands"] });
    await quirky.send(before);
    expect(await quirky.status(RESET)).toBe(status);
    const other = await withCredential();
    await other.send(before);
    expect(await other.status(RESET)).toBe(CtapStatus.OK);
  });

  test("forfeited is forfeited until the next power cycle", async () => {
    const bench = await withCredential({ quirks: ["forfeitsResetByOtherCommands"] });
    await bench.send(GET_PIN_RETRIES);
    bench.key.powerCycle();
    expect(await bench.status(RESET)).toBe(CtapStatus.OK);
  });
});

describe("the touch", () => {
  test("refused is OPERATION_DENIED", async () => {
    const bench = await withCredential({}, { refuses: true });
    expect(await bench.status(RESET)).toBe(CtapStatus.OPERATION_DENIED);
    expect(left(bench)).toBe(1);
  });

  test("that nobody gives is USER_ACTION_TIMEOUT", async () => {
    const bench = await withCredential({}, { walksAway: true });
    expect(await bench.status(RESET)).toBe(CtapStatus.USER_ACTION_TIMEOUT);
    expect(bench.env.clock.nowMs()).toBe(UP_TIMEOUT_MS);
    expect(left(bench)).toBe(1);
  });

  test("may be cancelled", async () => {
    const bench = await withCredential({}, { walksAway: true });
    const abort = new AbortController();
    bench.env.clock.arm(1_000, "test.cancel", () => abort.abort());
    expect(await bench.status(RESET, { signal: abort.signal })).toBe(CtapStatus.KEEPALIVE_CANCEL);
    expect(left(bench)).toBe(1);
  });

  test("is a short one by default", async () => {
    const bench = await withCredential();
    expect(await bench.status(RESET)).toBe(CtapStatus.OK);
    expect(bench.env.clock.nowMs()).toBe(TOUCH_MS);
    expect(bench.traced("user.prompted")).toMatchObject([{ prompt: "touch reset" }]);
  });
});

describe("the long touch", () => {
  test("lasts as long as the device wants it to, and is called so in the trace", async () => {
    const bench = await withCredential(LONG);
    expect(await bench.status(RESET)).toBe(CtapStatus.OK);
    expect(bench.env.clock.nowMs()).toBe(TOUCH_MS + LONG_TOUCH_MS);
    expect(bench.traced("user.prompted")).toMatchObject([{ prompt: "long touch reset" }]);
  });

  test.each([
    ["just long enough", LONG_TOUCH_MS, CtapStatus.OK, 0],
    ["a moment too short", LONG_TOUCH_MS - 1, CtapStatus.OPERATION_DENIED, 1],
  ])("%s", async (_, holdMs, status, credentials) => {
    const bench = await withCredential(LONG, { prompts: { touch: { holdMs } } });
    expect(await bench.status(RESET)).toBe(status);
    expect(left(bench)).toBe(credentials);
  });

  test("that is not over in time is USER_ACTION_TIMEOUT", async () => {
    const bench = await withCredential(LONG, { touchMs: UP_TIMEOUT_MS - LONG_TOUCH_MS + 1 });
    expect(await bench.status(RESET)).toBe(CtapStatus.USER_ACTION_TIMEOUT);
    expect(left(bench)).toBe(1);
  });

  test("replaces the ten seconds", async () => {
    const bench = await withCredential(LONG);
    await bench.env.clock.advance(WINDOW_MS + 1);
    expect(await bench.status(RESET)).toBe(CtapStatus.OK);
  });

  test("is for reset alone", async () => {
    const bench = await withCredential(LONG, { prompts: { touch: { holdMs: 1 } } });
    expect(await bench.make()).toBe(CtapStatus.OK);
  });

  test("can be switched on, which getInfo says, and a reset switches it off", async () => {
    const bench = await withCredential(FULL);
    const session = await bench.session();
    expect(session.info.longTouchForReset).toBe(false);
    await bench.run(authenticatorConfig(session).enableLongTouchForReset());
    expect((await bench.run(session.refreshInfo())).longTouchForReset).toBe(true);
    await bench.env.clock.advance(WINDOW_MS + 1);
    await bench.run(session.reset());
    expect((await bench.run(session.refreshInfo())).longTouchForReset).toBe(false);
  });
});

describe("where it comes from", () => {
  const keyOn = (transport: string, profile: Partial<AuthenticatorProfile>) => {
    const env = virtualEnv("reset");
    const key = new SimAuthenticator(envFor(env, "key"), {
      profile: { ...GENERIC_PROFILE, ...profile },
      store: new CredentialStore(),
      user: simulatedUser(envFor(env, "user")),
      transport,
    });
    return env.clock.run(key.handle(RESET));
  };

  test.each([
    ["a transport of the list", "usb", { transportsForReset: ["usb"] }, CtapStatus.OK],
    ["another one", "nfc", { transportsForReset: ["usb"] }, CtapStatus.OPERATION_DENIED],
    ["any, without a list", "nfc", {}, CtapStatus.OK],
    ["any, with an empty list", "usb", { transportsForReset: [] }, CtapStatus.OPERATION_DENIED],
  ])("%s", async (_, transport, profile, status) => {
    expect([...(await keyOn(transport, profile))]).toEqual([status]);
  });
});

describe("what it leaves", () => {
  test("nothing in the store, and getInfo as it came from the factory", async () => {
    const bench = await withCredential(FULL);
    const factory = (await new BenchKey({ profile: FULL }).session()).info;
    const session = await bench.session();
    const config = authenticatorConfig(session);
    await bench.run(config.setMinPinLength({ newMinPinLength: 8, pinComplexityPolicy: true }));
    await bench.run(config.enableEnterpriseAttestation());
    await bench.run(config.toggleAlwaysUv());
    const before = bench.key.store.memory.deviceIdentifier;
    await bench.run(session.reset());
    expect(bench.key.store.snapshot()).toEqual({ credentials: [], memory: {} });

    const { encIdentifier, encCredStoreState, ...after } = await bench.run(session.refreshInfo());
    expect({ ...factory, ...after }).toEqual(factory);
    expect([encIdentifier?.length, encCredStoreState?.length]).toEqual([32, 32]);
    expect(bench.key.store.memory.deviceIdentifier).not.toEqual(before);
  });
});
