// A simulated key behind real CTAPHID framing: register, verify as a site would, sign in, verify again.
import assert from "node:assert/strict";
import {
  authenticate,
  CredentialStore,
  simulatedUser,
  openHidDevice,
  profileNamed,
  register,
  SimAuthenticator,
  simHidPort,
  verifyAssertion,
  verifyRegistration,
  virtualEnv,
} from "passkey-harness";

const env = virtualEnv("an example");
const key = new SimAuthenticator(env, {
  profile: profileNamed("generic"),
  store: new CredentialStore(),
  user: simulatedUser(env, { touchMs: 4_000 }),
});
const port = simHidPort(env, { cbor: (request, options) => key.handle(request, options) });
const device = await env.clock.run(openHidDevice(env, port));

const origin = "https://example.com";
const creation = {
  rp: { id: "example.com", name: "Example" },
  user: { id: "dXNlcg", name: "hanako", displayName: "Hanako" },
  challenge: "cmVnaXN0ZXIgY2hhbGxlbmdl",
  pubKeyCredParams: [{ type: "public-key", alg: -7 }],
  authenticatorSelection: { residentKey: "required" },
};
const registration = await env.clock.run(register(env, device, creation, { origin }));
const { credential } = verifyRegistration(registration, {
  challenge: creation.challenge,
  origins: [origin],
  rpId: "example.com",
});

const request = { challenge: "bG9naW4gY2hhbGxlbmdl", rpId: "example.com" };
const assertion = await env.clock.run(authenticate(env, device, request, { origin }));
const { signCount } = verifyAssertion(assertion, {
  challenge: request.challenge,
  origins: [origin],
  rpId: "example.com",
  credential,
});

console.log(
  `signed in with ${assertion.id.slice(0, 12)}…, counter ${signCount}, after ${env.clock.nowMs()} ms`,
);
assert.equal(assertion.id, registration.id);
assert.ok(env.clock.nowMs() >= 8_000);
