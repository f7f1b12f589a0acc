/** A whole registration and a whole login with a phone on virtual time, beside the curve operations they take. */
import { seededEntropy, type Entropy } from "../src/core/entropy.js";
import { envFor } from "../src/core/env.js";
import { virtualEnv } from "../src/env/virtual-env.js";
import { nullSink } from "../src/core/trace.js";
import { defaultCrypto as crypto } from "../src/crypto/default.js";
import { startQrInitiated } from "../src/hybrid/qr-initiated.js";
import { SimAir } from "../src/sim/hybrid/air.js";
import { SimAuthenticator } from "../src/sim/authenticator/authenticator.js";
import { CredentialStore } from "../src/sim/authenticator/store/credential-store.js";
import { SimPhone } from "../src/sim/phone/phone.js";
import { profileNamed } from "../src/sim/profiles/profiles.js";
import { SimTunnelService } from "../src/sim/hybrid/tunnel-service.js";
import { simulatedUser } from "../src/sim/user.js";
import { authenticate } from "../src/webauthn/client/authenticate.js";
import { register } from "../src/webauthn/client/register.js";
import type { BenchCase } from "./bench-case.js";

const CLIENT = { origin: "https://example.com" };
const CHALLENGE = "AAAAAAAAAAAAAAAAAAAAAA";
const CREATION = {
  rp: { id: "example.com", name: "example" },
  user: { id: "AQIDBA", name: "a", displayName: "a" },
  challenge: CHALLENGE,
  pubKeyCredParams: [{ type: "public-key", alg: -7 }],
  authenticatorSelection: { residentKey: "required" },
};

/**
 * A computer and a phone that knows how to be asked. Built before anything is measured: what a ceremony costs is a
 * code, a scan, a link, a request and its end.
 */
function room() {
  const env = virtualEnv("bench", nullSink);
  const air = new SimAir(env);
  const service = new SimTunnelService(envFor(env, "service"), { latencyMs: 0 });
  const key = new SimAuthenticator(envFor(env, "key"), {
    profile: profileNamed("phone"),
    store: new CredentialStore(),
    user: simulatedUser(env),
  });
  const phone = new SimPhone(envFor(env, "phone"), {
    advertiser: air,
    dialer: service,
    handle: key.handle,
  });
  return { env, phone, ports: { scanner: air, dialer: service } };
}

type Room = ReturnType<typeof room>;

/** The same account each time: the credential takes the place of the one before, and the store stays as it is. */
async function registerOverHybrid({ env, phone, ports }: Room): Promise<void> {
  const { device, qr } = startQrInitiated(env, ports);
  const session = phone.scan(qr);
  await env.clock.run(register(env, device, CREATION, CLIENT));
  await env.clock.run(session);
}

async function loginOverHybrid({ env, phone, ports }: Room): Promise<void> {
  const { device, qr } = startQrInitiated(env, ports);
  const session = phone.scan(qr);
  await env.clock.run(authenticate(env, device, { challenge: CHALLENGE, rpId: "example.com" }, CLIENT));
  await env.clock.run(session);
}

const registering = room();
const loggingIn = room();
await registerOverHybrid(loggingIn);

const MESSAGE = seededEntropy("message").bytes(200);

/**
 * Key pairs: the one in the code and two ephemeral ones. Agreements: two on each side. The point in the code is
 * compressed by one side and uncompressed by the other.
 */
function linkAlone(): void {
  const entropy = seededEntropy("bench");
  const [code, client, phone] = [pair(entropy), pair(entropy), pair(entropy)];
  crypto.uncompressPoint(crypto.compressPoint(code.publicKey));
  crypto.sharedSecret(client.secretKey, phone.publicKey);
  crypto.sharedSecret(phone.secretKey, client.publicKey);
  crypto.sharedSecret(code.secretKey, phone.publicKey);
  crypto.sharedSecret(phone.secretKey, code.publicKey);
}

const pair = (entropy: Entropy) => crypto.generateKeyPair(entropy);

/** A phone that attests nothing makes one key, and signs when it is used. */
function registrationAlone(): void {
  linkAlone();
  crypto.generateKeyPair(seededEntropy("key"));
}

const CREDENTIAL = crypto.generateKeyPair(seededEntropy("credential"));

function loginAlone(): void {
  linkAlone();
  crypto.sign("ES256", CREDENTIAL.secretKey, MESSAGE);
}

/** From here on more of them make no difference. */
const WARM_UPS = 800;

export function hybridCeremonyBench(): BenchCase[] {
  const [creating, using] = ["registration with a phone, virtual time", "login with a phone, virtual time"];
  const peer = "its curve operations alone";
  return [
    {
      group: creating,
      name: "register",
      peer,
      warmUps: WARM_UPS,
      fn: () => registerOverHybrid(registering),
    },
    { group: creating, name: peer, fn: registrationAlone },
    {
      group: using,
      name: "authenticate",
      peer,
      warmUps: WARM_UPS,
      fn: () => loginOverHybrid(loggingIn),
    },
    { group: using, name: peer, fn: loginAlone },
  ];
}
