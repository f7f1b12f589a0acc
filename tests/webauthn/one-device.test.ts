import { describe, expect, test } from "vitest";
import { fromBase64url, toBase64url, utf8 } from "../../src/core/bytes.js";
import { sleep } from "../../src/core/clock.js";
import { envFor } from "../../src/core/env.js";
import { virtualEnv } from "../../src/env/virtual-env.js";
import { Permission } from "../../src/ctap/messages/client-pin.js";
import { CtapCommand } from "../../src/ctap/command.js";
import { credentialManagement } from "../../src/ctap/client/credential-manager.js";
import { openSession } from "../../src/ctap/client/session.js";
import { defaultCrypto } from "../../src/crypto/default.js";
import { SimAuthenticator } from "../../src/sim/authenticator/authenticator.js";
import { CredentialStore } from "../../src/sim/authenticator/store/credential-store.js";
import { LoopbackDevice } from "../../src/sim/loopback.js";
import { GENERIC_PROFILE } from "../../src/sim/profiles/profiles.js";
import { simulatedUser } from "../../src/sim/user.js";
import { authenticate } from "../../src/webauthn/client/authenticate.js";
import { register } from "../../src/webauthn/client/register.js";
import { PIN } from "../helpers/webauthn-bench.js";
import { creationOptions, ORIGIN, requestOptions, RP_ID } from "../helpers/ceremony-options.js";

/** One key, one device object, and as many sessions and ceremonies on it as a test wants. */
function oneDevice() {
  const env = virtualEnv("one device");
  const store = new CredentialStore();
  const user = simulatedUser(envFor(env, "user"), { touchMs: 100 });
  const key = new SimAuthenticator(envFor(env, "key"), { profile: GENERIC_PROFILE, store, user });
  const device = new LoopbackDevice(env, key.handle);
  const run = <T>(work: Promise<T>): Promise<T> => env.clock.run(work);
  const account = (name: string, more = {}) =>
    register(
      env,
      device,
      creationOptions({
        user: { id: toBase64url(utf8(name)), name, displayName: name },
        authenticatorSelection: { residentKey: "required" },
        ...more,
      }),
      { origin: ORIGIN, pin: async () => PIN },
    );
  return { env, store, device, run, account, session: () => run(openSession(env, device)) };
}

const TOKEN = { pin: PIN, permissions: Permission.makeCredential, rpId: RP_ID };

describe("sessions on one device", () => {
  test("another session's wrong PIN does not make the next right one wrong", async () => {
    const { run, session } = oneDevice();
    const [one, other] = [await session(), await session()];
    await run(one.setPin(PIN));
    await run(one.pinUvAuthToken(TOKEN));
    await expect(run(other.pinUvAuthToken({ ...TOKEN, pin: "99999999" }))).rejects.toMatchObject({
      code: "CTAP_PIN_INVALID",
    });
    expect(await run(one.pinRetries())).toMatchObject({ retries: 7 });
    await run(one.pinUvAuthToken(TOKEN));
    expect(await run(one.pinRetries())).toMatchObject({ retries: 8 });
  });

  test("a wrong PIN that is sent at the same time does not either", async () => {
    const { run, session } = oneDevice();
    const [one, other] = [await session(), await session()];
    await run(one.setPin(PIN));
    const outcomes = await run(
      Promise.allSettled([
        other.pinUvAuthToken({ ...TOKEN, pin: "99999999" }),
        one.pinUvAuthToken(TOKEN),
        other.pinUvAuthToken(TOKEN),
      ]),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
  });

  test("a command of another session waits until an enumeration is over, and so does another enumeration", async () => {
    const { run, account, session } = oneDevice();
    for (const name of ["ada", "bob", "cyd"]) await run(account(name));
    const one = await session();
    await run(one.setPin(PIN));
    const token = await run(one.pinUvAuthToken({ pin: PIN, permissions: Permission.credentialManagement }));
    const other = await session();
    const hash = defaultCrypto.sha256(utf8(RP_ID));
    const manager = credentialManagement(one, token);
    const [first, second, info] = await run(
      Promise.all([manager.credentials(hash), manager.credentials(hash), other.refreshInfo()]),
    );
    expect([first.length, second.length, info.versions.length > 0]).toEqual([3, 3, true]);
  });

  test("a caller that gives up while others have the device leaves the queue", async () => {
    const { env, run, session } = oneDevice();
    const [one, other] = [await session(), await session()];
    const abort = new AbortController();
    const held = one.series(() => sleep(env.clock, 1_000, "test.hold"));
    const waiting = other.refreshInfo({ signal: abort.signal });
    abort.abort();
    await expect(run(waiting)).rejects.toMatchObject({ code: "ABORTED", aftermath: "none" });
    await run(held);
    expect((await run(other.refreshInfo())).versions).not.toEqual([]);
  });
});

describe("ceremonies on one device", () => {
  test("two logins that choose an account each get the one they chose", async () => {
    const { env, device, run, account } = oneDevice();
    const ids = [];
    for (const name of ["ada", "bob", "cyd"]) ids.push((await run(account(name))).id);
    const login = (index: number) =>
      authenticate(env, device, requestOptions(), { origin: ORIGIN, chooseAccount: async () => index });
    const answers = await run(Promise.all([login(2), login(1)]));
    // Newest first.
    expect(answers.map(({ id }) => id)).toEqual([ids[0], ids[1]]);
  });

  test("three registrations with a PIN do not end each other's tokens", async () => {
    const { run, account, session, store } = oneDevice();
    await run((await session()).setPin(PIN));
    await run(Promise.all(["ada", "bob", "cyd"].map((name) => account(name))));
    expect(store.credentials).toHaveLength(3);
  });

  test("one whose page gave up lets the next one begin, although its PIN prompt is still open", async () => {
    const { env, device, run, session, account, store } = oneDevice();
    await run((await session()).setPin(PIN));
    const page = new AbortController();
    const abandoned = register(env, device, creationOptions(), {
      origin: ORIGIN,
      signal: page.signal,
      pin: () => new Promise<string>(() => {}),
    });
    const next = account("bob");
    env.clock.arm(500, "test.abort", () => page.abort());
    await expect(run(abandoned)).rejects.toMatchObject({ code: "ABORTED" });
    await run(next);
    expect(store.credentials).toHaveLength(1);
  });

  test("the client's timer runs while a ceremony waits for its turn", async () => {
    const { env, device, run, account, session } = oneDevice();
    await run((await session()).setPin(PIN));
    const slow = register(env, device, creationOptions({ timeout: 600_000 }), {
      origin: ORIGIN,
      pin: async () => {
        await sleep(env.clock, 400_000, "test.thinks");
        return PIN;
      },
    });
    const waiting = account("bob", { timeout: 300_000 });
    await expect(run(waiting)).rejects.toMatchObject({
      code: "TIMEOUT",
      timer: "client.ceremony",
      aftermath: "none",
    });
    expect((await run(slow)).type).toBe("public-key");
  });
});

test("getNextAssertion is part of its getAssertion: no command of a session comes in between", async () => {
  const { env, device, run, account, session } = oneDevice();
  for (const name of ["ada", "bob"]) await run(account(name));
  const other = await session();
  const sent: number[] = [];
  const transact = device.transact.bind(device);
  Object.assign(device, {
    transact(...call: Parameters<typeof transact>) {
      sent.push(call[0][0] as number);
      if (call[0][0] === CtapCommand.getAssertion) void other.refreshInfo();
      return transact(...call);
    },
  });
  const answer = await run(
    authenticate(env, device, requestOptions(), { origin: ORIGIN, chooseAccount: async () => 1 }),
  );
  expect(fromBase64url(answer.response.userHandle ?? "")).toEqual(utf8("ada"));
  expect(sent.slice(1)).toEqual([
    CtapCommand.getAssertion,
    CtapCommand.getNextAssertion,
    CtapCommand.getInfo,
  ]);
});
