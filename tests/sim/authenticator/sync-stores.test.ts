import { describe, expect, test } from "vitest";
import { toBase64url, utf8 } from "../../../src/core/bytes.js";
import { sleep } from "../../../src/core/clock.js";
import { envFor, type VirtualEnv } from "../../../src/core/env.js";
import { virtualEnv } from "../../../src/env/virtual-env.js";
import { SimAuthenticator } from "../../../src/sim/authenticator/authenticator.js";
import {
  CredentialStore,
  type NewCredentialSource,
} from "../../../src/sim/authenticator/store/credential-store.js";
import { LoopbackDevice } from "../../../src/sim/loopback.js";
import type { AuthenticatorProfile } from "../../../src/sim/profiles/profile.js";
import { profileNamed } from "../../../src/sim/profiles/profiles.js";
import { encodeStore, parseStore } from "../../../src/sim/authenticator/store/store-file.js";
import { syncStores } from "../../../src/sim/authenticator/store/sync-stores.js";
import { simulatedUser } from "../../../src/sim/user.js";
import { authenticate } from "../../../src/webauthn/client/authenticate.js";
import { register } from "../../../src/webauthn/client/register.js";
import { verifyAssertion } from "../../../src/webauthn/rp/verify-assertion.js";
import { verifyRegistration } from "../../../src/webauthn/rp/verify-registration.js";

const RP_ID = "example.com";
const ORIGIN = "https://example.com";
const CHALLENGE = toBase64url(utf8("0123456789abcdef"));
const EXPECTED = { challenge: CHALLENGE, origins: [ORIGIN], rpId: RP_ID };
const DELAY_MS = 5_000;

const passkey = (id: string, more: Partial<NewCredentialSource> = {}): NewCredentialSource => ({
  id: utf8(id),
  rpId: RP_ID,
  userId: utf8(`user of ${id}`),
  alg: -7,
  secretKey: new Uint8Array(32).fill(1),
  discoverable: true,
  createdAtEpochMs: 0,
  extensions: new Map(),
  ...more,
});

const idsOf = (store: CredentialStore) => store.credentials.map(({ id }) => new TextDecoder().decode(id));

function pair(seed = "sync") {
  const env = virtualEnv(seed);
  const [from, to] = [new CredentialStore(), new CredentialStore()];
  const wait = (ms: number) => env.clock.run(sleep(env.clock, ms, "test"));
  return { env, from, to, wait };
}

describe("a synced store", () => {
  test("gets a new passkey after the delay, not before", async () => {
    const { env, from, to, wait } = pair();
    const sync = syncStores(env, { from, to, delayMs: DELAY_MS });
    from.add(passkey("a"));
    await wait(DELAY_MS - 1);
    expect([idsOf(to), sync.pending]).toEqual([[], 1]);
    await wait(1);
    expect([idsOf(to), sync.pending]).toEqual([["a"], 0]);
  });

  test("gets what was there before the sync began", async () => {
    const { env, from, to, wait } = pair();
    from.add(passkey("a"));
    syncStores(env, { from, to, delayMs: DELAY_MS });
    await wait(DELAY_MS);
    expect(idsOf(to)).toEqual(["a"]);
  });

  test("follows deletions and new names in the order they happened", async () => {
    const { env, from, to, wait } = pair();
    syncStores(env, { from, to, delayMs: DELAY_MS });
    from.add(passkey("a"));
    from.add(passkey("b"));
    await wait(1_000);
    from.update(utf8("b"), { userName: "renamed" });
    from.delete(utf8("a"));
    await wait(DELAY_MS - 1_000);
    expect(idsOf(to)).toEqual(["a", "b"]);
    await wait(1_000);
    expect(to.credentials.map(({ userName }) => userName)).toEqual(["renamed"]);
  });

  test("does not get credentials that travel in their own ids", async () => {
    const { env, from, to, wait } = pair();
    const sync = syncStores(env, { from, to, delayMs: DELAY_MS });
    from.add(passkey("a", { discoverable: false }));
    expect(sync.pending).toBe(0);
    await wait(DELAY_MS);
    expect(idsOf(to)).toEqual([]);
  });

  test("keeps its own sign counter, and a signature alone sends nothing", async () => {
    const { env, from, to, wait } = pair();
    const sync = syncStores(env, { from, to, delayMs: DELAY_MS });
    from.add(passkey("a"));
    await wait(DELAY_MS);
    to.countFor(utf8("a"));
    from.countFor(utf8("a"));
    from.countFor(utf8("a"));
    expect(sync.pending).toBe(0);
    from.update(utf8("a"), { userName: "renamed" });
    await wait(DELAY_MS);
    expect([from, to].map((store) => store.find(utf8("a"))?.signCount)).toEqual([2, 1]);
  });

  test("that is stopped gets nothing more, not even what was under way", async () => {
    const { env, from, to, wait } = pair();
    const sync = syncStores(env, { from, to, delayMs: DELAY_MS });
    from.add(passkey("a"));
    sync.stop();
    from.add(passkey("b"));
    await wait(2 * DELAY_MS);
    expect(idsOf(to)).toEqual([]);
  });

  test("is not emptied by the other device's factory reset", async () => {
    const { env, from, to, wait } = pair();
    syncStores(env, { from, to, delayMs: DELAY_MS });
    from.add(passkey("a"));
    await wait(DELAY_MS);
    from.reset();
    await wait(DELAY_MS);
    expect(idsOf(to)).toEqual(["a"]);
  });

  test("traces what arrives and what goes on the device that receives it", async () => {
    const { env, from, to, wait } = pair();
    syncStores(envFor(env, "tablet"), { from, to, delayMs: DELAY_MS });
    from.add(passkey("a"));
    await wait(DELAY_MS);
    from.delete(utf8("a"));
    await wait(DELAY_MS);
    const told = env.records.filter(({ kind }) => kind === "ctap.credential");
    expect(told).toMatchObject([
      { actor: "tablet", change: "created", rpId: RP_ID, atMs: DELAY_MS },
      { actor: "tablet", change: "deleted", rpId: RP_ID, atMs: 2 * DELAY_MS },
    ]);
  });
});

describe("two stores that sync both ways", () => {
  const both = () => {
    const { env, from: one, to: two, wait } = pair();
    const syncs = [
      syncStores(env, { from: one, to: two, delayMs: DELAY_MS }),
      syncStores(env, { from: two, to: one, delayMs: DELAY_MS }),
    ];
    return { one, two, wait, pending: () => syncs.reduce((sum, { pending }) => sum + pending, 0) };
  };

  test("end up equal, and at rest", async () => {
    const { one, two, wait, pending } = both();
    one.add(passkey("a"));
    two.add(passkey("b"));
    await wait(DELAY_MS);
    expect([idsOf(one).sort(), idsOf(two).sort(), pending()]).toEqual([["a", "b"], ["a", "b"], 0]);
  });

  test("agree on the later one of two passkeys made for one account at the same time", async () => {
    const { one, two, wait } = both();
    const userId = utf8("ada");
    one.add(passkey("earlier", { userId, createdAtEpochMs: 1 }));
    two.add(passkey("later", { userId, createdAtEpochMs: 2 }));
    await wait(3 * DELAY_MS);
    expect([idsOf(one), idsOf(two)]).toEqual([["later"], ["later"]]);
  });

  test("agree also when both were made in the same millisecond", async () => {
    const { one, two, wait } = both();
    const userId = utf8("ada");
    one.add(passkey("a", { userId }));
    two.add(passkey("b", { userId }));
    await wait(3 * DELAY_MS);
    expect([idsOf(one), idsOf(two)]).toEqual([["b"], ["b"]]);
  });

  test("a passkey deleted while it was under way comes and goes, and does not come back", async () => {
    const { one, two, wait, pending } = both();
    one.add(passkey("a"));
    await wait(2_000);
    one.delete(utf8("a"));
    await wait(3 * DELAY_MS);
    expect([idsOf(one), idsOf(two), pending()]).toEqual([[], [], 0]);
  });
});

interface Phone {
  readonly store: CredentialStore;
  readonly register: () => ReturnType<typeof register>;
  readonly authenticate: () => ReturnType<typeof authenticate>;
}

function phone(env: VirtualEnv, name: string, override: Partial<AuthenticatorProfile> = {}): Phone {
  const store = new CredentialStore();
  const own = envFor(env, name);
  const key = new SimAuthenticator(own, {
    profile: { ...profileNamed("phone"), ...override },
    store,
    user: simulatedUser(envFor(env, `${name} owner`)),
  });
  const client = envFor(env, `${name} client`);
  const device = new LoopbackDevice(client, key.handle);
  const creation = {
    rp: { id: RP_ID, name: "Example" },
    user: { id: toBase64url(utf8("ada")), name: "ada", displayName: "Ada" },
    challenge: CHALLENGE,
    pubKeyCredParams: [{ type: "public-key", alg: -7 }],
    authenticatorSelection: { residentKey: "required" },
  };
  const request = { challenge: CHALLENGE, rpId: RP_ID };
  return {
    store,
    register: () => env.clock.run(register(client, device, creation, { origin: ORIGIN })),
    authenticate: () => env.clock.run(authenticate(client, device, request, { origin: ORIGIN })),
  };
}

describe("a passkey made on one phone", () => {
  test("signs in from the other once it is there, and not before", async () => {
    const env = virtualEnv("two phones");
    const [old, fresh] = [phone(env, "old"), phone(env, "fresh")];
    syncStores(envFor(env, "fresh"), { from: old.store, to: fresh.store, delayMs: DELAY_MS });
    const { credential } = verifyRegistration(await old.register(), EXPECTED);
    await expect(fresh.authenticate()).rejects.toMatchObject({ code: "CTAP_NO_CREDENTIALS" });
    await env.clock.run(sleep(env.clock, DELAY_MS, "test"));
    const verified = verifyAssertion(await fresh.authenticate(), { ...EXPECTED, credential });
    expect(verified.credential.id).toBe(credential.id);
  });

  test("is eligible at first and backed up from the moment it arrived, where the profile says eligible", async () => {
    const env = virtualEnv("backup state");
    const eligible = { backup: "eligible" } as const;
    const [old, fresh] = [phone(env, "old", eligible), phone(env, "fresh", eligible)];
    syncStores(envFor(env, "fresh"), { from: old.store, to: fresh.store, delayMs: DELAY_MS });
    const registered = verifyRegistration(await old.register(), EXPECTED);
    expect(registered).toMatchObject({ backupEligible: true, backedUp: false });
    const flags = async ({ authenticate: signIn }: Phone) => {
      const { credential } = verifyAssertion(await signIn(), {
        ...EXPECTED,
        credential: registered.credential,
      });
      return credential.backedUp;
    };
    expect(await flags(old)).toBe(false);
    await env.clock.run(sleep(env.clock, DELAY_MS, "test"));
    expect([await flags(old), await flags(fresh)]).toEqual([true, true]);
  });

  test("is refused from a device that says it cannot be backed up: eligibility never changes", async () => {
    const env = virtualEnv("eligibility");
    const [old, key] = [phone(env, "old"), phone(env, "key", { backup: "none" })];
    const registered = verifyRegistration(await old.register(), EXPECTED);
    key.store.adopt(old.store.credentials[0] ?? expect.fail("nothing was stored"));
    const assertion = await key.authenticate();
    expect(() => verifyAssertion(assertion, { ...EXPECTED, credential: registered.credential })).toThrow(
      expect.objectContaining({ code: "RP_BACKUP_ELIGIBILITY" }) as Error,
    );
  });

  test("copied to a key that counts, is caught by its counter", async () => {
    const env = virtualEnv("clone");
    const counting = { backup: "none", signCounter: "per-credential" } as const;
    const [one, two] = [phone(env, "one", counting), phone(env, "two", counting)];
    const registered = verifyRegistration(await one.register(), EXPECTED);
    two.store.adopt(one.store.credentials[0] ?? expect.fail("nothing was stored"));
    const first = verifyAssertion(await one.authenticate(), {
      ...EXPECTED,
      credential: registered.credential,
    });
    const second = verifyAssertion(await one.authenticate(), { ...EXPECTED, credential: first.credential });
    const copy = await two.authenticate();
    expect(() => verifyAssertion(copy, { ...EXPECTED, credential: second.credential })).toThrow(
      expect.objectContaining({ code: "RP_COUNTER" }) as Error,
    );
  });
});

describe("a credential taken over", () => {
  test("survives the way through a store file, backup state included", () => {
    const [one, two] = [new CredentialStore(), new CredentialStore()];
    const { added } = one.add(passkey("a"));
    expect(two.adopt({ ...added, backedUp: true })).toBe(true);
    const read = new CredentialStore(parseStore(JSON.parse(encodeStore(two.snapshot()))));
    expect(read.credentials).toEqual([{ ...added, backedUp: true }]);
  });

  test("gets a place of its own in the order of the new store", () => {
    const [one, two] = [new CredentialStore(), new CredentialStore()];
    const { added } = one.add(passkey("a"));
    two.add(passkey("b"));
    two.adopt(added);
    two.add(passkey("c"));
    expect(two.discoverable(RP_ID).map(({ serial }) => serial)).toEqual([2, 1, 0]);
    expect(idsOf(two)).toEqual(["b", "a", "c"]);
  });

  test("replaces the one of the same id in its place", () => {
    const store = new CredentialStore();
    const { added } = store.add(passkey("a"));
    store.add(passkey("b"));
    store.adopt({ ...added, userName: "renamed" });
    expect(store.find(utf8("a"))).toMatchObject({ userName: "renamed", serial: 0 });
    expect(store.discoverableCount).toBe(2);
  });
});
