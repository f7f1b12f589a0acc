/** A whole registration and a whole login on virtual time, beside the cryptography they cannot do without. */
import { seededEntropy } from "../src/core/entropy.js";
import { virtualEnv } from "../src/env/virtual-env.js";
import { nullSink } from "../src/core/trace.js";
import { defaultCrypto } from "../src/crypto/default.js";
import { scenarioNamed } from "../src/scenarios/catalogue.js";
import { runScenario } from "../src/scenarios/run.js";
import { SimAuthenticator } from "../src/sim/authenticator/authenticator.js";
import { CredentialStore } from "../src/sim/authenticator/store/credential-store.js";
import { LoopbackDevice } from "../src/sim/loopback.js";
import { profileNamed } from "../src/sim/profiles/profiles.js";
import { simHidPort } from "../src/sim/hid/sim-hid.js";
import { simulatedUser } from "../src/sim/user.js";
import { openHidDevice } from "../src/transports/hid/channel.js";
import { register } from "../src/webauthn/client/register.js";
import type { BenchCase } from "./bench-case.js";

const OPTIONS = {
  rp: { id: "example.com", name: "example" },
  user: { id: "AQIDBA", name: "a", displayName: "a" },
  challenge: "AAAAAAAAAAAAAAAAAAAAAA",
  pubKeyCredParams: [{ type: "public-key", alg: -7 }],
};

async function registerOver(clientTransport: "loopback" | "hid"): Promise<void> {
  const env = virtualEnv("bench", nullSink);
  const key = new SimAuthenticator(env, {
    profile: profileNamed("generic"),
    store: new CredentialStore(),
    user: simulatedUser(env),
  });
  const handle = key.handle.bind(key);
  const device =
    clientTransport === "loopback"
      ? new LoopbackDevice(env, handle)
      : await env.clock.run(openHidDevice(env, simHidPort(env, { cbor: handle })));
  await env.clock.run(register(env, device, OPTIONS, { origin: "https://example.com" }));
}

const CRYPTO = "the same key pairs and signatures alone";

/** A registration makes a batch certificate chain (2 keys, 2 signatures), a credential key and one signature. */
function cryptoAlone(): void {
  const entropy = seededEntropy("bench");
  const message = entropy.bytes(200);
  for (let i = 0; i < 3; i++) {
    const { secretKey } = defaultCrypto.generateKeyPair(entropy);
    defaultCrypto.sign("ES256", secretKey, message);
  }
}

export function ceremonyBench(): BenchCase[] {
  const group = "ceremony, simulated, virtual time";
  return [
    { group, name: "register over loopback", peer: CRYPTO, fn: () => registerOver("loopback") },
    { group, name: "register over CTAPHID", peer: CRYPTO, fn: () => registerOver("hid") },
    { group, name: CRYPTO, fn: cryptoAlone },
    {
      group,
      name: "late-delivery, two minutes and the verdict",
      peer: CRYPTO,
      fn: async () => {
        await runScenario(scenarioNamed("late-delivery"), { seed: "bench" });
      },
    },
  ];
}
