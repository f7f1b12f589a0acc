/** An environment's cryptography is what everything computes with that is handed the environment. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { systemEnv } from "../../src/env/system-env.js";
import { virtualEnv } from "../../src/env/virtual-env.js";
import type { CryptoProvider } from "../../src/core/crypto-provider.js";
import { defaultCrypto } from "../../src/crypto/default.js";
import { nobleCrypto } from "../../src/crypto/noble/provider.js";
import { simWorldIn } from "../../src/sim/sim-world.js";
import { authenticate } from "../../src/webauthn/client/authenticate.js";
import { register } from "../../src/webauthn/client/register.js";
import { creationOptions, ORIGIN, requestOptions } from "../helpers/ceremony-options.js";
import { HybridBench } from "../hybrid/hybrid-bench.js";

type Primitive = Exclude<keyof CryptoProvider, "name">;

const PRIMITIVES = Object.keys(defaultCrypto).filter((name): name is Primitive => name !== "name");

/** What a site verifies with; it is handed no environment. */
const OF_THE_SITE: readonly Primitive[] = ["hash", "sha256", "verify"];

/** Makes the default provider fail in everything but what is allowed. */
function forbidDefault(allowed: readonly Primitive[] = []): void {
  for (const name of PRIMITIVES.filter((primitive) => !allowed.includes(primitive))) {
    vi.spyOn(defaultCrypto, name).mockImplementation(() => {
      throw new Error(`${name} of the default provider`);
    });
  }
}

afterEach(() => void vi.restoreAllMocks());

test("is the default one until another takes its place", () => {
  expect([systemEnv().crypto, virtualEnv("1").crypto]).toEqual([defaultCrypto, defaultCrypto]);
  expect(PRIMITIVES.length).toBeGreaterThan(15);
});

describe("another provider does everything", () => {
  test("in a client and in a phone, over a hybrid transport", async () => {
    forbidDefault();
    const bench = new HybridBench({ crypto: nobleCrypto, phone: { offersLink: true } });
    const client = { origin: ORIGIN };
    const first = bench.invite({ onLinked: () => undefined });
    void bench.scan(first.qr);
    const made = await bench.run(register(bench.client, first.device, creationOptions(), client));
    const second = bench.invite();
    void bench.scan(second.qr);
    const allowed = requestOptions({ allowCredentials: [{ type: "public-key", id: made.id }] });
    const used = await bench.run(authenticate(bench.client, second.device, allowed, client));
    expect(used.id).toBe(made.id);
  });

  test.each(["hid", "hybrid"] as const)("in a simulated world over %s", async (road) => {
    forbidDefault(OF_THE_SITE);
    const env = { ...virtualEnv("crypto"), crypto: nobleCrypto };
    const world = simWorldIn(env, {
      "link.road": road,
      "key.pinSet": true,
      "rp.userVerification": "required",
    });
    await env.clock.run(world.page.register("hanako"));
    expect(env.records).toContainEqual(expect.objectContaining({ kind: "rp.row", change: "created" }));
  });
});

test("the same seed gives the same trace with either provider", async () => {
  const traceWith = async (crypto: CryptoProvider) => {
    const env = { ...virtualEnv("either"), crypto };
    const world = simWorldIn(env, { "key.pinSet": true });
    await env.clock.run(world.page.register("hanako"));
    return env.records.map((record) => JSON.stringify(record));
  };
  expect(await traceWith(nobleCrypto)).toEqual(await traceWith(defaultCrypto));
});
